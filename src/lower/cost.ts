// What computing an element costs, roughly: enough to tell an addition from an exponential. Used to
// decide what may be computed twice; nothing depends on the exact numbers.

import type { Scalar } from '../kernel/scalar.ts'
import type { ScalarOp } from '../kernel/scalar-ops.ts'
import { reach } from '../kernel/uses.ts'

/** Operations and loads behind one element. */
export interface Cost {
  readonly flops: number
  readonly loads: number
}

/** An element that is a literal. */
export const FREE: Cost = { flops: 0, loads: 0 }

/** An element that lies in memory. */
export const LOADED: Cost = { flops: 0, loads: 1 }

/** Operations dearer than an addition; never computed twice from 8 on. */
const DEAR: Readonly<Partial<Record<ScalarOp, number>>> = {
  div: 4,
  sqrt: 4,
  rsqrt: 8,
  exp: 20,
  expm1: 20,
  log: 20,
  log1p: 20,
  sin: 20,
  cos: 20,
  tanh: 20,
  erf: 20,
  pow: 40,
  threefry: 80,
  threefry2: 80,
}

/** From here on an element is computed once, whatever it costs to keep it. */
export const DEAREST = 8

/** The operations of an expression; casts and choices count too. */
export function flopsOf(root: Scalar): number {
  let flops = 0
  for (const node of reach([root]).order) if (node.kind === 'op') flops += DEAR[node.op] ?? 1
  return flops
}

/**
 * Whether to compute a value again at each of `times` uses rather than to keep it: by the elements
 * that move through memory either way, an operation at half the price of one.
 */
export function isWorthRepeating({ flops, loads }: Cost, times: number): boolean {
  if (flops >= DEAREST) return false
  return times * loads + ((times - 1) * flops) / 2 <= loads + 1 + times
}
