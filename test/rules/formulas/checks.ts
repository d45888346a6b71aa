// What f32 makes of a formula and of its gradients, and what of that is wrong. The vitest suite and
// the mutation script ask the same. No pass runs here: callers rewrite.

import assert from 'node:assert/strict'
import { gradient } from '../../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Graph } from '../../../src/ir/graph.ts'
import { interpret } from '../../../src/ir/interpret.ts'
import { Literal } from '../../../src/ir/literal.ts'
import { mul } from '../../../src/ops/arithmetic.ts'
import { sum } from '../../../src/ops/broadcast.ts'
import { constant } from '../../../src/ops/creation.ts'
import type { Formula } from './formula.ts'

const literals = ({ at }: Formula) => at.map(value => Literal.from(value, 'f32'))

/** The formula as a graph, with a weighted sum of its elements as the loss. */
export function graphOf(formula: Formula): Graph {
  const builder = new GraphBuilder()
  const operands = literals(formula).map(({ shape }, i) =>
    builder.param(`x${i}`, { dtype: 'f32', shape }),
  )
  const value = builder.output('value', formula.build(...operands)).outputNamed('value')
  const { weights } = formula
  const shape = value.type.shape as readonly number[]
  const weighted =
    weights === undefined
      ? value
      : mul(value, constant(builder, new Literal('f32', shape, Float64Array.from(weights))))
  return builder.output('loss', sum(weighted)).finish()
}

const argumentsOf = (formula: Formula) =>
  Object.fromEntries(literals(formula).map((literal, i) => [`x${i}`, literal]))

/** The graph of a formula with the gradients by all of its operands. */
export function differentiated(graph: Graph, formula: Formula): Graph {
  const wrt = Object.keys(argumentsOf(formula))
  return gradient(graph, { of: 'loss', wrt, zeros: wrt })
}

/** A value and its gradients. */
export interface Result {
  readonly value: readonly number[]
  readonly gradients: readonly (readonly number[])[]
}

/** What f32 makes of a graph with its gradients. */
export function computed(joint: Graph, formula: Formula): Result {
  const values = argumentsOf(formula)
  const { outputs } = interpret(joint, values, { rounding: 'dtype' })
  const gradients = Object.keys(values).map(name => [...outputs[`grads.${name}`]!.values()])
  return { value: [...outputs.value!.values()], gradients }
}

/** Some units in the last place of f32; and below 1e-40 there is hardly a place left. */
const isRight = (got: number, wanted: number) =>
  got === wanted || Math.abs(got - wanted) <= 2e-6 * Math.abs(wanted) + 1e-40

const areRight = (got: readonly number[], wanted: readonly number[]) =>
  got.length === wanted.length && got.every((x, i) => isRight(x, wanted[i]!))

/** What is wrong of a result: `value`, `gradient`, both, or nothing at all. */
export function wrongParts({ value, gradients }: Result, formula: Formula): string {
  const isValueWrong = !areRight(value, formula.value)
  const isGradientWrong = !gradients.every((x, i) => areRight(x, formula.gradients[i]!))
  const parts = [...(isValueWrong ? ['value'] : []), ...(isGradientWrong ? ['gradient'] : [])]
  return parts.join(' and ')
}

/** Value and gradients of what the formula became are right. */
export function checkRight(joint: Graph, formula: Formula): void {
  const { value, gradients } = computed(joint, formula)
  const told = `value ${value.map(String)}, gradients ${gradients.map(String).join('; ')}`
  assert.equal(wrongParts({ value, gradients }, formula), '', told)
}
