// How vitest runs here: the files of the current tier, two workers, no isolation between files
// (the package keeps no global state, and its tests say so), no time limit that a slow machine hits.

import { defineConfig } from 'vitest/config'
import { isTierName, TIERS } from './test/tiers.ts'

const tier = process.env.GRADC_TIER ?? 'test'
if (!isTierName(tier)) throw new Error(`GRADC_TIER names no tier: ${tier}`)

/** A stuck test ends with the tier's whole budget; nothing is ever judged by its time. */
const budgetMs = TIERS[tier].minutes * 60_000

export default defineConfig({
  test: {
    include: [...TIERS[tier].tests],
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    testTimeout: budgetMs,
    hookTimeout: budgetMs,
    // A list that should be empty is shown whole.
    chaiConfig: { truncateThreshold: 2000 },
  },
})
