// Loops written by hand give what the compiled programs give, on small sizes: odd ones, single ones
// and those that fill the steps of the loops. Nothing is timed.

import { describe, expect, it } from 'vitest'
import { powerOfE } from '../../bench/hand-written.ts'
import { disagreement, HAND_TOLERANCE } from '../../bench/task.ts'
import type { Context, Prepared } from '../../bench/workload.ts'
import { prepareBatchNorm } from '../../bench/workloads/normalization.ts'
import {
  prepareActivations,
  prepareMean,
  prepareSoftmax,
} from '../../bench/workloads/single-ops.ts'
import { prepareAdam } from '../../bench/workloads/update.ts'

const CONTEXT = { backend: 'js' } as Context

/** What differs between ours and the loop's, by number of the result. */
function differences({ hand, dispose }: Prepared) {
  dispose?.()
  expect(hand!.results.length).toBeGreaterThan(0)
  return hand!.results.flatMap((pair, i) => {
    const found = disagreement(...pair, HAND_TOLERANCE)
    return found === undefined ? [] : [`${i}: ${found}`]
  })
}

describe('a loop written by hand', () => {
  it.each([
    [1, 1],
    [3, 7],
    [5, 64],
  ])('gives the softmax of %i rows of %i', async (rows, columns) => {
    expect(differences(await prepareSoftmax(rows, columns, CONTEXT))).toEqual([])
  })

  it.each([1, 1_000])('gives the activations of %i numbers', async size => {
    expect(differences(await prepareActivations(size, CONTEXT))).toEqual([])
  })

  it.each([1, 257])('gives steps of Adam on %i numbers', async size => {
    expect(differences(await prepareAdam(size, CONTEXT))).toEqual([])
  })

  it.each([
    [8, 6],
    [7, 5],
    [2, 1],
  ])('gives batch norm and its gradients of %i rows of %i', async (rows, columns) => {
    expect(differences(await prepareBatchNorm(rows, columns, CONTEXT))).toEqual([])
  })

  it('makes new arrays at every run, as a compiled program does', async () => {
    const { hand, dispose } = await prepareSoftmax(2, 3, CONTEXT)
    expect(hand!.run()).not.toBe(hand!.run())
    dispose?.()
  })
})

describe('a power of e', () => {
  it('is within 1e-8 of itself wherever a Float32Array holds it', () => {
    const points = Array.from({ length: 20_001 }, (_, i) => (i - 10_000) / 112)
    const worst = points.reduce((most, x) => {
      return Math.max(most, Math.abs(powerOfE(x) / Math.exp(x) - 1))
    }, 0)
    expect(worst).toBeLessThan(1e-8)
  })

  it('ends in zero and infinity, and passes NaN on', () => {
    const far = [-1e30, Number.NEGATIVE_INFINITY, 1e30, Number.POSITIVE_INFINITY, Number.NaN]
    expect(far.map(x => Math.fround(powerOfE(x)))).toEqual([0, 0, Infinity, Infinity, Number.NaN])
  })
})

describe('the mean', () => {
  it('is told with how far it is from one that loses nothing', async () => {
    const { extra, dispose } = await prepareMean(100_000, CONTEXT)
    dispose?.()
    expect(extra!.relativeError).toBeLessThan(1e-6)
  })
})
