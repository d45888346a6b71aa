// Every stabilizing rule on a formula that f32 gets wrong as it is written: wrong without the
// passes before the derivative, right with them, value and gradient, against numbers worked out
// apart.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { constant } from '../../src/ops/creation.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { defaultRules } from '../../src/passes/rules.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { exponentials } from './formulas/exponentials.ts'
import type { Formula } from './formulas/formula.ts'
import { logarithms } from './formulas/logarithms.ts'
import { moments } from './formulas/moments.ts'
import { quotients } from './formulas/quotients.ts'
import { roots } from './formulas/roots.ts'
import { softmaxes } from './formulas/softmax.ts'

const formulas = [...logarithms, ...exponentials, ...softmaxes, ...roots, ...moments, ...quotients]

const literals = ({ at }: Formula) => at.map(value => Literal.from(value, 'f32'))

/** The formula as a graph, with a weighted sum of its elements as the loss. */
function graphOf(formula: Formula): Graph {
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

interface Result {
  readonly value: readonly number[]
  readonly gradients: readonly (readonly number[])[]
}

/** What f32 makes of a graph with its gradients. */
function computed(joint: Graph, formula: Formula): Result {
  const values = argumentsOf(formula)
  const { outputs } = interpret(joint, values, { rounding: 'dtype' })
  const gradients = Object.keys(values).map(name => [...outputs[`grads.${name}`]!.values()])
  return { value: [...outputs.value!.values()], gradients }
}

function differentiated(graph: Graph, formula: Formula): Graph {
  const wrt = Object.keys(argumentsOf(formula))
  return gradient(graph, { of: 'loss', wrt, zeros: wrt })
}

/** Some units in the last place of f32; and below 1e-40 there is hardly a place left. */
const isRight = (got: number, wanted: number) =>
  got === wanted || Math.abs(got - wanted) <= 2e-6 * Math.abs(wanted) + 1e-40

const areRight = (got: readonly number[], wanted: readonly number[]) =>
  got.length === wanted.length && got.every((x, i) => isRight(x, wanted[i]!))

function wrongParts({ value, gradients }: Result, formula: Formula): string {
  const isValueWrong = !areRight(value, formula.value)
  const isGradientWrong = !gradients.every((x, i) => areRight(x, formula.gradients[i]!))
  const parts = [...(isValueWrong ? ['value'] : []), ...(isGradientWrong ? ['gradient'] : [])]
  return parts.join(' and ')
}

describe.each(formulas.map(formula => [formula.written, formula] as const))('%s', (_, formula) => {
  const graph = graphOf(formula)
  const stable = runPipeline(graph, beforeDerivative())

  it(`is rewritten by ${formula.rules.join(', ')}`, () => {
    const fired = stable.records.flatMap(({ firings }) => firings.map(({ rule }) => rule))
    expect(fired).toEqual(expect.arrayContaining([...formula.rules]))
  })

  it(`has a wrong ${formula.wrong} in f32 as it is written`, () => {
    const written = computed(differentiated(graph, formula), formula)
    expect(wrongParts(written, formula)).toBe(formula.wrong)
  })

  it(`is right after rewriting: ${formula.derivation}`, () => {
    const joint = differentiated(stable.graph, formula)
    const { value, gradients } = computed(joint, formula)
    const told = JSON.stringify({ value: value.map(String), gradients: gradients.map(String) })
    expect(wrongParts({ value, gradients }, formula), told).toBe('')
  })

  it('is right after the passes behind the derivative too', () => {
    const joint = runPipeline(differentiated(stable.graph, formula), afterDerivative()).graph
    const { value, gradients } = computed(joint, formula)
    const told = JSON.stringify({ value: value.map(String), gradients: gradients.map(String) })
    expect(wrongParts({ value, gradients }, formula), told).toBe('')
  })
})

describe('the stabilizing rules', () => {
  it('each have a formula that needs them', () => {
    const shown = new Set(formulas.map(({ rules }) => rules[0]))
    const missing = defaultRules
      .filter(({ exactness }) => exactness === 'stabilizing')
      .map(({ name }) => name)
      .filter(name => !shown.has(name))
    expect(missing).toEqual([])
  })
})
