// Every benchmark there is, in the order in which they run.

import type { Bench } from '../workload.ts'
import { convolutions } from './convolution.ts'
import { heapGrowth } from './heap-growth.ts'
import { kernels } from './kernels.ts'
import { products } from './matmul.ts'
import { batchNorm256 } from './normalization.ts'
import { passes } from './passes.ts'
import { dispatchTiny, singleOps } from './single-ops.ts'
import { stepCnn } from './step-cnn.ts'
import { compileDeep24, steps } from './steps.ts'
import { trainingPasses } from './training-passes.ts'
import { adam1m } from './update.ts'

/** All benchmarks. */
export const BENCHES: readonly Bench[] = [
  ...products,
  ...convolutions,
  ...singleOps,
  ...kernels,
  batchNorm256,
  adam1m,
  ...steps,
  stepCnn,
  compileDeep24,
  dispatchTiny,
  heapGrowth,
  passes,
  trainingPasses,
]
