// How parameters start. An initializer is data plus a function of random words, so a seed and the
// path of a parameter give the same bits on every engine: only operations that IEEE 754 rounds
// exactly are used, never the engine's own log or cos.
//
// Fans: the last axis of a shape is what comes out, the one before it what goes in, all others are
// the window of a convolution, which multiplies both. A vector has its length for both.

import { elementCount } from '../ir/literal.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'
import { threefry2x32 } from '../support/threefry.ts'
import { hash64 } from './hash.ts'
import { standardNormal, unit } from './normal.ts'

/** The two random words of one element. */
type Words = readonly [number, number]

/** How a parameter starts. */
export interface Initializer {
  /** As it was called: `heNormal`. */
  readonly name: string
  /** The value of one element of a parameter of that shape. */
  readonly draw: (words: Words, shape: readonly number[]) => number
  /** Whether `draw` looks at the words. */
  readonly random: boolean
}

const constant = (name: string, value: number): Initializer =>
  Object.freeze({ name, draw: () => value, random: false })

/** Every element 0. */
export const zeros = (): Initializer => constant('zeros', 0)

/** Every element 1. */
export const ones = (): Initializer => constant('ones', 1)

/** Every element `value`. */
export const constantOf = (value: number): Initializer => constant('constantOf', value)

function drawn(name: string, draw: Initializer['draw']): Initializer {
  return Object.freeze({ name, draw, random: true })
}

/** Options of `normal`. */
export interface NormalOptions {
  /** 0 by default. */
  readonly mean?: number
  /** The standard deviation; 1 by default. */
  readonly deviation?: number
}

/** Normally distributed. */
export const normal = ({ mean = 0, deviation = 1 }: NormalOptions = {}): Initializer =>
  drawn('normal', words => mean + deviation * standardNormal(...words))

/** Evenly distributed in [low, high); [-1, 1) by default. */
export const uniform = (low = -1, high = 1): Initializer =>
  drawn('uniform', words => low + (high - low) * unit(...words))

/** Normal with deviation √(2 / fan in): He et al., "Delving deep into rectifiers", 2015. */
export const heNormal = (): Initializer =>
  drawn('heNormal', (words, shape) => Math.sqrt(2 / fans(shape).in) * standardNormal(...words))

/** Even in ±√(6 / fan in): the variance of `heNormal`. */
export const heUniform = (): Initializer =>
  drawn('heUniform', (words, shape) => even(words, Math.sqrt(6 / fans(shape).in)))

/**
 * Even in ±√(6 / (fan in + fan out)): Glorot, Bengio, "Understanding the difficulty of training
 * deep feedforward neural networks", 2010.
 */
export const xavier = (): Initializer =>
  drawn('xavier', (words, shape) => {
    const fan = fans(shape)
    return even(words, Math.sqrt(6 / (fan.in + fan.out)))
  })

/** Normal with deviation √(2 / (fan in + fan out)): the variance of `xavier`. */
export const xavierNormal = (): Initializer =>
  drawn('xavierNormal', (words, shape) => {
    const fan = fans(shape)
    return Math.sqrt(2 / (fan.in + fan.out)) * standardNormal(...words)
  })

const even = (words: Words, bound: number) => bound * (2 * unit(...words) - 1)

/** How many elements a result is summed of, and how many results an element is in. */
function fans(shape: readonly number[]): { readonly in: number; readonly out: number } {
  const rank = shape.length
  if (rank < 2) return { in: shape[0] ?? 1, out: shape[0] ?? 1 }
  const window = elementCount(shape.slice(0, -2))
  return { in: window * shape[rank - 2]!, out: window * shape[rank - 1]! }
}

/** The first elements of the parameter at `path` for a seed, in the storage type of its dtype. */
export function initialValue(
  initializer: Initializer,
  shape: readonly number[],
  dtype: DTypeName,
  path: string,
  seed: number,
) {
  const data = DTYPES[dtype].allocate(elementCount(shape))
  if (!initializer.random) return data.fill(initializer.draw([0, 0], shape))
  const key = threefry2x32(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, ...hash64(path))
  for (let i = 0; i < data.length; i++) {
    data[i] = initializer.draw(threefry2x32(...key, i >>> 0, 0), shape)
  }
  return data
}
