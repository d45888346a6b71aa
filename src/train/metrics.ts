// How good predictions are: the share that is right, and which class is taken for which. Host
// arrays in, numbers out; what a graph computed on the way is its own affair.

import { checkLabels } from '../data/labels.ts'
import { elementCount, type HostTensor } from '../ir/literal.ts'
import { printShape } from '../ir/type.ts'
import { GraphError } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'

/**
 * The share of predictions that name the class of their example; NaN where there are none.
 *
 * `predictions` are scores or probabilities [n, classes], of which the greatest is the answer and
 * the first of equals; or, as floats [n] or [n, 1], the probability of class 1; or, as integers
 * [n], class numbers. `labels` are class numbers [n]. Throws E110 where shapes or probabilities do
 * not fit, E312 where a label is out of range.
 *
 * @example
 * accuracy(run.probabilities, dev.y) // 0.97
 */
export function accuracy(predictions: HostTensor, labels: HostTensor): number {
  const { answers, truth } = matched(predictions, labels, accuracy)
  const right = answers.reduce((sum, answer, i) => sum + (answer === truth[i] ? 1 : 0), 0)
  return right / answers.length
}

/** Which class is taken for which, and what follows from it. */
export interface ConfusionMatrix {
  readonly classes: readonly string[]
  /** How often each class (row) was taken for each (column). */
  readonly counts: readonly (readonly number[])[]
  readonly total: number
  /** The share on the diagonal; NaN where there are no examples. */
  readonly accuracy: number
  /** Of the examples of each class, the share that was found; NaN for a class without examples. */
  readonly recall: readonly number[]
  /** Of the answers that name each class, the share that is right; NaN where none names it. */
  readonly precision: readonly number[]
  /** A table: true classes as rows, predicted ones as columns, with totals, recall and precision. */
  toString(): string
}

/**
 * Counts which class is taken for which. Predictions and labels are as in `accuracy`; `classes` are
 * the names, or how many there are, which scores know by themselves. Throws E110 and E312 as
 * `accuracy` does.
 *
 * @example
 * console.log(String(confusionMatrix(run.probabilities, dev.y)))
 */
export function confusionMatrix(
  predictions: HostTensor,
  labels: HostTensor,
  classes?: number | readonly string[],
): ConfusionMatrix {
  const names = typeof classes === 'object' ? classes : undefined
  const asked = names?.length ?? (classes as number | undefined)
  const { answers, truth, count } = matched(predictions, labels, confusionMatrix, asked)
  checkLabels(answers, count, 'predictions')
  const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  truth.forEach((label, i) => {
    counts[label]![answers[i]!]!++
  })
  return matrixOf(names ?? counts.map((_, i) => String(i)), counts)
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function matrixOf(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): ConfusionMatrix {
  const rows = counts.map(sum)
  const columns = counts.map((_, j) => sum(counts.map(row => row[j]!)))
  const total = sum(rows)
  const matrix = {
    classes,
    counts,
    total,
    accuracy: sum(counts.map((row, i) => row[i]!)) / total,
    recall: counts.map((row, i) => row[i]! / rows[i]!),
    precision: counts.map((row, i) => row[i]! / columns[i]!),
  }
  return { ...matrix, toString: () => table(matrix, rows, columns) }
}

const percent = (share: number) => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`)

function table(
  { classes, counts, total, accuracy, recall, precision }: Omit<ConfusionMatrix, 'toString'>,
  rows: readonly number[],
  columns: readonly number[],
): string {
  const cells = [
    ['true \\ predicted', ...classes, 'total', 'recall'],
    ...counts.map((row, i) => [classes[i]!, ...row, rows[i]!, percent(recall[i]!)]),
    ['total', ...columns, total, ''],
    ['precision', ...precision.map(percent), '', percent(accuracy)],
  ].map(row => row.map(String))
  const widths = cells[0]!.map((_, j) => Math.max(...cells.map(row => row[j]!.length)))
  return cells
    .map(row =>
      row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!))),
    )
    .map(row => row.join('  ').trimEnd())
    .join('\n')
}

type Boundary = (...args: never[]) => unknown

/** One answer and one true class per example. */
interface Matched {
  readonly answers: readonly number[]
  readonly truth: readonly number[]
  /** How many classes there are. */
  readonly count: number
}

function matched(
  predictions: HostTensor,
  labels: HostTensor,
  boundary: Boundary,
  asked?: number,
): Matched {
  const refuse = (message: string, help: string) => {
    const source = captureSource(boundary)
    return new GraphError({ code: 'E110', subject: boundary.name, message, source, help })
  }
  const isColumn = (array: HostTensor) => array.shape.length === 2 && array.shape[1] === 1
  if (labels.shape.length !== 1 && !isColumn(labels)) {
    throw refuse(
      `labels must be class numbers [n], got ${printShape(labels.shape)}`,
      'pass one class number per example, not one-hot rows',
    )
  }
  const n = labels.shape[0]!
  const { shape, dtype } = predictions
  if (shape.length === 0 || shape.length > 2 || shape[0] !== n) {
    throw refuse(
      `predictions must be [${n}] or [${n}, classes] as there are ${n} labels, got ${printShape(shape)}`,
      'pass predictions and labels of the same examples',
    )
  }
  for (const [name, array] of Object.entries({ predictions, labels })) {
    if (array.data.length === elementCount(array.shape)) continue
    throw refuse(
      `${name} must have ${elementCount(array.shape)} elements for ${printShape(array.shape)}, got ${array.data.length}`,
      'pass a host array whose data fits its shape',
    )
  }
  const isRanked = shape.length === 2 && shape[1] !== 1
  const columns = isRanked ? shape[1] : undefined
  if (columns !== undefined && asked !== undefined && columns !== asked) {
    throw refuse(
      `predictions must have a column for each of ${asked} classes, got ${columns}`,
      'pass the names of all classes',
    )
  }
  return undefined as never
}
