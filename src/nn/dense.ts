// The dense layer.

import { heNormal, type Initializer, zeros } from '../model/initializers.ts'
import { layer } from '../model/layer.ts'
import { add } from '../model/ops/binary.ts'
import { dot } from '../model/ops/contraction.ts'
import { param } from '../model/param.ts'
import { f32 } from '../model/slot.ts'

/** Options of `dense`. */
export interface DenseOptions {
  /** How weights start; `heNormal()` by default. */
  readonly weights?: Initializer | undefined
  /** How biases start; at zero by default. */
  readonly bias?: Initializer | undefined
}

/**
 * A layer that joins every input to every unit.
 *
 *   out[…, j] = Σᵢ x[…, i] · w[i, j] + b[j]
 *
 * Shapes  x: f32 [..., inputs] → f32 [..., units]; w: [inputs, units], b: [units]
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 784) },
 *   params: { l1: dense(784, 128) },
 *   body: ({ x }, { l1 }) => ({ h: relu(l1(x)) }),
 * })
 */
export const dense = <I extends number, O extends number>(
  inputs: I,
  units: O,
  { weights = heNormal(), bias = zeros() }: DenseOptions = {},
) =>
  layer({
    name: 'dense',
    input: f32('...', inputs),
    output: f32('...', units),
    params: { w: param([inputs, units], weights), b: param([units], bias) },
    apply: (x, { w, b }) => add(dot(x, w), b),
  })
