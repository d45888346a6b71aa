// The costs of an explanation for people, in lines of 100 columns: the launches that take the most
// time, then sums by layer and by phase.

import type {
  CostReport,
  CostSum,
  LaunchReport,
  LayerReport,
  PhaseReport,
} from './explain-costs.ts'
import { showBytes } from './show-bytes.ts'

/** Launches that are shown; all are in the data. */
const SHOWN = 10
/** Lines of code that are shown of one layer or phase. */
const LINES = 3
/** No line is longer. */
const COLUMNS = 100

/** The costs of a program. */
export interface Costs {
  readonly launches: readonly LaunchReport[]
  readonly layers: readonly LayerReport[]
  readonly phases: readonly PhaseReport[]
}

/** The sections `launches`, `layers` and `phases`; the first line of each is its title. */
export function costSections({ launches, layers, phases }: Costs): readonly (readonly string[])[] {
  const isMeasured = launches.some(({ measuredMs }) => measuredMs !== undefined)
  const total = launches.reduce((sum, launch) => sum + timeOf(launch), 0)
  const row = (of: CostReport, text: string) =>
    cut(`  ${figures(of, total, isMeasured)} ${text}`.trimEnd(), COLUMNS)
  const section = (title: string, heads: string, rows: readonly string[]) => [
    title,
    `  ${titles(isMeasured)} ${heads}`,
    ...rows,
  ]
  const byTime = [...launches].sort((a, b) => timeOf(b) - timeOf(a))
  const shown = byTime.slice(0, SHOWN).map(launch => row(launch, launchNames(launch)))
  const others = rest(byTime.slice(SHOWN), total)
  const ofLayers = layers.map(layer => row(layer, sumNames(layer.path || '-', layer)))
  const ofPhases = phases.map(phase => row(phase, sumNames(phase.phase, phase)))
  return [
    section(`launches by ${isMeasured ? 'measured' : 'estimated'} time`, LAUNCH_HEADS, [
      ...shown,
      ...others,
    ]),
    section('layers', sumHeads('layer'), ofLayers),
    section('phases', sumHeads('phase'), ofPhases),
  ]
}

const timeOf = ({ measuredMs, estimatedMs }: CostReport) => measuredMs ?? estimatedMs

/** Texts in columns of their widths; what is too long is cut. */
function names(columns: readonly (readonly [text: string, width: number])[]): string {
  const cells = columns.map(([text, width]) =>
    width === 0 ? text : cut(text, width).padEnd(width),
  )
  return cells.join(' ')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

const launchColumns = (phase: string, kernel: string, layer: string, line: string) =>
  names([
    [phase, 8],
    [kernel, 18],
    [layer, 10],
    [line, 0],
  ])

const LAUNCH_HEADS = launchColumns('phase', 'kernel', 'layer', 'line')

const launchNames = ({ phase, kernel, path, sources }: LaunchReport) =>
  launchColumns(phase, kernel, path || '-', lines(sources, 1))

const sumColumns = (name: string, launches: string, line: string) =>
  names([
    [name, 20],
    [launches.padStart(8), 8],
    [`  ${line}`, 0],
  ])

const sumHeads = (name: string) => sumColumns(name, 'launches', 'lines')

const sumNames = (name: string, { launches, sources }: CostSum) =>
  sumColumns(name, String(launches), lines(sources, LINES))

/** `mnist.ts:14 :20 +3`: the first few lines of code, without folders and columns. */
function lines(sources: readonly string[], most: number): string {
  const all = [...new Set(sources.map(source => source.replace(/^.*[\\/]|:\d+$/g, '')))]
  const fileOf = (line: string | undefined) => line?.replace(/:\d+$/, '')
  const shown = all.slice(0, most).map((line, i) => {
    const file = fileOf(line)!
    return i > 0 && file === fileOf(all[i - 1]) ? line.slice(file.length) : line
  })
  return [...shown, ...(all.length > most ? [`+${all.length - most}`] : [])].join(' ')
}

const WIDTHS = [8, 9, 6, 7, 10]

const titles = (isMeasured: boolean) =>
  cells([...(isMeasured ? ['ms'] : []), 'estimate', 'share', 'flops', 'bytes'])

function figures(of: CostReport, total: number, isMeasured: boolean): string {
  const { measuredMs = 0, estimatedMs, flops, bytes } = of
  const measured = isMeasured ? [showMs(measuredMs)] : []
  const share = `${Math.round((100 * timeOf(of)) / (total || 1))}%`
  return cells([...measured, showMs(estimatedMs), share, showCount(flops), showBytes(bytes)])
}

/** Figures at the right ends of their columns, the first of which may be left out. */
const cells = (texts: readonly string[]) =>
  texts.map((text, i) => text.padStart(WIDTHS[i + WIDTHS.length - texts.length]!)).join('')

const showMs = (ms: number) => ms.toFixed(ms < 10 ? 4 : 1)

/** `12.3M`. */
function showCount(count: number): string {
  const [scale, unit] = [[1e9, 'G'] as const, [1e6, 'M'] as const, [1e3, 'k'] as const].find(
    ([scale]) => count >= scale,
  ) ?? [1, '']
  return unit === '' ? String(count) : `${(count / scale).toFixed(1)}${unit}`
}

function rest(launches: readonly LaunchReport[], total: number): string[] {
  if (launches.length === 0) return []
  const time = launches.reduce((sum, launch) => sum + timeOf(launch), 0)
  const share = Math.round((100 * time) / (total || 1))
  return [`  and ${launches.length} more launches, ${share}%`]
}
