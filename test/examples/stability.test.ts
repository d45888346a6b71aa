// The stability example: every formula is wrong as it is written and right as it is compiled, and
// the report says by which rules, where they fired, and what came out.

import { describe, expect, it } from 'vitest'
import { type Comparison, runStability } from '../../examples/stability.ts'
import { collecting } from './collect.ts'

async function run() {
  const { report, events, lines } = collecting()
  return { comparisons: await runStability(report), events, text: lines.join('\n') }
}

/** What is right, by hand: the leading terms of each formula there. */
const RIGHT: Readonly<Record<string, { value: number[]; slope: number[] }>> = {
  'log(1 + exp(x))': { value: [100], slope: [1] },
  'log(exp(x) / Σ exp(x))': { value: [-400, 0], slope: [1, -1] },
  '−log(1 / (1 + exp(−x)))': { value: [200], slope: [-1] },
  'log(1 − sigmoid(x))': { value: [-50], slope: [-1] },
  '(exp(x) − exp(−x)) / (exp(x) + exp(−x))': { value: [1], slope: [0] },
  'exp(x) − 1': { value: [1e-8], slope: [1] },
  '√(x²)': { value: [0, 1e-30], slope: [0, 1] },
  'x · log(x)': { value: [0], slope: [Number.NEGATIVE_INFINITY] },
}

const isNear = (got: number, wanted: number) =>
  got === wanted || Math.abs(got - wanted) <= 1e-6 * Math.abs(wanted)

function isRight(
  { written }: Comparison,
  got: { value: readonly number[]; slope: readonly number[] },
) {
  const { value, slope } = RIGHT[written]!
  return [...got.value, ...got.slope].every((x, i) => isNear(x, [...value, ...slope][i]!))
}

describe('the stability example', () => {
  it('shows formulas that are wrong as they are written, and right as they are compiled', async () => {
    const { comparisons } = await run()
    expect(comparisons.map(({ written }) => written)).toEqual(Object.keys(RIGHT))
    for (const comparison of comparisons) {
      expect(isRight(comparison, comparison.asWritten), comparison.written).toBe(false)
      expect(isRight(comparison, comparison.compiled), comparison.written).toBe(true)
    }
  })

  it('says which rules fired, why, and on which line of the example', async () => {
    const { comparisons, text } = await run()
    for (const { rewrites } of comparisons) {
      expect(rewrites.length).toBeGreaterThan(0)
      for (const { rule, why, source } of rewrites) {
        expect(source).toMatch(/^examples\/stability\.ts:\d+:\d+$/)
        expect(text).toMatch(new RegExp(`    ${rule} +${why.slice(0, 3).replace(/\W/g, '.')}`))
      }
    }
    expect(text).toContain('as written   value ∞   slope NaN')
    expect(text).toContain('compiled     value [−400, 0]   slope [1, −1]')
    expect(text).toMatch(/\d+ rules fired on 8 formulas$/)
  })

  it('tells every formula as an event, with words where JSON has no number', async () => {
    const { events } = await run()
    expect(events.map(({ event }) => event)).toEqual(['start', ...Array(8).fill('step'), 'result'])
    expect(events[1]).toMatchObject({
      written: 'log(1 + exp(x))',
      asWritten: { value: ['Infinity'], slope: ['NaN'] },
      compiled: { value: [100], slope: [1] },
    })
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
  })
})
