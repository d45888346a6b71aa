// Handwritten digits for those who have no data at hand: the glyphs of glyphs.ts, written by a
// seeded unsteady hand (turned, slanted, stretched, shifted, wobbling, with a thick or a thin pen)
// onto noisy paper of the size of MNIST's images. Only arithmetic that IEEE 754 rounds in one way,
// so a seed names the same pixels on every engine.

import type { Host } from '../ir/tensor.ts'
import type { Random } from '../support/random.ts'
import { unusable } from './dataset.ts'
import { GLYPH_HEIGHT, GLYPH_WIDTH, GLYPHS, type Stroke } from './glyphs.ts'
import { permutation, streamOf } from './permutation.ts'

/** How many digits are written, and which. */
export interface DigitOptions {
  readonly count: number
  readonly seed?: number | undefined
  /** The digits that are written; all ten by default. */
  readonly only?: readonly number[] | undefined
}

/** Images of digits, a row of 28 × 28 pixels from 0 to 1 each, and the digit that each shows. */
export type Digits = {
  readonly x: Host<readonly [number, 784], 'f32'>
  readonly y: Host<readonly [number], 'i32'>
}

const SIDE = 28
const PIXELS = 784

/** Straight pieces of a smooth line between two of its points. */
const PIECES = 4

/** Steps of grey, as in images of bytes. */
const LEVELS = 255

/**
 * `count` digits in a shuffled order, each as often as any other. A smaller count of one seed gives
 * the beginning of a larger one. Throws E110 where `count` is no count, or `only` has no digits.
 *
 * @example
 * const { x, y } = digits({ count: 10_000, seed: 1 }) // x: f32[10000,784], y: i32[10000]
 */
export function digits({ count, seed = 0, only = ALL }: DigitOptions): Digits {
  checkOptions(count, only)
  const hand = streamOf(seed, 'digits')
  const x = new Float32Array(count * PIXELS)
  const y = new Int32Array(count)
  let order = permutation(0, hand)
  for (let i = 0; i < count; i++) {
    const turn = i % only.length
    if (turn === 0) order = permutation(only.length, hand)
    const digit = only[order[turn]!]!
    y[i] = digit
    write(hand.pick(GLYPHS[digit]!), hand, x.subarray(i * PIXELS, (i + 1) * PIXELS))
  }
  return {
    x: { shape: [count, PIXELS], dtype: 'f32', data: x },
    y: { shape: [count], dtype: 'i32', data: y },
  }
}

const ALL: readonly number[] = [...GLYPHS.keys()]

function checkOptions(count: number, only: readonly number[]): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw unusable(`the count must be an integer from 0 on, got ${count}`, digits, {
      help: 'ask for some thousand digits',
    })
  }
  if (only.length > 0 && only.every(digit => ALL.includes(digit))) return
  throw unusable(`only must list digits from 0 to 9, got [${only.join(', ')}]`, digits, {
    help: 'pass digits such as [3, 8]',
  })
}

/** From the box of the glyphs to pixels: `[a b; c d]` times a point of it, plus a shift. */
interface Placement {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly right: number
  readonly down: number
}

/** Turn, slant, size and place of one digit. */
function place(hand: Random): Placement {
  // Cosine and sine from the tangent of half the angle: no function that engines round differently.
  const half = hand.uniform(-0.13, 0.13)
  const cos = (1 - half * half) / (1 + half * half)
  const sin = (2 * half) / (1 + half * half)
  const slant = hand.uniform(-0.35, 0.2)
  const [width, height] = [hand.uniform(0.9, 1.65), hand.uniform(1.15, 1.5)]
  return {
    a: cos * width,
    b: (cos * slant - sin) * height,
    c: sin * width,
    d: (sin * slant + cos) * height,
    right: (SIDE - 1) / 2 + hand.uniform(-2.5, 2.5),
    down: (SIDE - 1) / 2 + hand.uniform(-2.5, 2.5),
  }
}

/** Writes one digit into `pixels`, which are zero. */
function write(strokes: readonly Stroke[], hand: Random, pixels: Float32Array): void {
  const placement = place(hand)
  const wobble = hand.uniform(0.2, 0.6)
  const radius = hand.uniform(0.7, 1.6)
  const blur = hand.uniform(0.8, 1.8)
  const pressure = hand.uniform(0.75, 1.15)
  const grain = hand.uniform(0, 0.3)
  const reach = radius + blur / 2
  const squares = new Float64Array(PIXELS).fill(reach * reach)
  for (const stroke of strokes) draw(placed(stroke, placement, wobble, hand), reach, squares)
  let bits = 0
  for (let i = 0; i < PIXELS; i++) {
    bits = i % 4 === 0 ? hand.bits() : bits >>> 8
    const ink = Math.min(1, (reach - Math.sqrt(squares[i]!)) / blur) * pressure
    const noise = ((bits & 0xff) / 0xff - 0.5) * grain
    pixels[i] = Math.round(LEVELS * Math.min(1, Math.max(0, ink + noise))) / LEVELS
  }
}

/** The points of a stroke in pixels, each a little off. */
function placed(
  stroke: Stroke,
  { a, b, c, d, right, down }: Placement,
  wobble: number,
  hand: Random,
): number[] {
  const points: number[] = []
  for (let i = 0; i < stroke.length; i += 2) {
    const x = stroke[i]! - GLYPH_WIDTH / 2 + hand.uniform(-wobble, wobble)
    const y = stroke[i + 1]! - GLYPH_HEIGHT / 2 + hand.uniform(-wobble, wobble)
    points.push(a * x + b * y + right, c * x + d * y + down)
  }
  return points
}

/** Draws the smooth line through `points` (Catmull and Rom, 1974) as straight pieces. */
function draw(points: readonly number[], reach: number, squares: Float64Array): void {
  const last = points.length - 2
  let [fromX, fromY] = [points[0]!, points[1]!]
  for (let i = 0; i < last; i += 2) {
    for (let piece = 1; piece <= PIECES; piece++) {
      const x = between(points, i, last, piece / PIECES)
      const y = between(points, i + 1, last + 1, piece / PIECES)
      press(fromX, fromY, x, y, reach, squares)
      fromX = x
      fromY = y
    }
  }
}

/** One coordinate at a share `t` of the way from point `i` to the next. */
function between(points: readonly number[], i: number, last: number, t: number): number {
  const p1 = points[i]!
  const p2 = points[i + 2]!
  const p0 = i < 2 ? p1 : points[i - 2]!
  const p3 = i + 2 >= last ? p2 : points[i + 4]!
  const bend = (3 * p1 - p0 - 3 * p2 + p3) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3)
  return p1 + 0.5 * t * (p2 - p0 + t * bend)
}

/** Lowers the squared distances of the pixels around a straight piece to the distance from it. */
function press(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  reach: number,
  squares: Float64Array,
): void {
  const [alongX, alongY] = [toX - fromX, toY - fromY]
  const scale = 1 / Math.max(1e-9, alongX * alongX + alongY * alongY)
  const top = Math.max(0, Math.ceil(Math.min(fromY, toY) - reach))
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(fromY, toY) + reach))
  const left = Math.max(0, Math.ceil(Math.min(fromX, toX) - reach))
  const right = Math.min(SIDE - 1, Math.floor(Math.max(fromX, toX) + reach))
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const share = ((x - fromX) * alongX + (y - fromY) * alongY) * scale
      const nearest = Math.min(1, Math.max(0, share))
      const offX = x - fromX - nearest * alongX
      const offY = y - fromY - nearest * alongY
      const square = offX * offX + offY * offY
      if (square < squares[y * SIDE + x]!) squares[y * SIDE + x] = square
    }
  }
}
