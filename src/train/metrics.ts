// How good predictions are: the share that is right, and which class is taken for which. Host
// arrays in, numbers out; what a graph computed on the way is its own affair.

import { type Classes, checkLabels } from '../data/labels.ts'
import type { HostTensor } from '../ir/literal.ts'
import { answersOf } from './answers.ts'

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
  const { answers, truth } = answersOf(predictions, labels, undefined, accuracy)
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
  /** A table: true classes in rows, predicted ones in columns; totals, recall and precision. */
  toString(): string
}

/**
 * Counts which class is taken for which. Predictions and labels are as in `accuracy`; `classes` are
 * the names, or how many there are: by default as many as there are scores, or as the class numbers
 * that occur need. Throws E110 and E312 as `accuracy` does.
 *
 * @example
 * console.log(String(confusionMatrix(run.probabilities, dev.y)))
 */
export function confusionMatrix(
  predictions: HostTensor,
  labels: HostTensor,
  classes?: Classes,
): ConfusionMatrix {
  const asked = typeof classes === 'object' ? classes.length : classes
  const found = answersOf(predictions, labels, asked, confusionMatrix)
  const { answers, truth } = found
  const count = found.classes ?? greatest([...answers, ...truth]) + 1
  if (count > MOST_CLASSES) {
    checkLabels(truth, MOST_CLASSES, 'labels')
    checkLabels(answers, MOST_CLASSES, 'predictions')
  }
  const counts = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  truth.forEach((label, i) => {
    counts[label]![answers[i]!]!++
  })
  return matrixOf(typeof classes === 'object' ? classes : counts.map((_, i) => String(i)), counts)
}

/** Where the number of classes is not given, a class number beyond this is a mistake. */
const MOST_CLASSES = 2 ** 12

const greatest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, value), -1)

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
