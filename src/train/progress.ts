// What a training shows while it runs: on a terminal one line that is drawn over, elsewhere a plain
// line per epoch. Drawn by hand, since the package has no dependencies and runs in pages too.

/** Something to write to, as `process.stderr` is. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** What is shown of the epoch under way. */
export interface Standing {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
  /** Milliseconds since the epoch began. */
  readonly elapsed: number
  /** Means over the epoch so far, by name. */
  readonly values: Readonly<Record<string, number>>
}

/** Where progress goes. */
export interface Progress {
  /** After a step. */
  step(standing: Standing): void
  /** After an epoch, with all of its values. */
  epoch(standing: Standing): void
}

/** Shows nothing. */
export const silent: Progress = { step: () => {}, epoch: () => {} }

/** A line per epoch to `write`. */
export function plainProgress(write: (line: string) => void): Progress {
  return { step: () => {}, epoch: standing => write(line(standing, '')) }
}

/** Milliseconds between two drawings of the bar. */
const REDRAW = 50
const BAR = 20
const CLEAR = '\r\x1b[K'

/** A bar on `terminal` that becomes a line when its epoch ends. */
export function barProgress(terminal: Terminal): Progress {
  let drawn = Number.NEGATIVE_INFINITY
  return {
    step: standing => {
      // A new epoch starts its clock anew.
      const since = standing.elapsed - drawn
      if (since >= 0 && since < REDRAW) return
      drawn = standing.elapsed
      const text = line(standing, `${bar(standing)} `)
      terminal.write(CLEAR + text.slice(0, (terminal.columns ?? 80) - 1))
    },
    epoch: standing => {
      drawn = Number.NEGATIVE_INFINITY
      terminal.write(`${CLEAR}${line(standing, '')}\n`)
    },
  }
}

/** The progress of a program that did not ask for any: standard error, else the console. */
export function defaultProgress(io: HostIO = globalThis as HostIO): Progress {
  const { process, console } = io
  const terminal = process?.stderr
  const isDrawn = terminal?.isTTY === true && process?.env?.TERM !== 'dumb'
  if (isDrawn) return barProgress(terminal)
  if (terminal !== undefined) return plainProgress(text => terminal.write(`${text}\n`))
  return console === undefined ? silent : plainProgress(text => console.log(text))
}

interface HostIO {
  readonly process?: {
    readonly stderr?: Terminal
    readonly env?: Readonly<Record<string, string | undefined>>
  }
  readonly console?: { log(text: string): void }
}

function line({ epoch, epochs, step, steps, elapsed, values }: Standing, bar: string): string {
  const at = String(epoch).padStart(String(epochs).length)
  const count = `${String(step).padStart(String(steps).length)}/${steps}`
  const perStep = `${(elapsed / Math.max(step, 1)).toFixed(1)} ms/step`
  const shown = Object.entries(values).map(([name, value]) => `${name} ${number(value)}`)
  const isDone = step >= steps
  const left = (elapsed / Math.max(step, 1)) * (steps - step)
  const time = isDone ? seconds(elapsed) : `eta ${seconds(left)}`
  return [`epoch ${at}/${epochs} ${bar}${count}`, time, perStep, ...shown].join('  ')
}

function bar({ step, steps }: Standing): string {
  const full = Math.round((BAR * step) / Math.max(steps, 1))
  return '━'.repeat(full) + '╌'.repeat(BAR - full)
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)}s`

/** Four digits; a power of ten below a thousandth. */
function number(value: number): string {
  if (Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2)
  return size >= 100 ? value.toFixed(1) : value.toFixed(4).slice(0, size >= 10 ? 5 : 6)
}
