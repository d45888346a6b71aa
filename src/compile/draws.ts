// What random ops draw from: a key and a counter, in arrays that are made once and written before
// every run.

import type { Argument } from '../ir/graph.ts'

/** The rng arguments of a program. */
export interface Draws {
  /** Their arrays, by name. */
  readonly inputs: Readonly<Record<string, Uint32Array>>
  /** Makes them those of a seed and the number of a step. Allocates nothing. */
  set(seed: number, step: number): void
}

/** The draws of a program with these arguments: none where it draws nothing. */
export function drawsOf(arguments_: Iterable<Argument>): Draws {
  const drawn = [...arguments_].filter(({ role }) => role === 'rng')
  const arrays = drawn.map(({ type }) => new Uint32Array(type.shape.length === 0 ? 1 : 2))
  return {
    inputs: Object.fromEntries(drawn.map(({ name }, i) => [name, arrays[i]!])),
    set(seed, step) {
      for (let i = 0; i < arrays.length; i++) {
        const array = arrays[i]!
        // A counter is a scalar; a key is two words, of which a seed fills the first.
        array[0] = array.length === 1 ? step : seed
      }
    },
  }
}
