// What is computed again to stay within `maxBytes`, as data and as lines.

import type { Lowered, Recomputed } from '../lower/lowered.ts'
import { showBytes } from './show-bytes.ts'

/** A value that is computed again, or by whoever reads it, instead of being kept. */
export interface RecomputedValue {
  /** The name that it has in the graph. */
  readonly value: string
  /** The layer, such as `blocks.0.fc`; empty for what no layer made. */
  readonly path: string
  /** The user's lines that it is computed for. */
  readonly sources: readonly string[]
  /** What it takes where it is kept. */
  readonly bytes: number
  /** Operations that are added to every run. */
  readonly flops: number
}

/** What a program computes again, and what that is good for. */
export interface RecomputedReport {
  readonly values: readonly RecomputedValue[]
  /** Bytes of scratch that the program takes less than without. */
  readonly savedBytes: number
  /** Operations that are added to every run. */
  readonly addedFlops: number
}

/** What is computed again; undefined where nothing is. */
export function recomputedReport({
  recomputed,
  keptBytes,
  memory,
}: Pick<Lowered, 'recomputed' | 'keptBytes' | 'memory'>): RecomputedReport | undefined {
  if (recomputed.length === 0) return undefined
  const values = recomputed.map(valueReport)
  return {
    values,
    savedBytes: keptBytes - memory.bytes,
    addedFlops: values.reduce((sum, { flops }) => sum + flops, 0),
  }
}

function valueReport({ buffer, origin, bytes, flops }: Recomputed): RecomputedValue {
  const places = origin?.sources?.filter(({ location }) => location !== undefined) ?? []
  const sources = [...new Set(places.map(String))]
  return { value: buffer, path: origin?.path ?? '', sources, bytes, flops }
}

/** `recomputed  2 values, 6.1 MiB of scratch saved, 28.9 MFLOP added`, then a line for each. */
export function recomputedLines(report: RecomputedReport | undefined): readonly string[] {
  if (report === undefined) return []
  const { values, savedBytes, addedFlops } = report
  const count = values.length === 1 ? '1 value' : `${values.length} values`
  return [
    `recomputed ${count}: ${showBytes(savedBytes)} of scratch saved, ${showFlops(addedFlops)} added`,
    ...values.map(({ value, path, bytes, flops, sources }) => {
      const where = [path && `of ${path}`, sources[0] && `at ${sources[0]}`].filter(Boolean)
      const made = where.length === 0 ? '' : `, ${where.join(' ')}`
      return `  ${value}: ${showBytes(bytes)}, ${showFlops(flops)}${made}`
    }),
  ]
}

const UNITS = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP'] as const

function showFlops(flops: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, flops)) / 3))
  const scaled = flops / 1000 ** power
  return `${power === 0 ? scaled : scaled.toFixed(1)} ${UNITS[power]}`
}
