// What predictions answer: one class per example, out of scores, probabilities or class numbers,
// beside the true class. Everything that measures starts here, so all of it checks alike.

import { countExamples } from '../data/dataset.ts'
import { checkLabels } from '../data/labels.ts'
import type { HostTensor } from '../ir/literal.ts'
import { printShape } from '../ir/type.ts'
import { GraphError } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'

/** One answer and one true class per example. */
export interface Answers {
  readonly answers: readonly number[]
  readonly truth: readonly number[]
  /** How many classes there are, where that is known. */
  readonly classes: number | undefined
}

type Boundary = (...args: never[]) => unknown

function misfit(boundary: Boundary, message: string, help: string): GraphError {
  const source = captureSource(boundary)
  return new GraphError({ code: 'E110', subject: boundary.name, message, source, help })
}

/**
 * The answers of `predictions` and the classes that `labels` name; errors name the place where
 * `boundary` was called. Throws E110 and E312 as `accuracy` says.
 */
export function answersOf(
  predictions: HostTensor,
  labels: HostTensor,
  asked: number | undefined,
  boundary: Boundary,
): Answers {
  const count = countExamples({ predictions, labels }, boundary)
  if (!isColumn(labels)) {
    const message = `labels must be class numbers [n], got ${printShape(labels.shape)}`
    throw misfit(boundary, message, 'pass one class number per example, not one-hot rows')
  }
  const answers = answersFrom(predictions, count, boundary)
  const classes = classesOf(predictions, asked, boundary)
  checkLabels(labels.data, classes ?? Number.POSITIVE_INFINITY, 'labels')
  checkLabels(answers, classes ?? Number.POSITIVE_INFINITY, 'predictions')
  return { answers, truth: Array.from(labels.data), classes }
}

/** [n] or [n, 1]. */
const isColumn = ({ shape }: HostTensor) =>
  shape.length === 1 || (shape.length === 2 && shape[1] === 1)

function answersFrom(
  predictions: HostTensor,
  count: number,
  boundary: Boundary,
): readonly number[] {
  const { shape, dtype, data } = predictions
  if (!isColumn(predictions)) {
    if (shape.length === 2 && shape[1] !== 0) {
      return Array.from({ length: count }, (_, row) => greatest(data, row * shape[1]!, shape[1]!))
    }
    const message = `predictions must be [n] or [n, classes], got ${printShape(shape)}`
    throw misfit(boundary, message, 'pass one row of scores, or one class number, per example')
  }
  if (!isFloat(dtype)) return Array.from(data)
  const outside = data.findIndex(value => value < 0 || value > 1)
  if (outside < 0) return Array.from(data, probability => (probability > 0.5 ? 1 : 0))
  const message = `floats [n] must be probabilities from 0 to 1, got ${data[outside]} at example ${outside}`
  throw misfit(boundary, message, 'pass sigmoid of the logits, or class numbers as i32')
}

/** As the op argmax: the first of equals, and the first NaN where there is one. */
function greatest(data: ArrayLike<number>, start: number, size: number): number {
  let best = 0
  for (let i = 0; i < size; i++) {
    const value = data[start + i]!
    if (Number.isNaN(value)) return i
    if (value > data[start + best]!) best = i
  }
  return best
}

function classesOf(
  predictions: HostTensor,
  asked: number | undefined,
  boundary: Boundary,
): number | undefined {
  if (isColumn(predictions)) return asked ?? (isFloat(predictions.dtype) ? 2 : undefined)
  const columns = predictions.shape[1]!
  if (asked === undefined || asked === columns) return columns
  const message = `predictions must have a column for each of ${asked} classes, got ${columns}`
  throw misfit(boundary, message, 'give as many classes as the model has')
}
