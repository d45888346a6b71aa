// A stabilizing rule that fires no more changes no value in real numbers; it leaves one wrong in
// f32. So formulas that f32 gets wrong as they are written are computed there, with gradients, and
// compared with what is right.

import assert from 'node:assert/strict'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { constant } from '../../src/ops/creation.ts'
import { beforeDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import type { Rule } from '../../src/rewrite/rule.ts'
import { exponentials } from '../../test/rules/formulas/exponentials.ts'
import type { Formula } from '../../test/rules/formulas/formula.ts'
import { logarithms } from '../../test/rules/formulas/logarithms.ts'
import { roots } from '../../test/rules/formulas/roots.ts'
import { softmaxes } from '../../test/rules/formulas/softmax.ts'

const FORMULAS = [...logarithms, ...exponentials, ...softmaxes, ...roots]

/** Throws where a formula that a rule is for comes out wrong in f32. */
export function checkFormulas({ name }: Rule): void {
  for (const formula of FORMULAS.filter(({ rules }) => rules.includes(name))) checkFormula(formula)
}

function checkFormula(formula: Formula): void {
  const { at, build, weights, value, gradients } = formula
  const operands = at.map(operand => Literal.from(operand, 'f32'))
  const builder = new GraphBuilder()
  const args = operands.map(({ shape }, i) => builder.param(`x${i}`, { dtype: 'f32', shape }))
  const result = build(...args)
  const data = Float64Array.from(weights ?? [])
  const factors = () => constant(builder, new Literal('f32', result.shape as number[], data))
  const loss = sum(weights === undefined ? result : mul(result, factors()))
  const graph = builder.output('value', result).output('loss', loss).finish()
  const stable = runPipeline(graph, beforeDerivative(), { verify: false }).graph
  const wrt = args.map((_, i) => `x${i}`)
  const values = Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand]))
  const both = gradient(stable, { of: 'loss', wrt, zeros: wrt })
  const { outputs } = interpret(both, values, { rounding: 'dtype' })
  checkNear(outputs.value!, value)
  gradients.forEach((wanted, i) => {
    checkNear(outputs[`grads.x${i}`]!, wanted)
  })
}

/** Some units in the last place of f32. */
function checkNear(got: Literal, wanted: readonly number[]): void {
  wanted.forEach((want, i) => {
    const isNear = got.at(i) === want || Math.abs(got.at(i) - want) <= 2e-6 * Math.abs(want) + 1e-40
    assert(isNear, `${got.at(i)} is not ${want}`)
  })
}
