// Handwriting for those who have no data at hand: the ten digits drawn once in text, then written
// many times by a seeded unsteady hand (turned, slanted, stretched, shifted, pressed harder or
// lighter) onto noisy paper of the size of MNIST's images.

import type { Random } from '../src/index.ts'
import type { DigitSet } from './digits.ts'

const GLYPHS = [
  [
    '..####..',
    '.##..##.',
    '##....##',
    '##....##',
    '##....##',
    '##....##',
    '##....##',
    '##....##',
    '.##..##.',
    '..####..',
  ],
  [
    '...##...',
    '..###...',
    '.####...',
    '...##...',
    '...##...',
    '...##...',
    '...##...',
    '...##...',
    '...##...',
    '.######.',
  ],
  [
    '..####..',
    '.##..##.',
    '##....##',
    '......##',
    '.....##.',
    '....##..',
    '...##...',
    '..##....',
    '.##.....',
    '########',
  ],
  [
    '..####..',
    '.##..##.',
    '......##',
    '.....##.',
    '..####..',
    '.....##.',
    '......##',
    '......##',
    '.##..##.',
    '..####..',
  ],
  [
    '.....##.',
    '....###.',
    '...####.',
    '..##.##.',
    '.##..##.',
    '##...##.',
    '########',
    '.....##.',
    '.....##.',
    '.....##.',
  ],
  [
    '#######.',
    '##......',
    '##......',
    '##.###..',
    '###..##.',
    '......##',
    '......##',
    '......##',
    '##...##.',
    '.#####..',
  ],
  [
    '...###..',
    '..##....',
    '.##.....',
    '##......',
    '##.###..',
    '###..##.',
    '##....##',
    '##....##',
    '.##..##.',
    '..####..',
  ],
  [
    '########',
    '......##',
    '.....##.',
    '.....##.',
    '....##..',
    '....##..',
    '...##...',
    '...##...',
    '..##....',
    '..##....',
  ],
  [
    '..####..',
    '.##..##.',
    '##....##',
    '.##..##.',
    '..####..',
    '.##..##.',
    '##....##',
    '##....##',
    '.##..##.',
    '..####..',
  ],
  [
    '..####..',
    '.##..##.',
    '##....##',
    '##....##',
    '.##..###',
    '..###.##',
    '......##',
    '.....##.',
    '....##..',
    '..###...',
  ],
] as const

const SIDE = 28

const blend = (a: number, b: number, share: number) => a + (b - a) * share

/** Ink between 0 and 1 at a place of a glyph, its squares blended into one another. */
function inkAt(glyph: readonly string[], x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [upper, lower] = [glyph[top] ?? '', glyph[top + 1] ?? '']
  return blend(inkIn(upper, left, x - left), inkIn(lower, left, x - left), y - top)
}

function inkIn(row: string, left: number, share: number): number {
  return blend(row[left] === '#' ? 1 : 0, row[left + 1] === '#' ? 1 : 0, share)
}

/** One digit as one hand writes it once; pixels from 0 to 1, a row after another. */
function write(glyph: readonly string[], hand: Random): Float32Array {
  const turn = hand.uniform(-0.25, 0.25)
  const slant = hand.uniform(-0.3, 0.3)
  const [width, height] = [hand.uniform(1.3, 2.4), hand.uniform(1.5, 2.2)]
  const [right, down] = [hand.uniform(-3, 3), hand.uniform(-3, 3)]
  const pressure = hand.uniform(0.7, 1.2)
  const pixels = new Float32Array(SIDE * SIDE)
  for (let i = 0; i < pixels.length; i++) {
    const x = (i % SIDE) - (SIDE - 1) / 2 - right
    const y = Math.floor(i / SIDE) - (SIDE - 1) / 2 - down
    const turnedX = x * Math.cos(turn) + y * Math.sin(turn)
    const turnedY = y * Math.cos(turn) - x * Math.sin(turn)
    const ink = inkAt(glyph, (turnedX + slant * turnedY) / width + 3.5, turnedY / height + 4.5)
    pixels[i] = Math.min(1, Math.max(0, ink * pressure + hand.uniform(-0.25, 0.25)))
  }
  return pixels
}

/** `count` images of each of some digits. */
export function writeDigits(digits: readonly number[], count: number, hand: Random): DigitSet {
  const labels = digits.flatMap(digit => new Array<number>(count).fill(digit))
  const images = labels.map(label => write(GLYPHS[label]!, hand))
  return { source: 'embedded glyphs', pixels: SIDE * SIDE, images, labels }
}
