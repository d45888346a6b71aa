// The rule of a composite against the derivative of its body: two graphs for the gradient, and two
// for the gradient of the gradient, on operands that are usual, constant, huge, tiny or few.

import assert from 'node:assert/strict'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { Literal, stridesOf } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import { type Draw, drawFrom, drawOperands, type ShapeKind } from '../../src/ir/sample.ts'
import { printType } from '../../src/ir/type.ts'
import { add, mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { expanded } from '../../src/passes/expand.ts'
import { isFloat } from '../../src/support/dtype.ts'
import type { Arguments } from '../lower/run.ts'
import * as d from './differentiate.ts'
import { type Bounded, bounded } from './rounding-errors.ts'
import { lossOf, unit } from './symbolic.ts'
import { FUSED_TOLERANCE } from './tolerances.ts'

/** What is particular about the operands of a trial. */
export interface Situation {
  readonly name: string
  readonly kind?: ShapeKind
  readonly draw?: (draw: Draw) => Draw
  /** Changes the operand that is normalized, penalized or the logits: the first one. */
  readonly first?: (x: Literal) => Literal
  /** Exponents of ten between which the scale of the first operand lies. */
  readonly scale?: readonly [low: number, high: number]
}

/** Every row along the first axis like the first one. */
function constantColumns(x: Literal): Literal {
  const row = x.shape.length === 0 ? 1 : stridesOf(x.shape)[0]!
  const data = Float64Array.from({ length: x.size }, (_, i) => x.at(i % row))
  return new Literal(x.dtype, x.shape, data)
}

/** Shapes whose first axis has one element. */
function batchOfOne(draw: Draw): Draw {
  const shape = (...range: Parameters<Draw['shape']>) =>
    draw.shape(...range).map((extent, axis) => (axis === 0 ? 1 : extent))
  return { ...draw, shape }
}

/** The operands on which a rule and its body are compared. */
export const SITUATIONS: readonly Situation[] = [
  { name: 'usual operands' },
  { name: 'scalars where the op takes any', kind: 'scalar' },
  { name: 'six axes', kind: 'rank6' },
  { name: 'no elements', kind: 'empty' },
  { name: 'a batch of one', draw: batchOfOne },
  { name: 'constant columns', first: constantColumns },
  { name: 'huge constant columns', first: constantColumns, scale: [6, 8] },
  { name: 'a huge scale', scale: [6, 8] },
  { name: 'a tiny scale', scale: [-8, -6] },
]

/** A trial in double, or undefined where the op has no float operand to differentiate. */
export function trialIn(op: Op, { kind = 'any', draw, first, scale }: Situation, seed: number) {
  const from = drawFrom(seed, kind)
  const shaped = draw === undefined ? from : draw(from)
  const drawn = op.samples(shaped)
  const { epsilon } = drawn.attributes
  // Samples have an epsilon that keeps differences smooth; here the usual one is as good.
  const chosen = epsilon === undefined ? {} : { epsilon: from.pick([1e-5, epsilon]) }
  const sample = { ...drawn, attributes: { ...drawn.attributes, ...chosen } }
  const changed = (x: Literal) => {
    const factor = scale === undefined ? 1 : 10 ** from.uniform(...scale)
    return (first?.(x) ?? x).map(value => value * factor)
  }
  const operands = drawOperands(sample, from, op.kinks).map((operand, i) => {
    const wide = operand.dtype === 'f32' ? operand.map(value => value, 'f64') : operand
    return i === 0 && isFloat(wide.dtype) ? changed(wide) : wide
  })
  const trial: d.Trial = { op, sample, operands, draw: from, seed, kind }
  const results = d.run(trial, operands)
  return [operands, results].every(list => list.some(({ dtype }) => isFloat(dtype)))
    ? { trial, results }
    : undefined
}

/** Rule and body agree on the gradient and on the gradient of the gradient. */
export function checkFused({ trial, results }: NonNullable<ReturnType<typeof trialIn>>): void {
  const types = trial.operands.map(({ type }) => type)
  const loss = lossOf(trial, { types, attributes: trial.sample.attributes })
  const wrt = types.flatMap(({ dtype }, i) => (isFloat(dtype) ? [`x${i}`] : []))
  const given: Arguments = Object.fromEntries([
    ...trial.operands.map((operand, i) => [`x${i}`, operand]),
    ...results.map(({ shape, size }, i) => [`w${i}`, unit(shape, size)]),
    ...trial.operands.map((operand, i) => [`u${i}`, operand.map(() => trial.draw.normal())]),
  ])
  const [rule, body] = [loss, expanded(loss, () => true).graph].map(graph => {
    const once = gradient(graph, { of: 'loss', wrt, zeros: wrt })
    return gradient(alongWeights(once, wrt), { of: 'along', wrt, zeros: wrt })
  })
  const [got, wanted] = [bounded(rule!, given), bounded(body!, given)]
  for (const name of Object.keys(wanted)) {
    const found = differenceOf(got[name]!, wanted[name]!)
    assert(found === undefined, `${describe(trial)}: ${name} ${found}`)
  }
}

/** The graph with one more output: the sum of the gradients, each element times a weight. */
function alongWeights(graph: Graph, wrt: readonly string[]): Graph {
  const builder = GraphBuilder.from(graph)
  const terms = wrt.map(name => {
    const ct = builder.outputNamed(`inputGrads.${name}`)
    return sum(mul(ct, builder.input(name.replace('x', 'u'), ct.type)))
  })
  return builder.output('along', terms.reduce(add)).finish()
}

function differenceOf(got: Bounded, wanted: Bounded): string | undefined {
  for (let i = 0; i < wanted.value.size; i++) {
    const [a, b] = [got.value.at(i), wanted.value.at(i)]
    const share = FUSED_TOLERANCE * Math.abs(b)
    const rounding = got.error.at(i) + wanted.error.at(i)
    if (Object.is(a, b) || Math.abs(a - b) <= Math.max(share, rounding)) continue
    return `element ${i} is ${a} by the rule, ${b} by the body, beyond ${share} and ${rounding}`
  }
  return undefined
}

/** The trial in words, with what repeats it. */
export function describe({ op, operands, sample, seed, kind }: d.Trial): string {
  const types = operands.map(({ type }) => printType(type)).join(', ')
  return `${op.name}(${types}) ${JSON.stringify(sample.attributes)}, shapes "${kind}", seed ${seed}`
}
