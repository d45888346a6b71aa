// Normal noise in bulk: a draw for every pixel, where Box and Muller's logarithm and cosine would
// take longer than all else. Nothing but integer arithmetic and what IEEE 754 rounds in one way, so
// that the same words seed the same noise on every engine.
//
// The ziggurat covers the density with layers of one area. A point of a layer lies below the
// density almost always, which one comparison says; the rest is looked at closely.
// Source: Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000, as put
// right by Doornik, "An improved ziggurat method to generate normal random samples", 2005.

import { log } from '../model/normal.ts'
import { shortExp } from '../support/exponential.ts'
import type { Pixels } from './image-motions.ts'
import { nextUnit, nextWord, type QuickStream } from './quick-stream.ts'

const LAYERS = 128

/** Where the tail begins, which the lowest layer holds too. */
const TAIL = 3.442619855899

/** The area of every layer under exp(-x²/2). */
const AREA = 9.91256303526217e-3

const density = (x: number) => shortExp(-0.5 * x * x)

/** The half width of every layer from the lowest up, and 0 for the peak. */
const WIDTHS = widths()

/** The share of a layer's half width that lies below the density over the layer's whole height. */
const INNER = WIDTHS.slice(0, LAYERS).map((width, i) => WIDTHS[i + 1]! / width)

function widths(): readonly number[] {
  const table = [AREA / density(TAIL), TAIL]
  while (table.length < LAYERS) {
    const last = table.at(-1)!
    table.push(Math.sqrt(-2 * log(AREA / last + density(last))))
  }
  return [...table, 0]
}

/**
 * Adds independent normal numbers of mean 0 and deviation `deviation` to the elements from `start`
 * up to but without `end`.
 */
export function addNoise(
  pixels: Pixels,
  start: number,
  end: number,
  deviation: number,
  stream: QuickStream,
): void {
  for (let i = start; i < end; i++) pixels[i] = pixels[i]! + deviation * nextNormal(stream)
}

function nextNormal(stream: QuickStream): number {
  for (;;) {
    const word = nextWord(stream)
    // Seven bits choose a layer, the others a place in it: no bit decides both.
    const layer = word & (LAYERS - 1)
    const place = ((word >> 7) + 0.5) * 2 ** -24
    const x = place * WIDTHS[layer]!
    if (Math.abs(place) < INNER[layer]!) return x
    if (layer === 0) return place < 0 ? -inTail(stream) : inTail(stream)
    if (isBelow(layer, x, stream)) return x
  }
}

/** Whether a point at `x`, at a random height of its layer, lies below the density. */
function isBelow(layer: number, x: number, stream: QuickStream): boolean {
  const low = density(WIDTHS[layer]!)
  const high = density(WIDTHS[layer + 1]!)
  return low + nextUnit(stream) * (high - low) < density(x)
}

/** A number beyond `TAIL` (Marsaglia, 1964). */
function inTail(stream: QuickStream): number {
  for (;;) {
    const beyond = -log(nextUnit(stream)) / TAIL
    if (-2 * log(nextUnit(stream)) >= beyond * beyond) return TAIL + beyond
  }
}
