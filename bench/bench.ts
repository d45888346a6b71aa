// What a benchmark is, and how one is timed. Everything runs warm, several times, and the median
// counts; nothing here judges a figure.

/** One line of results: names and figures, units in the names. */
export type Row = Readonly<Record<string, string | number | Readonly<Record<string, number>>>>

/** A benchmark by name. */
export interface Bench {
  readonly name: string
  readonly summary: string
  /** Measures; `say` tells a waiting person what is going on. */
  readonly run: (say: (progress: string) => void) => readonly Row[]
  /** The rows for people. */
  readonly show: (rows: readonly Row[]) => string
}

/** The middle of some figures, the upper one of two. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!
}

/** A figure with three digits that count. */
export function digits(figure: number): number {
  return Number(figure.toPrecision(3))
}
