// The planar flower: two classes as the petals of one flower, interleaved so that no line parts
// them. A known small problem on which a hidden layer shows what it is good for.
// After the data set of Andrew Ng's course on neural networks (deeplearning.ai, week 3).

import type { Host } from '../ir/tensor.ts'
import { streamOf } from './permutation.ts'

/** How many points, and how unsteady. */
export interface FlowerOptions {
  /** Points of both classes together; 400 by default. */
  readonly count?: number | undefined
  readonly seed?: number | undefined
  /** The deviation of angle and radius; 0.2 by default. */
  readonly noise?: number | undefined
}

/** Points of the plane, and 0 or 1 for each: a float, as sigmoid cross-entropy takes it. */
export type Flower = {
  readonly x: Host<readonly [number, 2], 'f32'>
  readonly y: Host<readonly [number], 'f32'>
}

/** Petals of the whole flower, of which the classes have every other half. */
const PETALS = 4
const LONGEST = 4
/** The angle that a class sweeps; a little less than half a turn, as it always was. */
const SWEEP = 3.12

/**
 * The points of a flower: `4 sin(4t)` from the centre at angle t, both with noise, where one class
 * has the angles of one half turn and the other those of the other half.
 *
 * @example
 * const { x, y } = flower({ seed: 1 }) // x: f32[400,2], y: f32[400]
 */
export function flower({ count = 400, seed = 0, noise = 0.2 }: FlowerOptions = {}): Flower {
  const stream = streamOf(seed, 'flower')
  const x = new Float32Array(2 * count)
  const y = new Float32Array(count)
  const first = Math.ceil(count / 2)
  for (let i = 0; i < count; i++) {
    const label = i < first ? 0 : 1
    const [place, of] = label === 0 ? [i, first] : [i - first, count - first]
    const angle = SWEEP * (label + place / Math.max(1, of - 1)) + noise * stream.normal()
    const radius = LONGEST * Math.sin(PETALS * angle) + noise * stream.normal()
    x[2 * i] = radius * Math.sin(angle)
    x[2 * i + 1] = radius * Math.cos(angle)
    y[i] = label
  }
  return {
    x: { shape: [count, 2], dtype: 'f32', data: x },
    y: { shape: [count], dtype: 'f32', data: y },
  }
}
