// Every composite that has a rule of its own: what it means, against loops over plain numbers, and
// its first and second derivatives, against those of its body.

import { describe, expect, it } from 'vitest'
import type { Op, OpTable } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { cases, seed } from '../counts.ts'
import { DIRECT } from './direct.ts'
import { checkFused, describe as inWords, SITUATIONS, trialIn } from './fused.ts'
import { FUSED_TOLERANCE } from './tolerances.ts'

const table: OpTable = ops
const repeats = cases({ test: 3, ci: 8, deep: 60 })

/** Composites whose rules say that there is no derivative. */
const WITHOUT_DERIVATIVE = ['bernoulli', 'one_hot', 'random_normal', 'random_uniform']
/** What they draw is pinned by tests of their own. */
const DRAWN = ['dropout']

/** Where no element is near an end of its dtype and every mean is one of something. */
const ORDINARY = SITUATIONS.filter(({ kind, scale }) => kind !== 'empty' && scale === undefined)

const composites = Object.values(table)
  .map(({ op }): Op => op)
  .filter(({ body, vjp }) => body !== undefined && vjp !== undefined)
const smooth = composites.filter(({ name }) => !WITHOUT_DERIVATIVE.includes(name))

/** Draws for one trial with something to differentiate: an op may take integers as well. */
const ATTEMPTS = 20

function* trials(op: Op, situation: (typeof SITUATIONS)[number], count = repeats) {
  let left = count
  for (let from = seed; left > 0 && from < seed + ATTEMPTS * count; from++) {
    const found = trialIn(op, situation, from)
    if (found === undefined) continue
    left--
    yield found
  }
}

describe('the list of composites', () => {
  it('leaves out only those that have no derivative', () => {
    const none = composites.filter(op => [...trials(op, { name: '' }, 1)].length === 0)
    expect(none.map(({ name }) => name).sort()).toEqual([...WITHOUT_DERIVATIVE])
  })

  it('has a direct meaning for every one that draws nothing', () => {
    const named = smooth.map(({ name }) => name).filter(name => !DRAWN.includes(name))
    expect(named.sort()).toEqual(Object.keys(DIRECT).sort())
  })
})

describe.each(Object.entries(DIRECT))('%s', (name, direct) => {
  it.each(ORDINARY)('means what loops over numbers give, on $name', situation => {
    for (const { trial, results } of trials(table[name]!.op, situation)) {
      const wanted = direct(trial.operands, trial.sample.attributes)
      results.forEach((result, i) => {
        const numbers = wanted[i]!
        expect(result.size, inWords(trial)).toBe(numbers.length)
        for (const [k, want] of numbers.entries()) {
          const gap = Math.abs(result.at(k) - want)
          const isSame =
            Object.is(result.at(k), want) || gap <= FUSED_TOLERANCE * (1 + Math.abs(want))
          expect(isSame, `${inWords(trial)}: element ${k} is ${result.at(k)}, not ${want}`).toBe(
            true,
          )
        }
      })
    }
  })
})

describe.each(smooth.map(op => [op.name, op] as const))('the rule of %s', (_, op) => {
  it.each(SITUATIONS)('gives both derivatives of the body, on $name', situation => {
    let count = 0
    for (const found of trials(op, situation)) {
      checkFused(found)
      count++
    }
    expect(count).toBeGreaterThan(0)
  })
})
