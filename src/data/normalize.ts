// Bringing numbers to mean 0 and deviation 1. The moments are data of their own: those of the
// training set are applied to everything that the model sees later.

import { elementCount, type HostTensor } from '../ir/literal.ts'
import type { Host } from '../ir/tensor.ts'
import { printShape } from '../ir/type.ts'
import { countExamples, rowSize, unusable } from './dataset.ts'

/** Mean and deviation, one each per feature, or one for all of them. */
export interface Moments {
  readonly mean: readonly number[]
  /** The square root of the biased variance; 1 where nothing varies. */
  readonly deviation: readonly number[]
}

/** What the moments of an array are taken over. */
export interface MomentsOptions {
  /**
   * `feature`, the default, keeps one of each per element of a row; `all` takes all elements
   * together, which leaves a pixel that hardly ever varies as quiet as it is.
   */
  readonly per?: 'feature' | 'all' | undefined
}

/** The dtype of what is normalized: f64 stays, all else becomes f32. */
type Normalized<A extends HostTensor> = Host<A['shape'], A['dtype'] extends 'f64' ? 'f64' : 'f32'>

/**
 * Mean and deviation of `array` over its examples. Throws E110 where there are none.
 *
 * @example
 * const scale = moments(train.x)
 * const dev = { ...raw, x: normalize(raw.x, scale) }
 */
export function moments(array: HostTensor, { per = 'feature' }: MomentsOptions = {}): Moments {
  countExamples({ array }, moments)
  const size = per === 'all' ? 1 : rowSize(array)
  const { data } = array
  const count = data.length / size
  if (data.length === 0) {
    throw unusable(`needs at least one element, got ${printShape(array.shape)}`, moments, {
      help: 'take the moments of the training set',
    })
  }
  // From the first row on, so that the mean of equal values is that value; in two passes, as the
  // sum of squares minus the square of the sum would cancel.
  const mean = Array.from(data.subarray(0, size))
  for (let i = size; i < data.length; i++) {
    mean[i % size]! += (data[i]! - data[i % size]!) / count
  }
  const variance = new Array<number>(size).fill(0)
  for (let i = 0; i < data.length; i++) {
    variance[i % size]! += (data[i]! - mean[i % size]!) ** 2 / count
  }
  return { mean, deviation: variance.map(value => Math.sqrt(value) || 1) }
}

/**
 * A copy of `array` with `(x - mean) / deviation` for every element; integers become f32. Throws
 * E110 where the moments are not those of as many features, or of all together.
 */
export function normalize<A extends HostTensor>(
  array: A,
  { mean, deviation }: Moments,
): Normalized<A> {
  countExamples({ array }, normalize)
  const features = rowSize(array)
  const size = mean.length
  if ((size !== features && size !== 1) || deviation.length !== size) {
    const message = `the moments must be those of 1 or ${features} features, got ${size}`
    throw unusable(message, normalize, { help: 'take the moments of an array with equal rows' })
  }
  const dtype = array.dtype === 'f64' ? 'f64' : 'f32'
  const count = elementCount(array.shape)
  const data = dtype === 'f64' ? new Float64Array(count) : new Float32Array(count)
  for (let i = 0; i < count; i++) {
    data[i] = (array.data[i]! - mean[i % size]!) / deviation[i % size]!
  }
  return { shape: array.shape, dtype, data } as Host as Normalized<A>
}
