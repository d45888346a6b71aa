// Every benchmark there is, in the order in which they run.

import type { Bench } from '../workload.ts'
import { passes } from './passes.ts'

/** All benchmarks. */
export const BENCHES: readonly Bench[] = [passes]
