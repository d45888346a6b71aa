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
  const row = (of: CostReport, names: string) =>
    cut(`  ${figures(of, total, isMeasured)} ${names}`.trimEnd(), COLUMNS)
  const head = (names: string) => `  ${titles(isMeasured)} ${names}`
  const byTime = [...launches].sort((a, b) => timeOf(b) - timeOf(a))
  const shown = byTime.slice(0, SHOWN).map(launch => row(launch, launchNames(launch)))
  const sums = (title: string, name: string, rows: readonly string[]) => [
    title,
    head(
      names([
        [name, 20],
        ['launches', 8],
        ['  lines', 0],
      ]),
    ),
    ...rows,
  ]
  return [
    [
      `launches by ${isMeasured ? 'measured' : 'estimated'} time`,
      head(
        names([
          ['phase', 8],
          ['kernel', 18],
          ['layer', 10],
          ['line', 0],
        ]),
      ),
      ...shown,
      ...rest(byTime.slice(SHOWN), total),
    ],
    sums(
      'layers',
      'layer',
      layers.map(layer => row(layer, sumNames(layer.path || '-', layer))),
    ),
    sums(
      'phases',
      'phase',
      phases.map(phase => row(phase, sumNames(phase.phase, phase))),
    ),
  ]
}

const timeOf = ({ measuredMs, estimatedMs }: CostReport) => measuredMs ?? estimatedMs

/** Texts in columns of their widths; what is too long is cut. */
const names = (columns: readonly (readonly [text: string, width: number])[]) =>
  columns.map(([text, width]) => (width === 0 ? text : cut(text, width).padEnd(width))).join(' ')

const cut = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`

const launchNames = ({ phase, kernel, path, sources }: LaunchReport) =>
  names([
    [phase, 8],
    [kernel, 18],
    [path || '-', 10],
    [lines(sources, 1), 0],
  ])

const sumNames = (name: string, { launches, sources }: CostSum) =>
  names([
    [name, 20],
    [String(launches).padStart(8), 8],
    [`  ${lines(sources, LINES)}`, 0],
  ])

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

/** Figures at the right ends of their columns; the first column is left out where it is not there. */
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
