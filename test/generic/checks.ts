// What every op of the registry must satisfy, with no code per op. The vitest suite and the status
// table run these same checks. A check throws an error that names the seed which repeats it.

import assert from 'node:assert/strict'
import { pullback } from '../../src/autodiff/reverse.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { checkNode, isProblem } from '../../src/ir/check-node.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Literal } from '../../src/ir/literal.ts'
import type { Op, OpTable } from '../../src/ir/op.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { graphsEqual, printGraph } from '../../src/ir/printer.ts'
import { SHAPE_KINDS, type ShapeKind } from '../../src/ir/sample.ts'
import { printType, typesEqual } from '../../src/ir/type.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { constant } from '../../src/ops/creation.ts'
import { isFloat } from '../../src/support/dtype.ts'
import * as d from './differentiate.ts'
import { type Estimate, richardson } from './richardson.ts'

/** Agreement of forward and reverse mode, relative to the size of the sums compared. */
export const ADJOINT_TOLERANCE = 1e-12
/** Agreement with the numeric oracle, relative. */
export const NUMERIC_TOLERANCE = 1e-8

/** Whether an op has the thing that a check is about. */
export type Outcome = 'pass' | 'none'

/** One check of an op, over seeds from `seed` on. */
export type Check = (op: Op, seed: number, repeats: number, table: OpTable) => Outcome

/** Type rule and reference agree on shapes of every kind, and two runs agree bit for bit. */
export const checkInterpreter: Check = (op, seed, repeats) => {
  for (const { kind, from } of plan(seed, repeats)) {
    const trial = d.trial(op, from, kind)
    within(trial, () => {
      const types = trial.operands.map(operand => operand.type)
      const checked = checkNode(op, types, trial.sample.attributes)
      if (isProblem(checked)) assert.fail(`the sample must be well typed: ${checked.message}`)
      const results = d.run(trial, trial.operands)
      const again = d.run(trial, trial.operands)
      results.forEach((result, i) => {
        const wanted = checked.types[i]!
        assert(
          typesEqual(result.type, wanted),
          `${printType(result.type)}, not ${printType(wanted)}`,
        )
        assert(result.equals(again[i]!), 'two evaluations must agree bit for bit')
      })
    })
  }
  return 'pass'
}

/** A graph of the op, and the graph of its gradient, survive printing and parsing. */
export const checkText: Check = (op, seed, repeats, table) => {
  for (const { kind, from } of plan(seed, repeats)) {
    const trial = d.trial(op, from, kind)
    within(trial, () => {
      const { builder, results } = d.graphOf(trial)
      for (const [i, result] of results.entries()) builder.output(`out${i}`, result)
      const graph = builder.finish()
      assert.deepEqual(verifyGraph(graph), [])
      const text = printGraph(graph)
      const parsed = parseGraph('trial.ir', text, table)
      assert(graphsEqual(parsed, graph), 'parse(print(graph)) must equal graph')
      assert.equal(printGraph(parsed), text)
    })
  }
  return 'pass'
}

/** Reverse mode against forward mode (adjoint identity), and against the numeric oracle. */
export const checkVjp: Check = (op, seed, repeats) =>
  eachDifferentiable(op, seed, repeats, trial => {
    const ct = cotangentFor(trial)
    const t = d.direction(trial.draw, trial.operands)
    const cts = d.runPullback(trial, ct)
    for (const [i, x] of cts.entries()) {
      const wanted = trial.operands[i]!.type
      const message = `the cotangent of operand ${i} is ${x && printType(x.type)}, not ${printType(wanted)}`
      assert(x === undefined || typesEqual(x.type, wanted), message)
    }
    const tangent = d.runPushforward(trial, t)
    const reverse = d.dotAll(cts, t)
    const forward = tangent === undefined ? 0 : d.dot(ct, tangent)
    const scale = d.dotScale(cts, t) + (tangent === undefined ? 0 : d.dotScale([ct], [tangent]))
    const gap = Math.abs(reverse - forward)
    const message = `adjoint identity: reverse ${reverse}, forward ${forward}`
    assert(gap <= ADJOINT_TOLERANCE * (1 + scale), message)
    assertNumeric(reverse, numericDerivative(trial, ct, t), 'reverse')
  })

/** Forward mode against the numeric oracle. */
export const checkJvp: Check = (op, seed, repeats) =>
  eachDifferentiable(op, seed, repeats, trial => {
    const ct = cotangentFor(trial)
    const t = d.direction(trial.draw, trial.operands)
    const tangent = d.runPushforward(trial, t)
    const forward = tangent === undefined ? 0 : d.dot(ct, tangent)
    assertNumeric(forward, numericDerivative(trial, ct, t), 'forward')
  })

/** The gradient of the gradient against the numeric oracle, in operands and cotangent together. */
export const checkSecondOrder: Check = (op, seed, repeats) =>
  eachDifferentiable(op, seed, repeats, trial => {
    const ct = cotangentFor(trial)
    const cts = d.runPullback(trial, ct)
    if (cts.every(x => x === undefined)) return
    const [along, ...t] = d.direction(trial.draw, [ct, ...trial.operands])
    const weights = d.direction(trial.draw, trial.operands)
    const analytic = secondDerivative(trial, ct, weights, along!, t)
    const numeric = richardson(h => {
      const operands = d.moved(trial.operands, t, h)
      const there = { ...trial, operands }
      return d.dotAll(d.runPullback(there, d.moved([ct], [along], h)[0]!), weights)
    })
    assertNumeric(analytic, numeric, 'second order')
  })

/** A slope beyond this is that of a jump or a pole. */
const STEEPEST = 1e3

/**
 * At a kink the derivative lies between those on either side; at a jump, a pole or the edge of the
 * domain it is at least a number or an infinity. For ops of one operand.
 */
export const checkKinks: Check = (op, seed) => {
  if (op.kinks.length === 0 || op.operands.length !== 1) return 'none'
  for (const kink of op.kinks) {
    const base = d.differentiableTrial(op, seed, 'scalar')!
    const at = (x: number): d.Trial => ({
      ...base,
      operands: base.operands.map(operand => operand.map(() => x)),
    })
    within(at(kink), () => {
      const value = (x: number) => d.run(at(x), at(x).operands)[0]!.at(0)
      const one = d.run(at(kink), at(kink).operands)[0]!.map(() => 1)
      const derivative = d.runPullback(at(kink), one)[0]?.at(0) ?? 0
      const step = 1e-7
      const left = (value(kink) - value(kink - step)) / step
      const right = (value(kink + step) - value(kink)) / step
      const message = `at ${kink} the derivative ${derivative} must lie in [${left}, ${right}]`
      assert(!Number.isNaN(derivative), message)
      if (![left, right].every(slope => Math.abs(slope) < STEEPEST)) return
      const [low, high] = [Math.min(left, right) - 1e-5, Math.max(left, right) + 1e-5]
      assert(derivative >= low && derivative <= high, message)
    })
  }
  return 'pass'
}

/** Ordinary values to meet kinks with. */
const BESIDE_KINKS = [-1.5, 0.5, 2]

/** At kinks, with kinks and with ordinary values of the other operand, both modes agree. */
export const checkModesAtKinks: Check = (op, seed) => {
  if (op.kinks.length === 0) return 'none'
  const values = [...op.kinks, ...BESIDE_KINKS]
  const pairs = values.flatMap(x => values.map(y => [x, y] as const))
  const base = d.differentiableTrial(op, seed, 'scalar')!
  for (const point of pairs) {
    const operands = base.operands.map((operand, i) => operand.map(() => point[i] ?? operand.at(0)))
    const trial = { ...base, operands }
    const value = d.run(trial, operands)[0]!
    // Outside the domain there is nothing to differentiate.
    if (Number.isNaN(value.at(0))) continue
    const cts = d.runPullback(
      trial,
      value.map(() => 1),
    )
    operands.forEach((operand, i) => {
      const alone = operands.map((_, j) => (i === j ? operand.map(() => 1) : undefined))
      const forward = d.runPushforward(trial, alone)?.at(0) ?? 0
      const reverse = cts[i]?.at(0) ?? 0
      const same = Object.is(forward, reverse) || Math.abs(forward - reverse) <= 1e-12
      assert(same, `${op.name} at ${point}, operand ${i}: reverse ${reverse}, forward ${forward}`)
    })
  }
  return 'pass'
}

/** All checks by the column of the status table that they fill. */
export const CHECKS = {
  interpreter: checkInterpreter,
  text: checkText,
  vjp: checkVjp,
  jvp: checkJvp,
  secondOrder: checkSecondOrder,
  kinks: checkKinks,
  modesAtKinks: checkModesAtKinks,
} as const satisfies Record<string, Check>

function plan(seed: number, repeats: number): { kind: ShapeKind; from: number }[] {
  assert(repeats > 0, 'a check without a trial would pass whatever the op does')
  return SHAPE_KINDS.flatMap(kind =>
    Array.from({ length: repeats }, (_, i) => ({ kind, from: seed + i })),
  )
}

function eachDifferentiable(
  op: Op,
  seed: number,
  repeats: number,
  check: (trial: d.Trial) => void,
): Outcome {
  let outcome: Outcome = 'none'
  for (const { kind, from } of plan(seed, repeats)) {
    const trial = d.differentiableTrial(op, from, kind)
    if (trial === undefined) continue
    within(trial, () => check(trial))
    outcome = 'pass'
  }
  return outcome
}

/** Runs a check; a failure names the op, its operands and the seed that repeats it. */
function within(trial: d.Trial, check: () => void): void {
  try {
    check()
  } catch (error) {
    const types = trial.operands.map(operand => printType(operand.type)).join(', ')
    const where = `${trial.op.name}(${types}) ${JSON.stringify(trial.sample.attributes)}`
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${where}: ${message}\n  shapes "${trial.kind}", seed ${trial.seed}`, {
      cause: error,
    })
  }
}

function cotangentFor(trial: d.Trial): Literal {
  const result = d.run(trial, trial.operands).find(({ dtype }) => isFloat(dtype))!
  return result.map(() => trial.draw.uniform(0.5, 1.5) * trial.draw.pick([-1, 1]))
}

function numericDerivative(
  trial: d.Trial,
  ct: Literal,
  t: readonly (Literal | undefined)[],
): Estimate {
  // Nothing to perturb: the derivative is the empty sum, whatever the value (a max of nothing is
  // -inf).
  if (t.every(direction => direction === undefined || direction.size === 0))
    return { value: 0, error: 0 }
  return richardson(h => {
    const results = d.run(trial, d.moved(trial.operands, t, h))
    return d.dot(ct, results.find(({ dtype }) => isFloat(dtype))!)
  })
}

function assertNumeric(analytic: number, numeric: Estimate, what: string): void {
  const tolerance = NUMERIC_TOLERANCE * (1 + Math.abs(numeric.value))
  assert(numeric.error <= tolerance, `the oracle is unsure: ${numeric.value} ± ${numeric.error}`)
  const gap = Math.abs(analytic - numeric.value)
  const ratio = (analytic / numeric.value).toPrecision(4)
  assert(gap <= tolerance, `${what} ${analytic}, numeric ${numeric.value} (ratio ${ratio})`)
}

/** ∂/∂h ⟨pullback(x + h t, ct + h along), weights⟩, by reverse mode over the pullback. */
function secondDerivative(
  trial: d.Trial,
  ct: Literal,
  weights: readonly (Literal | undefined)[],
  along: Literal,
  t: readonly (Literal | undefined)[],
): number {
  const { builder, values, results, floats } = d.graphOf(trial)
  const seed = builder.input('ct', ct.type)
  const wrt = floats.map(i => values[i]!)
  const first = pullback(builder, d.floatResult(results), seed, wrt)
  const again = [...wrt, seed]
  const directions = [...floats.map(i => t[i]!), along]
  const arguments_ = { ...d.inputsOf(trial.operands), ct }
  let sum = 0
  first.cotangents.forEach((value, k) => {
    if (value === undefined) return
    const second = GraphBuilder.from(builder.finish())
    const weight = constant(second, weights[floats[k]!]!)
    const handles = again.map(handle => second.value(handle.id))
    const found = pullback(second, second.value(value.id), weight, handles)
    found.cotangents.forEach((x, i) => {
      if (x !== undefined) second.output(`ct${i}`, x)
    })
    const { outputs } = interpret(second.finish(), arguments_)
    sum += d.dotAll(
      again.map((_, i) => outputs[`ct${i}`]),
      directions,
    )
  })
  return sum
}
