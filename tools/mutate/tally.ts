// How many mistakes were noticed, and how: by a value or an error of a test about meaning, or by
// text alone.

import type { Mutant } from './mutants.ts'

/** How a mistake was noticed; undefined where it survived. */
export type Noticed = 'meaning' | 'error' | 'text' | 'suite' | undefined

const WAYS = ['meaning', 'error', 'text', 'suite'] as const

type Counts = Record<(typeof WAYS)[number] | 'survived' | 'total', number>

/** Counts by part and kind of mistake. */
export class Tally {
  readonly #counts = new Map<string, Counts>()

  add({ rule, kind, concerns }: Mutant, by: Noticed): void {
    const group = concerns === undefined ? [] : ['rewrite rules']
    for (const key of [`${rule} ${kind}`, ...group, 'all']) {
      const none = { meaning: 0, error: 0, text: 0, suite: 0, survived: 0, total: 0 }
      const counts = this.#counts.get(key) ?? none
      counts[by ?? 'survived']++
      counts.total++
      this.#counts.set(key, counts)
    }
  }

  /** One line per part and kind, sums last. */
  lines(): string[] {
    const isSum = (key: string) => key === 'rewrite rules' || key === 'all'
    const keys = [...this.#counts.keys()].sort((a, b) => Number(isSum(a)) - Number(isSum(b)))
    return keys.map(key => {
      const counts = this.#counts.get(key)!
      const cells = [...WAYS, 'survived' as const].map(way => `${way} ${share(counts, way)}`)
      return `${key.padEnd(16)} ${String(counts.total).padStart(5)}: ${cells.join(', ')}`
    })
  }

  /** All counts, for machines. */
  toJSON(): object {
    return Object.fromEntries(this.#counts)
  }
}

function share(counts: Counts, way: keyof Counts): string {
  return `${counts[way]} (${((100 * counts[way]) / counts.total).toFixed(1)} %)`
}
