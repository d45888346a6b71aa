// Random words in bulk: sfc32 of PractRand (Doty-Humphrey), a word of which takes a small part of
// the time of one of Threefry. Integer arithmetic only, so a seed names the same words on every
// engine. Seeds come from Threefry, so that streams of neighbours have nothing in common.

/** What the next word is made of: three words, and how many were drawn. Drawing changes it. */
export type QuickStream = Int32Array

/** Words drawn before the first is used, until every bit of the seed has reached every other. */
const WARM_UP = 12

/** A stream that is still to be seeded. */
export const quickStream = (): QuickStream => new Int32Array(4)

/** Begins the words that belong to a seed of 64 bits. */
export function reseed(stream: QuickStream, low: number, high: number): void {
  stream[0] = 0
  stream[1] = low
  stream[2] = high
  stream[3] = 1
  for (let i = 0; i < WARM_UP; i++) nextWord(stream)
}

/** 32 random bits, as an i32. */
export function nextWord(stream: QuickStream): number {
  const b = stream[1]!
  const c = stream[2]!
  const word = (stream[0]! + b + stream[3]!) | 0
  stream[3] = stream[3]! + 1
  stream[0] = b ^ (b >>> 9)
  stream[1] = (c + (c << 3)) | 0
  stream[2] = (((c << 21) | (c >>> 11)) + word) | 0
  return word
}

/** Uniform in (0, 1), with 32 random bits. */
export const nextUnit = (stream: QuickStream) => ((nextWord(stream) >>> 0) + 0.5) * 2 ** -32

/** A uniform integer in [low, high], both ends included. */
export const nextInteger = (stream: QuickStream, low: number, high: number) =>
  low + Math.floor(nextUnit(stream) * (high - low + 1))
