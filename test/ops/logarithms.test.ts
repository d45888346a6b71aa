// log_add_exp, log1mexp and xlogy where the formulas that they stand for break: infinities, zeros,
// cancellation, overflow. The numbers were worked out by hand from series and limits.

import { describe, expect, it } from 'vitest'
import { log1mexp, logAddExp, xlog1py, xlogy } from '../../src/ops/logarithms.ts'
import { cotangentsOf, tangentOf, tensor, valuesOf } from './functions.ts'

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number

describe('logAddExp', () => {
  it('neither overflows nor underflows', () => {
    const [x, y] = [tensor([1000, -1000, 1000]), tensor([1000, -1000, -1000])]
    expect(valuesOf(logAddExp, x, y)).toEqual([1000 + Math.LN2, -1000 + Math.LN2, 1000])
    expect(cotangentsOf(logAddExp, x, y)).toEqual([
      [0.5, 0.5, 1],
      [0.5, 0.5, 0],
    ])
  })

  it('takes an infinite operand for the sum it is', () => {
    const x = tensor([infinity, infinity, infinity, -infinity, -infinity, 3])
    const y = tensor([infinity, 3, -infinity, -infinity, 3, -infinity])
    expect(valuesOf(logAddExp, x, y)).toEqual([infinity, infinity, infinity, -infinity, 3, 3])
    const share = [0.5, 1, 1, 0.5, 0, 1]
    expect(cotangentsOf(logAddExp, x, y)).toEqual([share, share.map(part => 1 - part)])
    for (const [i, t] of tangentOf(logAddExp, x, y).entries()) expect(t).toBeCloseTo(share[i]!, 15)
  })

  it('keeps NaN', () => {
    expect(valuesOf(logAddExp, tensor([nan, 1]), tensor([1, nan]))).toEqual([nan, nan])
  })
})

describe('log1mexp', () => {
  it('keeps the digits at both ends', () => {
    // −expm1(−h) = h − h²/2 + …, and log1p(−e) = −e − e²/2 − …
    const [near, far] = [-(2 ** -60), -60]
    const [first, second] = valuesOf(log1mexp, tensor([near, far]))
    expect(first).toBeCloseTo(-60 * Math.LN2, 12)
    expect(second! / -Math.exp(-60)).toBeCloseTo(1, 14)
    const [ct] = cotangentsOf(log1mexp, tensor([near, far]))
    expect(ct![0]! / -(2 ** 60)).toBeCloseTo(1, 14)
    expect(ct![1]! / -Math.exp(-60)).toBeCloseTo(1, 14)
  })

  it('has its limits at 0 of both signs and at −∞, and no value above 0', () => {
    const x = tensor([0, -0, -infinity, 1])
    const ends = [-infinity, -infinity, -0, nan]
    expect(valuesOf(log1mexp, x)).toEqual(ends)
    expect(cotangentsOf(log1mexp, x)[0]!.slice(0, 3)).toEqual([-infinity, -infinity, -0])
    expect(tangentOf(log1mexp, x).slice(0, 2)).toEqual([-infinity, -infinity])
  })
})

describe('xlogy', () => {
  it('is 0 where x is 0, whatever y is but NaN', () => {
    const y = [0, -0, -1, infinity, nan]
    const x = tensor(y.map(() => 0))
    expect(valuesOf(xlogy, x, tensor(y))).toEqual([0, 0, 0, 0, nan])
    expect(valuesOf(xlogy, tensor([2, 2]), tensor([0, 1]))).toEqual([-infinity, 0])
  })

  it('sends nothing to y where x is 0, and an infinite derivative to x where y is', () => {
    const [x, y] = [tensor([0, 0, 2]), tensor([0, 4, 4])]
    expect(cotangentsOf(xlogy, x, y)).toEqual([
      [-infinity, Math.log(4), Math.log(4)],
      [0, 0, 0.5],
    ])
    expect(tangentOf(xlogy, x, y)).toEqual([-infinity, Math.log(4), Math.log(4)])
    expect(tangentOf((v, u) => xlogy(u, v), y, x)).toEqual([0, 0, 0.5])
  })
})

describe('xlog1py', () => {
  it('is xlogy of 1 + y, with the digits of a small y', () => {
    const [x, y] = [tensor([0, 0, 0, 2]), tensor([-1, infinity, nan, 1e-20])]
    expect(valuesOf(xlog1py, x, y)).toEqual([0, 0, nan, 2e-20])
  })

  it('sends nothing to y where x is 0', () => {
    const [x, y] = [tensor([0, 0, 2]), tensor([-1, 3, 3])]
    expect(cotangentsOf(xlog1py, x, y)).toEqual([
      [-infinity, Math.log1p(3), Math.log1p(3)],
      [0, 0, 0.5],
    ])
    expect(tangentOf(xlog1py, x, y)).toEqual([-infinity, Math.log1p(3), Math.log1p(3)])
    expect(tangentOf((v, u) => xlog1py(u, v), y, x)).toEqual([0, 0, 0.5])
  })
})
