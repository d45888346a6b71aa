// What a training has seen, epoch by epoch: plain data, a new value for every epoch, so that a
// snapshot of it stays as it is.

import { produce } from 'immer'

/** Means of scalar outputs over examples, by output name. */
export type Means = Readonly<Record<string, number>>

/** One pass over the training data. */
export interface EpochRow {
  /** Counted from 1. */
  readonly epoch: number
  readonly steps: number
  /** Time of the epoch, the dev set included. */
  readonly seconds: number
  /** Time of a step, in the mean, with the gathering of its batch. */
  readonly msPerStep: number
  /** Means while training: each batch before its own update. */
  readonly train: Means
  /** Means over the dev set, after the epoch, in mode eval. */
  readonly dev?: Means | undefined
}

/** All epochs of a training. */
export interface History {
  readonly epochs: readonly EpochRow[]
}

/** The history of a training that has not begun. */
export const NO_HISTORY: History = { epochs: [] }

/** The history with another epoch. */
export function withEpoch(history: History, row: EpochRow): History {
  return produce(history, draft => {
    draft.epochs.push(row)
  })
}

/** Means of values that come in batches of unequal size. */
export interface Averages {
  add(values: Means, examples: number): void
  means(): Record<string, number>
}

/** Averages over no examples yet. */
export function averages(): Averages {
  const sums: Record<string, number> = {}
  let count = 0
  return {
    add: (values, examples) => {
      count += examples
      for (const [name, value] of Object.entries(values)) {
        sums[name] = (sums[name] ?? 0) + value * examples
      }
    },
    means: () => Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count])),
  }
}
