// Long sums: cut into nested loops, or into launches where the target wants more points.

import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { axisIndex } from '../../src/kernel/index.ts'
import { cut, LONGEST } from '../../src/lower/accumulate.ts'
import { random } from '../../src/support/random.ts'
import { type Case, caseOf, expectMeaning } from './programs.ts'
import { runLowered, TARGET } from './run.ts'

const WIDE = { ...TARGET, minPoints: 64 }

const sum = (shape: string, axes: string, result: string) => `graph @g(input %x: f32[${shape}]) {
  %0 = sum %x {axes = [${axes}]} : f32[${result}]
  return a = %0
}`

describe('a cut', () => {
  const axes = (...extents: number[]) => extents.map((extent, i) => ({ name: `r${i}`, extent }))
  const extents = (list: readonly { readonly extent: number }[]) => list.map(axis => axis.extent)

  it('leaves a short loop alone', () => {
    const short = axes(2, LONGEST / 2)
    expect(cut(short)).toEqual({ outer: [], inner: short, index: short.map(axisIndex) })
  })

  it.each([
    { of: [4097], outer: [2], inner: [2049] },
    { of: [102_400], outer: [25], inner: [4096] },
    { of: [10_007], outer: [3], inner: [3336] },
    { of: [1000, 1000], outer: [250], inner: [4, 1000] },
    { of: [3, 5000, 7], outer: [3, 10], inner: [500, 7] },
    { of: [100, 4096], outer: [100], inner: [4096] },
  ])('of $of is $outer times $inner', ({ of, outer, inner }) => {
    const found = cut(axes(...of))
    expect([extents(found.outer), extents(found.inner)]).toEqual([outer, inner])
  })
})

describe('a long sum', () => {
  it('is two loops, so that rounding every addition costs few digits', () => {
    const made = caseOf(sum('102400,2', '0', '2'))
    expect(made.launches).toEqual(['sum'])
    expect(made.text).toContain(
      'over r_ in 25 {\n    over r in 4096 {\n      s += x0[4096*r_ + r, i]',
    )
  })

  it('of ragged chunks adds nothing beyond the end', () => {
    const made = caseOf(sum('10007', '0', ''))
    expect(made.text).toContain('s += x0[3336*r_ + r] else 0')
    expectMeaning(made)
  })

  it('of computed elements guards the expression', () => {
    const made = caseOf(`graph @g(input %x: f32[10007]) {
  %0 = exp %x : f32[10007]
  %1 = sum %0 {axes = [0]} : f32[]
  return a = %1
}`)
    expect(made.text).toContain(
      'select(index(3336*r_ + r) < 10007i, exp(x0[3336*r_ + r] else 0), 0)',
    )
    expectMeaning(made)
  })

  it('is a product as well, of which nothing beyond the end is a factor', () => {
    const made = caseOf(`graph @g(input %x: f32[10007]) {
  %0 = full {value = 0.000244140625, shape = [10007], dtype = f32} : f32[10007]
  %1 = mul %x, %0 : f32[10007]
  %2 = exp %1 : f32[10007]
  %3 = prod %2 {axes = [0]} : f32[]
  return a = %3
}`)
    expectMeaning(made)
    expect(made.text).toContain(', 1)\n    }\n    s1 *= s')
  })

  it('is nested as deep as it takes', () => {
    const text = caseOf(sum('20000000', '0', '')).text
    expect(text.match(/over /g)).toHaveLength(3)
    expect(text).toContain('over r__ in 2 {\n    over r_ in 2500 {\n      over r in 4000 {')
  })

  it('of few points is a launch of chunks and one of their sums', () => {
    const made = caseOf(sum('3,5000', '0, 1', ''), WIDE)
    expect(made.launches).toEqual(['sum', 'sum_1'])
    expect(made.text).toContain('scratch v0_parts: f32[3,2] @0')
    expectMeaning(made)
  })

  it('ends in the value that it leads to, in either form', () => {
    const text = `graph @g(input %x: f32[5000,2]) {
  %0 = sum %x {axes = [0]} : f32[2]
  %1 = full {value = 0.5, shape = [2], dtype = f32} : f32[2]
  %2 = mul %0, %1 : f32[2]
  return a = %2
}`
    expect(caseOf(text).launches).toEqual(['sum_mul'])
    expect(caseOf(text, WIDE).launches).toEqual(['sum', 'sum_mul'])
    expectMeaning(caseOf(text, WIDE))
  })

  it('of products is cut, too', () => {
    const made = caseOf(`graph @g(input %x: f32[9000], input %y: f32[9000]) {
  %0 = matmul %x, %y {batch = [[], []], contract = [[0], [0]]} : f32[]
  return a = %0
}`)
    expect(made.text).toContain('over r_ in 3 {')
    expectMeaning(made)
  })
})

describe('a long extreme', () => {
  it('is one loop, or chunks where the target wants points', () => {
    const text = sum('9000', '0', '').replace('sum', 'max')
    expect(caseOf(text).text).toContain('over r in 9000 {')
    expect(caseOf(text, WIDE).launches).toEqual(['max', 'max_1'])
    expectMeaning(caseOf(text, WIDE))
  })

  it('knows where it is, counted over all reduced elements', () => {
    const made = caseOf(
      `graph @g(input %x: f32[3,4,5]) {
  %0 = argmax %x {axes = [1]} : i32[3,5]
  return a = %0
}`,
      WIDE,
    )
    expect(made.text).toContain('s, s_at max= x0[i0, r, i1] at index(r)')
    expectMeaning(made, 'exact')
  })
})

describe('rounding every addition', () => {
  /** The relative error of a mean with f32 additions, as a target without doubles makes it. */
  function errorOf(made: Case, count: number): number {
    const stream = random(3)
    const x = new Literal(
      'f32',
      [count],
      Float64Array.from({ length: count }, () => Math.fround(stream.uniform())),
    )
    const got = runLowered(made.graph, made.lowered, { x }, undefined, 'dtype').outputs.a!.at(0)
    const wanted = interpret(made.graph, { x }).outputs.a!.at(0)
    return Math.abs(got - wanted) / wanted
  }

  it('keeps a mean of 4,000,000 numbers within 1e-6', () => {
    expect(errorOf(caseOf(sum('4000000', '0', '')), 4_000_000)).toBeLessThan(1e-6)
    expect(errorOf(caseOf(sum('4000000', '0', ''), WIDE), 4_000_000)).toBeLessThan(1e-6)
  })
})
