// Random numbers as pure ops: bits are a function of key, counter and stream, never of a hidden
// state. The stream is fixed when the program is built, so renumbering, merging equal nodes,
// computing one twice or running on another target leaves every draw as it was.

import { dimensions, integer } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { dim, sizeOf } from '../ir/dim.ts'
import { elementCount, Literal, roundTo } from '../ir/literal.ts'
import { notDifferentiable, type Op, type Violation, violation } from '../ir/op.ts'
import { type OperandSample, operand } from '../ir/sample.ts'
import { printType, type Shape, type TensorType, tensorType, typesEqual } from '../ir/type.ts'
import { flatIndex, index } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { threefry2x32 } from '../support/threefry.ts'

const KEY = tensorType('u32', [2])
const COUNTER = tensorType('u32', [])

/** The operands of every random op: the seed's key, and the number of the step. */
type Source = Readonly<Record<'key' | 'counter', TensorType>>

/** The constraints that every random op has. */
export const SOURCE_CONSTRAINTS = {
  C1: 'key is u32[2]',
  C2: 'counter is u32[]',
  C3: 'stream is a u32',
}

/** The violation of C1 to C3: key, counter or stream of another type. */
export function sourceViolation({ key, counter }: Source, stream: number): Violation | undefined {
  if (!typesEqual(key, KEY)) {
    return violation(
      'C1',
      `key must be u32[2], got ${printType(key)}`,
      { key: 'whole' },
      'pass the key argument',
    )
  }
  if (!typesEqual(counter, COUNTER)) {
    const message = `counter must be u32[], got ${printType(counter)}`
    return violation('C2', message, { counter: 'whole' }, 'pass the counter argument')
  }
  if (roundTo('u32')(stream) === stream) return undefined
  return violation(
    'C3',
    `stream must be from 0 to 2^32 - 1, got ${stream}`,
    {},
    'number streams from 0',
  )
}

/** A random key and counter, as operands of a sample. */
export const sampleSource = (): OperandSample[] => [
  operand('u32', [2], 0, 2 ** 32 - 1),
  operand('u32', [], 0, 1000),
]

/** Neither key nor counter has a derivative. */
export const notDrawnFrom = () => ({ key: notDifferentiable, counter: notDifferentiable })

const randomBitsOp: Op = defineOp({
  name: 'random_bits',
  family: 'random',
  operands: ['key', 'counter'],
  attributes: { stream: integer, word: integer, shape: dimensions },
  defaults: () => ({ word: 0 }),
  constraints: {
    ...SOURCE_CONSTRAINTS,
    C4: 'word is 0 or 1',
    C5: 'the result has at most 2³² elements',
  },
  type: (types, { stream, word, shape }) => {
    const problem = sourceViolation(types, stream)
    if (problem !== undefined) return problem
    if (word !== 0 && word !== 1) {
      return violation('C4', `word must be 0 or 1, got ${word}`, {}, 'a block has two words')
    }
    const count = sizeOf(shape)
    if (typeof count === 'string' || count <= 2 ** 32) return { dtype: 'u32', shape }
    const message = `the result must have at most 2^32 elements, got ${count}`
    return violation('C5', message, {}, 'draw in parts, each with a stream of its own')
  },
  evaluate: ({ key, counter }, { stream, word }, { shape }) => {
    const [k0, k1] = threefry2x32(key.at(0), key.at(1), counter.at(0), stream)
    const extents = shape as readonly number[]
    const count = elementCount(extents)
    const bits = Float64Array.from({ length: count }, (_, i) => threefry2x32(k0, k1, i, 0)[word]!)
    return new Literal('u32', extents, bits)
  },
  vjp: notDrawnFrom,
  jvp: { key: () => notDifferentiable, counter: () => notDifferentiable },
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes, result }) => {
      const u32 = (value: number) => s.constant('u32', value)
      const words = [load(0, [index(0)]), load(0, [index(1)])] as const
      const block = [load(1, []), u32(attributes.stream as number)] as const
      const k0 = s.threefry(...words, ...block)
      const k1 = s.threefry2(...words, ...block)
      const linear = flatIndex(at, result.shape as readonly number[])
      const position = s.cast('u32', s.indexValue(linear))
      const word = attributes.word === 0 ? s.threefry : s.threefry2
      return word(k0, k1, position, u32(0))
    },
  },
  samples: draw => ({
    operands: sampleSource(),
    attributes: { stream: draw.integer(0, 9), word: draw.integer(0, 1), shape: draw.shape() },
  }),
})

/** What every random function is told: the shape to draw, and which stream to draw from. */
export interface RandomOptions {
  /** The number of the draw; draws of one program with different streams are independent. */
  readonly stream: number
  readonly shape: Shape
}

/** Options of `randomBits`. */
export interface RandomBitsOptions extends RandomOptions {
  /** Which of the two words of each block; 0 by default. The two words are independent. */
  readonly word?: 0 | 1 | undefined
}

/**
 * Uniform 32-bit words, each a function of key, counter, stream and its own position.
 *
 *   k′ = threefry2x32(key, (counter, stream))
 *   out[i…] = word `word` of threefry2x32(k′, (row-major position of i…, 0))          no derivative
 *
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 word is 0 or 1. C5 at most
 *          2³² elements.
 * Numerics the same bits on every target and engine
 * Errors   E101 where a constraint fails
 * Source   Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011
 */
export const randomBits = operator(
  randomBitsOp,
  (key: Value, counter: Value, options: RandomBitsOptions): Value => {
    const { stream, word = 0, shape } = options
    const attributes = { stream, word, shape: shape.map(dim) }
    return key.builder.append(randomBitsOp, [key, counter], attributes, randomBits)[0]!
  },
)
