// How long a kernel should take on a target: what it does, by what the target does in a second.

import type { KernelCost } from './cost.ts'
import type { Kernel } from './kernel.ts'
import type { Rates } from './target.ts'

/** Milliseconds: arithmetic and memory one after the other, which no overlap is needed to reach. */
export function estimateMs(
  { kind }: Pick<Kernel, 'kind'>,
  { work, bytes }: KernelCost,
  { contractGflops, loopGflops, gbps, launchMs }: Rates,
): number {
  const gflops = kind === 'contract' ? contractGflops : loopGflops
  return launchMs + work / gflops / 1e6 + bytes / gbps / 1e6
}
