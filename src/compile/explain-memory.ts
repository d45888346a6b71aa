// The plan of scratch as data, and drawn: launches from left to right, a bar for every block while
// it lives, the widest blocks first, and below them how much of scratch is in use. While only some
// of a block lives, such as the first gradients of all, its bar is as high as its share.

import type { Launch, Program } from '../kernel/program.ts'
import type { MemoryPlan, PlannedBlock } from '../lower/lowered.ts'
import { showBytes } from './show-bytes.ts'

/** How scratch is used over a run. Launches are counted from 0. */
export interface ScratchReport {
  /** The bytes that scratch would take with a range for every value. */
  readonly unshared: number
  readonly launches: number
  /** The first launch during which most bytes live, absent where there is no scratch. */
  readonly peak?: { readonly launch: number; readonly kernel: string }
  /** In the order in which lowering made them. */
  readonly blocks: readonly PlannedBlock[]
}

/** The plan as data. */
export function scratchReport(
  { unsharedBytes, launches, peakLaunch, blocks }: MemoryPlan,
  { items }: Program<Launch>,
): ScratchReport {
  const kernel = blocks.length === 0 ? undefined : items[peakLaunch]?.kernel
  return {
    unshared: unsharedBytes,
    launches,
    ...(kernel !== undefined && { peak: { launch: peakLaunch, kernel } }),
    blocks,
  }
}

/** Columns that the launches take at most; with names and sizes a line stays below 100. */
const COLUMNS = 60

/** Columns of one launch, where there are few. */
const WIDEST = 4

/** Blocks that have a line of their own. */
const ROWS = 20

/** Characters of a name. */
const NAME = 20

/** Heights of an eighth and more, for how much is in use. */
const LEVELS = ' ▁▂▃▄▅▆▇█'

/** What a bar says that is not of full height. */
const LOW_BARS = 'a low bar: so much of the block lives, the rest is room for others'

/** The drawing: at most 26 lines below 100 characters; none where nothing is in scratch. */
export function timelineLines({ launches, peak, blocks }: ScratchReport): readonly string[] {
  if (peak === undefined) return []
  const columns = columnsOf(launches)
  const widest = [...blocks].sort((a, b) => b.bytes - a.bytes || a.first - b.first)
  const shown = widest.length <= ROWS + 1 ? widest : widest.slice(0, ROWS)
  const rest = widest.length - shown.length
  const most = showBytes(widest[shown.length]?.bytes ?? 0)
  const mark = columns.map(column => (isIn(peak.launch, column) ? '▼' : ' '))
  return [
    `scratch over ${launches} launches, most in launch ${peak.launch} (${peak.kernel})`,
    line('', '', mark),
    ...shown.map(block => line(nameOf(block), showBytes(block.bytes), barOf(block, columns))),
    ...(rest > 0 ? [`and ${rest} more of at most ${most}`] : []),
    line('in use', '', levelsOf(blocks, columns)),
    ...(shown.some(({ ranges }) => ranges.length > 1) ? [LOW_BARS] : []),
  ]
}

/** The launches that one column stands for, both ends included. */
interface Column {
  readonly first: number
  readonly last: number
}

function columnsOf(launches: number): readonly Column[] {
  const each = Math.min(WIDEST, Math.max(1, Math.floor(COLUMNS / launches)))
  const count = Math.min(COLUMNS, launches * each)
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * launches) / count)
    return { first, last: Math.max(first, Math.floor(((i + 1) * launches) / count) - 1) }
  })
}

const isIn = (launch: number, { first, last }: Column) => first <= launch && launch <= last

/** The bytes that live in some launch of each column. */
function usedIn(blocks: readonly PlannedBlock[], columns: readonly Column[]): number[] {
  const ranges = blocks.flatMap(block => block.ranges)
  return columns.map(column => {
    const live = ranges.filter(({ first, last }) => first <= column.last && column.first <= last)
    return live.reduce((sum, { bytes }) => sum + bytes, 0)
  })
}

function barOf(block: PlannedBlock, columns: readonly Column[]): string[] {
  return usedIn([block], columns).map(bytes => (bytes === 0 ? '·' : level(bytes, block.bytes)))
}

function levelsOf(blocks: readonly PlannedBlock[], columns: readonly Column[]): string[] {
  const used = usedIn(blocks, columns)
  const most = used.reduce((a, b) => Math.max(a, b), 1)
  return used.map(bytes => level(bytes, most))
}

const level = (bytes: number, most: number) =>
  LEVELS[Math.ceil((bytes / most) * (LEVELS.length - 1))]!

/** `v7 +2` for a block of three buffers. */
function nameOf({ buffers }: PlannedBlock): string {
  const more = buffers.length > 1 ? ` +${buffers.length - 1}` : ''
  const room = NAME - more.length
  const [name] = buffers
  return `${name!.length > room ? `${name!.slice(0, room - 1)}…` : name}${more}`
}

const line = (name: string, size: string, cells: readonly string[]) =>
  `${name.padEnd(NAME)} ${size.padStart(10)}  ${cells.join('')}`.trimEnd()
