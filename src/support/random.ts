// A seeded stream of numbers for tests, samples and gradient checks. It is Threefry in counter
// mode, so a seed names one sequence on every engine. Random ops of a graph do not use it (see
// ops/random).

import { threefry2x32 } from './threefry.ts'

/** A seeded stream of pseudo-random numbers. */
export interface Random {
  /** The next 32 random bits as a u32. */
  bits(): number
  /** Uniform in [low, high), with 53 random bits; [0, 1) by default. */
  uniform(low?: number, high?: number): number
  /** A uniform integer in [low, high], both ends included. */
  integer(low: number, high: number): number
  /** A standard normal number (Box and Muller, 1958). */
  normal(): number
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[]
}

/** The stream that belongs to `seed`, an integer of any size up to 2^53. */
export function random(seed: number): Random {
  const k0 = seed >>> 0
  const k1 = Math.floor(seed / 2 ** 32) >>> 0
  let counter = 0
  let spare: number | undefined
  function bits(): number {
    if (spare !== undefined) {
      const word = spare
      spare = undefined
      return word
    }
    const [first, second] = threefry2x32(k0, k1, counter++ >>> 0, 0)
    spare = second
    return first
  }
  function unit(): number {
    const high = Math.floor(bits() / 2 ** 5)
    const low = Math.floor(bits() / 2 ** 6)
    return (high * 2 ** 26 + low) * 2 ** -53
  }
  const uniform = (low = 0, high = 1) => low + (high - low) * unit()
  const integer = (low: number, high: number) => low + Math.floor(unit() * (high - low + 1))
  return {
    bits,
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: items => items[integer(0, items.length - 1)]!,
    shuffle(items) {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(0, i)
        const held = out[i]!
        out[i] = out[j]!
        out[j] = held
      }
      return out
    },
  }
}
