// Seeded orders: the numbers below a count, shuffled. Threefry and integer arithmetic only, so a
// seed names one order on every engine. Each use of a seed has a number of its own, so that the
// order of a split says nothing about the order of batches under the same seed.

import { type Random, random } from '../support/random.ts'
import { threefry2x32 } from '../support/threefry.ts'

/** What a seed is used for here; the keys of different uses have nothing in common. */
export const USE = { split: 1, batches: 2, digits: 3, flower: 4, augment: 5 } as const

/** The stream of `seed` for one use of it, and for each `round` of that use another. */
export function streamOf(seed: number, use: keyof typeof USE, round = 0): Random {
  const [low, high] = threefry2x32(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, round, USE[use])
  return random((high % 2 ** 21) * 2 ** 32 + low)
}

/** The numbers from 0 up to `count` in an order drawn from `stream` (Fisher and Yates). */
export function permutation(count: number, stream: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(0, i)
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}
