// Every op of the registry on js: no code per op.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Op, OpTable } from '../../src/ir/op.ts'
import * as s from '../../src/kernel/scalar.ts'
import { ops } from '../../src/ops/registry.ts'
import { cases, seed } from '../counts.ts'
import { caseOf } from '../lower/programs.ts'
import { checkJs, checkJsGradient } from './js-checks.ts'
import { runOnJs } from './on-js.ts'

const table: OpTable = ops
/** Trials per shape kind, of which there are five; ranks and dtypes have theirs beside them. */
const repeats = cases({ test: 1, ci: 4, deep: 30 })

/** Families and single ops through which no cotangent flows. */
const WITHOUT_GRADIENT = [
  'creation',
  'comparison',
  'logic',
  'random',
  'argmax',
  'argmin',
  'one_hot',
  'ceil',
  'floor',
  'round',
  'sign',
]

describe.each(Object.values(table).map(({ op }) => [op.name, op] as const))('%s', (name, op) => {
  const hasGradient = ![op.family, name].some(of => WITHOUT_GRADIENT.includes(of))

  it('gives on js what it means, twice the same bits', () => {
    expect(checkJs(op, seed, repeats, table)).toBe('pass')
  })

  it('has a gradient that gives on js what it means', () => {
    const outcome = checkJsGradient(op, seed, repeats, table)
    expect(outcome).toBe(hasGradient ? 'pass' : 'none')
  })
})

describe('an op whose kernel is wrong', () => {
  const wrong = (change: (x: s.Scalar) => s.Scalar): Op => ({
    ...ops.neg.op,
    lowering: { kind: 'elementwise', scalar: ([x]) => change(x!) },
  })

  it('is found by its values', () => {
    const check = () => checkJs(wrong(s.abs), seed, repeats, table)
    expect(check).toThrow(/neg\(.*is .*, not .*/)
  })

  it('is found where only NaN or -0 tells', () => {
    const flushed = (x: s.Scalar) => s.select(s.eq(x, x), s.neg(x), s.zero(x))
    expect(() => checkJs(wrong(flushed), seed, repeats, table)).toThrow(/is 0, not NaN/)
  })

  it('is found by its gradient', () => {
    const check = () => checkJsGradient(wrong(s.abs), seed, repeats, table)
    expect(check).toThrow('the gradient of neg')
  })
})

describe('the front part of something that has memory of its own', () => {
  it('is read from an input and from an output', () => {
    const { graph } = caseOf(`graph @g(input %x: f64[6]) {
  %0 = neg %x : f64[6]
  %1 = slice %x {start = [0], end = [3]} : f64[3]
  %2 = slice %0 {start = [0], end = [3]} : f64[3]
  %3 = cumsum %1 {axis = 0} : f64[3]
  %4 = cumsum %2 {axis = 0} : f64[3]
  return a = %3, b = %4, whole = %0
}`)
    const x = Literal.from(Float64Array.of(1, 2, 4, 8, 16, 32))
    const { a, b } = runOnJs(graph, { x }).outputs
    expect([...a!.values()]).toEqual([1, 3, 7])
    expect([...b!.values()]).toEqual([-1, -3, -7])
  })
})

describe('a value that one kernel stores and another computes again', () => {
  it('passes its cotangent within the bounds of a clamp', () => {
    const { graph } = caseOf(`graph @g(param %x: f32[4]) {
  %0 = mul %x, %x : f32[4]
  %1 = clamp %0 {low = -1, high = 0.5} : f32[4]
  %2 = sum %1 {axes = [0]} : f32[]
  return loss = %2, clamped = %1
}`)
    const x = Literal.from(Float32Array.of(0.3, 7, 9, 0.6))
    const { outputs } = runOnJs(gradient(graph, { of: 'loss' }), { x })
    const wanted = [2 * x.at(0), 0, 0, 2 * x.at(3)]
    expect([...outputs['grads.x']!.values()]).toEqual(wanted)
  })
})
