// What the launches of a program cost, as data: counted on their kernels, estimated from the rates
// of the target, measured where somebody asked for it; then summed by layer and by phase.

import { costOf } from '../kernel/cost.ts'
import { estimateMs } from '../kernel/estimate.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Launch, Phase, Program } from '../kernel/program.ts'
import type { Rates } from '../kernel/target.ts'

/** What an explanation may be asked for beside what the compiler knows. */
export interface ExplainOptions {
  /**
   * Runs the program some times and measures every launch by itself, on the inputs of the last run,
   * or on zeros where nothing ran yet. Params, state, outputs and the draws of later runs stay as
   * they are. False by default.
   */
  readonly profile?: boolean | undefined
}

/** What something costs. */
export interface CostReport {
  /** Operations, each counted as one; a multiplication and addition are two. */
  readonly flops: number
  /** Bytes read and written, each element of each buffer once per launch. */
  readonly bytes: number
  /** From the counts and the rates of the target, with dear operations counted as several. */
  readonly estimatedMs: number
  /** The middle of several runs; there with `explain({ profile: true })`. */
  readonly measuredMs?: number
}

/** One launch. Where it computes values of several layers or phases, what it stores decides. */
export interface LaunchReport extends CostReport {
  /** The name of its kernel. */
  readonly kernel: string
  /** The layer, such as `blocks.0.fc`; empty for what no layer made. */
  readonly path: string
  readonly phase: Phase
  /** The values that it stores. */
  readonly values: readonly string[]
  /** The user's lines that it computes, as `file:line:column`; those of what it stores first. */
  readonly sources: readonly string[]
}

/** What several launches cost together. */
export interface CostSum extends CostReport {
  /** How many launches. */
  readonly launches: number
  /** The user's lines that they compute. */
  readonly sources: readonly string[]
}

/** All launches of a layer. */
export interface LayerReport extends CostSum {
  readonly path: string
}

/** All launches of a phase. */
export interface PhaseReport extends CostSum {
  readonly phase: Phase
}

/** Every launch in order; `measured` has the milliseconds of each. */
export function launchReports(
  { kernels, items }: Program<Launch>,
  rates: Rates,
  measured?: readonly number[],
): readonly LaunchReport[] {
  const known = new Map(kernels.map(kernel => [kernel.name, kernelReport(kernel, rates)]))
  return items.map(({ kernel, origin }, i) => ({
    kernel,
    path: origin?.path ?? '',
    phase: origin?.phase ?? 'forward',
    values: origin?.values ?? [],
    sources: sourcesOf(origin),
    ...known.get(kernel)!,
    ...(measured !== undefined && { measuredMs: measured[i]! }),
  }))
}

function kernelReport(kernel: Kernel, rates: Rates): CostReport {
  const cost = costOf(kernel)
  return { flops: cost.flops, bytes: cost.bytes, estimatedMs: estimateMs(kernel, cost, rates) }
}

function sourcesOf(origin: Launch['origin']): readonly string[] {
  const found = origin?.sources?.filter(({ location }) => location !== undefined) ?? []
  return [...new Set(found.map(String))]
}

/** Sums by layer, in the order in which layers first appear. */
export function layerReports(launches: readonly LaunchReport[]): readonly LayerReport[] {
  return grouped(launches, ({ path }) => path).map(([path, of]) => ({ path, ...summed(of) }))
}

/** Sums by phase. */
export function phaseReports(launches: readonly LaunchReport[]): readonly PhaseReport[] {
  return grouped(launches, ({ phase }) => phase).map(([phase, of]) => ({ phase, ...summed(of) }))
}

function grouped<K>(
  launches: readonly LaunchReport[],
  keyOf: (launch: LaunchReport) => K,
): readonly (readonly [K, readonly LaunchReport[]])[] {
  const keys = new Set(launches.map(keyOf))
  return [...keys].map(key => [key, launches.filter(launch => keyOf(launch) === key)])
}

function summed(launches: readonly LaunchReport[]): CostSum {
  const sum = (of: (launch: LaunchReport) => number) => launches.reduce((s, one) => s + of(one), 0)
  const isMeasured = launches.some(({ measuredMs }) => measuredMs !== undefined)
  return {
    launches: launches.length,
    sources: [...new Set(launches.flatMap(({ sources }) => sources))],
    flops: sum(({ flops }) => flops),
    bytes: sum(({ bytes }) => bytes),
    estimatedMs: sum(({ estimatedMs }) => estimatedMs),
    ...(isMeasured && { measuredMs: sum(({ measuredMs = 0 }) => measuredMs) }),
  }
}
