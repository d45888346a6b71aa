// What an example says while it runs, in two forms: one JSON object per event on stdout, or lines
// for a person on stdout with progress on stderr. Colours and a moving line only where a terminal
// shows them.

import { createColors } from 'picocolors'

/** Something that happened; the rest of the fields depend on the event. */
export interface ExampleEvent {
  readonly event: 'start' | 'step' | 'result' | 'done'
  readonly [field: string]: unknown
}

/** Where an example's words go. An example tells everything twice: as events, and as lines. */
export interface Report {
  /** For `--json`. */
  event(event: ExampleEvent): void
  /** For a person: part of the result. */
  line(text: string): void
  /** For a person: how far it is. Nothing is lost where nobody looks. */
  progress(title: string, done: number, total: number, text: string): void
  readonly colors: Colors
}

/** Functions that colour text, or leave it as it is. */
export type Colors = ReturnType<typeof createColors>

/** The part of a stream that reports need. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

/**
 * Whether escape sequences are welcome: NO_COLOR and FORCE_COLOR decide before the terminal does.
 */
export function wantsColor(sink: Sink, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true
  return sink.isTTY === true && env.TERM !== 'dumb'
}

/** A report of JSON objects, a line each. */
export function jsonReport(out: Sink): Report {
  return {
    event: event => out.write(`${JSON.stringify(event)}\n`),
    line() {},
    progress() {},
    colors: createColors(false),
  }
}

/** How many times progress is told where it cannot be shown on one moving line. */
const TOLD = 4

/** A report for a person. */
export function textReport(out: Sink, err: Sink, env: NodeJS.ProcessEnv = process.env): Report {
  const colors = createColors(wantsColor(out, env))
  const muted = createColors(wantsColor(err, env))
  const moves = err.isTTY === true && env.TERM !== 'dumb' && env.CI === undefined
  let told = 0
  const clear = () => {
    if (moves && told > 0) err.write('\r\x1b[K')
    told = 0
  }
  return {
    colors,
    event() {},
    line(text) {
      clear()
      out.write(`${text}\n`)
    },
    progress(title, done, total, text) {
      const part = Math.floor((done / total) * (moves ? 100 : TOLD))
      if (part <= told) return
      told = part
      if (moves) err.write(`\r\x1b[K  ${bar(done / total)} ${muted.dim(text)}`)
      else err.write(`${title}: step ${done} of ${total}, ${text}\n`)
      if (done === total) clear()
    },
  }
}

const BAR = 24

function bar(share: number): string {
  const full = Math.round(share * BAR)
  return '━'.repeat(full) + '╌'.repeat(BAR - full)
}

/** A share as it is written: `97.1 %`, or `–` where it is one of none. */
export const percent = (share: number) =>
  Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`

const LEVELS = '▁▂▃▄▅▆▇█'

/**
 * A curve of positive values in one line: their means over `width` stretches, on a logarithmic
 * scale from the smallest to the largest, so that late progress shows beside the early one; `?`
 * where it is no number.
 */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length)
  const heights = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns)
    const to = Math.floor(((column + 1) * values.length) / columns)
    return Math.log(values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from))
  })
  const finite = heights.filter(Number.isFinite)
  const [low, high, top] = [Math.min(...finite), Math.max(...finite), LEVELS.length - 1]
  const level = (height: number) => (high > low ? ((height - low) / (high - low)) * top : top / 2)
  const column = (height: number) =>
    Number.isFinite(height) ? LEVELS[Math.round(level(height))]! : '?'
  return heights.map(column).join('')
}
