// Seeded numbers that workloads and peers compute on: the same on every run and for all of them.

import { random } from '../src/support/random.ts'

/** A block is drawn, then repeated: drawing millions of numbers would take longer than the rest. */
const BLOCK = 2 ** 16

/** `count` uniform numbers in [low, high). */
export function floats(count: number, seed: number, low = -1, high = 1): Float32Array<ArrayBuffer> {
  const stream = random(seed)
  const data = new Float32Array(count)
  const drawn = Math.min(count, BLOCK)
  for (let i = 0; i < drawn; i++) data[i] = stream.uniform(low, high)
  for (let end = BLOCK; end < count; end += BLOCK) data.copyWithin(end, 0, BLOCK)
  return data
}

/** `count` class numbers below `classes`. */
export function labels(count: number, classes: number, seed: number): Int32Array<ArrayBuffer> {
  const stream = random(seed)
  return Int32Array.from({ length: count }, () => stream.integer(0, classes - 1))
}
