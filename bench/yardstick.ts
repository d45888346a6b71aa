// What this machine can do at best, measured in the same run as the workloads: the rate at which
// bytes move. The rate at which plain JavaScript multiplies and adds is set, not measured: it is
// what a register tile with accumulators in double precision reaches on the machine of reference.

import { EFFORT } from './harness.ts'

/** Rates that an ideal run is made from. */
export interface Yardstick {
  /** Billions of floating-point operations a second in matrix products. */
  readonly gflops: number
  /** Billions of bytes a second, read and written. */
  readonly gbps: number
}

/** The compute rate of each backend. */
const GFLOPS = { js: 5 } as const

/** A backend that the bench can measure. */
export type BackendName = keyof typeof GFLOPS

/** All backends that the bench can measure. */
export const BACKENDS = Object.keys(GFLOPS) as readonly BackendName[]

/** 16 MiB: more than the caches of one core hold, copied before anything else gets its turn. */
const COPIED_FLOATS = 2 ** 22
const COPIES = 100

/**
 * The best rate of a large copy. Every byte of it counts twice, once read and once written, as the
 * bytes of a workload do. The best, not the middle: what else the machine does only slows it down.
 */
export function copyRate(floats = COPIED_FLOATS, now: () => number = EFFORT.now): number {
  const from = new Float32Array(floats).fill(1)
  const to = new Float32Array(floats)
  let bestMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < COPIES; i++) {
    const start = now()
    to.set(from)
    bestMs = Math.min(bestMs, now() - start)
  }
  return (2 * from.byteLength) / bestMs / 1e6
}

/** The yardstick of a backend, from the rate of a copy. */
export function yardstickOf(backend: BackendName, gbps: number): Yardstick {
  return { gflops: GFLOPS[backend], gbps }
}
