// How many random cases a property test runs, and from which seed. The tier and the seed come from
// the environment, where tools/test.ts puts them; a bare `vitest` gets those of tier "test".

import { relative } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { isTierName, TIERS, type TierName } from './tiers.ts'

/** The seed of a local run: fixed, so that a checkout gives one result. */
export const DEFAULT_SEED = 17

/** The tier that runs now. */
export const tier: TierName = tierOf(process.env.GRADC_TIER)

/** The seed that every sampler and property of this run starts from. */
export const seed: number = Number(process.env.GRADC_SEED ?? DEFAULT_SEED)

function tierOf(name = 'test'): TierName {
  if (isTierName(name)) return name
  throw new Error(`GRADC_TIER names no tier: ${name}`)
}

/** The number of cases in this tier; by default a property runs 100, 200 or 2,000 of them. */
export function cases(counts: Partial<Record<TierName, number>> = {}): number {
  return counts[tier] ?? TIERS[tier].cases
}

/**
 * The parameters that every `fc.assert` of this repository gets: number of cases, seed, and a
 * report that ends with the command which repeats the failure.
 */
export function runs<T>(counts: Partial<Record<TierName, number>> = {}): fc.Parameters<T> {
  return { numRuns: cases(counts), seed, reporter: report }
}

function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return
  const message = fc.defaultReportMessage(details) ?? 'the property does not hold'
  throw new Error(`${message}\n${rerun(details.seed)}`, { cause: details.errorInstance })
}

/** The line that tells how to repeat the running test with `from` as its seed. */
export function rerun(from: number = seed): string {
  const { currentTestName = '', testPath = '' } = expect.getState()
  const file = relative('test', testPath)
    .replaceAll('\\', '/')
    .replace(/\.test\.ts$/, '')
  const name = currentTestName.split(' > ').at(-1) ?? ''
  const script = tier === 'deep' ? 'npm run test:deep' : 'npm test'
  return `seed ${from}; rerun: ${script} -- ${file} -t ${JSON.stringify(name)} --seed ${from}`
}
