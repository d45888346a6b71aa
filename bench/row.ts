// One line of results: names and figures, units in the names. The same rows make the JSON lines
// that other tools read and the table that people read.

import type { Timing } from './harness.ts'
import type { Ideal, Work } from './ideal.ts'

/** One result; fields beyond these belong to single workloads. */
export interface Row extends Timing {
  readonly name: string
  /** What ran it: one of our backends, or a peer. */
  readonly backend: string
  readonly threads: number
  /** Billions of multiplications and additions of matrix products, per second. */
  readonly gflops?: number
  /** Billions of bytes that an ideal run moves, per second. */
  readonly gbps?: number
  readonly idealMs?: number
  /** The two terms of `idealMs`: computing, and moving bytes. */
  readonly idealFlopsMs?: number
  readonly idealBytesMs?: number
  /** The median over the ideal. */
  readonly ratio?: number
  /** What the ideal is made from, as measured or set for this run. */
  readonly yardstick?: { readonly gflops: number; readonly gbps: number }
  /** The median of a loop written by hand for the same work, in turn with ours. */
  readonly handMs?: number
  /** Our median over that one: below 1 the compiler is faster than the loop. */
  readonly hand?: number
  /** How many times as long as this workload each peer takes. */
  readonly peers?: Readonly<Record<string, number>>
  readonly [extra: string]: Cell
}

/** What a field holds. */
export type Cell = string | number | Readonly<Record<string, number>> | undefined

/** A figure with three digits that count. */
export function digits(figure: number): number {
  return Number(figure.toPrecision(3))
}

/** The timing as a row shows it, and the rates at which it did `work`. */
export function figures(timing: Timing, work?: Work): Timing & Partial<Row> {
  const { medianMs, minMs, maxMs, runs } = timing
  return {
    medianMs: digits(medianMs),
    minMs: digits(minMs),
    maxMs: digits(maxMs),
    runs,
    ...(work !== undefined && work.flops > 0 && { gflops: digits(work.flops / medianMs / 1e6) }),
    ...(work !== undefined && work.bytes > 0 && { gbps: digits(work.bytes / medianMs / 1e6) }),
  }
}

/** The fields that compare a timing with the ideal. */
export function idealFigures({ medianMs }: Timing, ideal: Ideal): Partial<Row> {
  const { ms, flopsMs, bytesMs, yardstick } = ideal
  return {
    idealMs: digits(ms),
    idealFlopsMs: digits(flopsMs),
    idealBytesMs: digits(bytesMs),
    ratio: digits(medianMs / ms),
    yardstick: { gflops: digits(yardstick.gflops), gbps: digits(yardstick.gbps) },
  }
}

/** The fields that compare a timing with that of a loop written by hand. */
export function handFigures(own: Timing, hand: Timing): Partial<Row> {
  return { handMs: digits(hand.medianMs), hand: digits(own.medianMs / hand.medianMs) }
}

/** How many times as long as `own` each of the others takes, by backend. */
export function peerRatios(own: Timing, others: readonly Row[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    others.map(other => [other.backend, digits(other.medianMs / own.medianMs)]),
  )
}

/** The row as one line of JSON. */
export function jsonLine(row: Row): string {
  return `${JSON.stringify(row)}\n`
}

type Column = readonly [title: string, width: number, cell: (row: Row) => string]

const text = (figure: number | undefined) => (figure === undefined ? '' : String(figure))

const COLUMNS: readonly Column[] = [
  ['name', -28, row => row.name],
  ['backend', -12, row => row.backend],
  ['median ms', 11, row => text(row.medianMs)],
  ['min', 9, row => text(row.minMs)],
  ['max', 9, row => text(row.maxMs)],
  ['GFLOP/s', 9, row => text(row.gflops)],
  ['GB/s', 8, row => text(row.gbps)],
  ['ideal ms', 10, row => text(row.idealMs)],
  ['= compute', 11, row => text(row.idealFlopsMs)],
  ['+ bytes', 9, row => text(row.idealBytesMs)],
  ['ratio', 7, row => text(row.ratio)],
  ['hand', 7, row => text(row.hand)],
  ['  notes', 0, row => `  ${notes(row)}`],
]

function notes(row: Row): string {
  const peers = Object.entries(row.peers ?? {}).map(([peer, ratio]) => `${peer} ${ratio}x`)
  const nodes = row.nodes === undefined ? [] : [`${row.nodes} nodes, ${row.msPerNode} ms each`]
  const { growthBytesPerStep: growth, allocatedBytesPerStep: made, relativeError } = row
  const heap = growth === undefined ? [] : [`${growth} bytes of heap a step, ${made} in passing`]
  const off = relativeError === undefined ? [] : [`off by a share of ${relativeError}`]
  return [...nodes, ...heap, ...memory(row), ...off, ...peers].join(', ')
}

/** Scratch as the plan has it, and beside what it would be with a range for every value. */
function memory({ stateBytes, scratchBytes, unsharedBytes, sharing }: Row): string[] {
  if (stateBytes === undefined) return []
  return [`state ${stateBytes} bytes, scratch ${scratchBytes} = ${sharing} of ${unsharedBytes}`]
}

/** The titles of the table. */
export function tableHead(): string {
  return tableLine(([title]) => title)
}

/** The row as a line of the table. */
export function tableRow(row: Row): string {
  return tableLine(([, , cell]) => cell(row))
}

function tableLine(cellOf: (column: Column) => string): string {
  const cells = COLUMNS.map(column => {
    const width = column[1]
    return width < 0 ? cellOf(column).padEnd(-width) : cellOf(column).padStart(width)
  })
  return `${cells.join('').trimEnd()}\n`
}
