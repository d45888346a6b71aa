// The picture of a confusion matrix, as SVG: which class is taken for which. Data in, text out.

import type { ConfusionMatrix } from '../src/train/index.ts'
import { percent } from './report.ts'
import {
  BLUE,
  bar,
  blend,
  type Color,
  frame,
  inkOn,
  MARGIN,
  RED,
  rect,
  svg,
  TOP,
  text,
  WHITE,
} from './svg.ts'

const MATRIX = { cell: 44, left: MARGIN + 56, top: TOP + 44 }
/** The colour of what never happens. */
const EMPTY = '#f3f4f6'

/** The picture of a confusion matrix: what is right in blue, mistakes in red. */
export function confusionPicture(matrix: ConfusionMatrix): string {
  const { classes, counts, total, accuracy, recall } = matrix
  const { cell, left, top } = MATRIX
  const side = classes.length * cell
  const mistakes = counts.map((row, i) => row.map((count, j) => (i === j ? 0 : count)))
  const most = Math.max(0, ...mistakes.flat())
  const cells = counts.flatMap((row, i) =>
    row.flatMap((count, j) => {
      const share = i === j ? (row[i]! > 0 ? recall[i]! : 0) : count / Math.max(most, 1)
      const tip = `${classes[i]} taken for ${classes[j]}: ${count}`
      return countCell([left + j * cell, top + i * cell], count, i === j ? BLUE : RED, share, tip)
    }),
  )
  return svg({
    name: 'confusion',
    title: `${percent(accuracy)} of ${total} right`,
    subtitle: 'rows are true classes, columns what they were taken for',
    description: `How often each true class (row) was taken for each class (column). ${worst(matrix)}`,
    width: left + side + 80,
    height: top + side + 76,
    parts: [
      ...cells,
      frame([left, top, side, side]),
      ...matrixLabels(matrix),
      ...matrixLegend(top + side + 24, most),
    ],
  })
}

/** The most frequent mistake as a sentence. */
function worst({ classes, counts }: ConfusionMatrix): string {
  const found = counts
    .flatMap((row, i) => row.map((count, j) => ({ count, i, j })))
    .filter(({ count, i, j }) => i !== j && count > 0)
    .sort((a, b) => b.count - a.count)[0]
  if (found === undefined) return 'There is no mistake.'
  const { count, i, j } = found
  return `The most frequent mistake is ${classes[i]} taken for ${classes[j]}: ${count} times.`
}

function countCell(
  [x, y]: readonly [number, number],
  count: number,
  hue: Color,
  share: number,
  tip: string,
): string[] {
  const { cell } = MATRIX
  const style = { anchor: 'middle', fill: inkOn(share) } as const
  const color = count === 0 ? EMPTY : blend(WHITE, hue, share)
  return [
    rect([x + 1, y + 1, cell - 2, cell - 2], color, tip),
    ...(count === 0 ? [] : [text(x + cell / 2, y + cell / 2 + 5, String(count), style)]),
  ]
}

function matrixLabels({ classes, recall }: ConfusionMatrix): string[] {
  const { cell, left, top } = MATRIX
  const middle = { anchor: 'middle', isBold: true } as const
  const end = { anchor: 'end', isBold: true } as const
  const right = left + classes.length * cell
  return [
    text(left - 10, top - 10, 'true', { anchor: 'end' }),
    text(right + 64, top - 10, 'recall', { anchor: 'end' }),
    ...classes.flatMap((label, i) => [
      text(left + (i + 0.5) * cell, top - 10, label, middle),
      text(left - 10, top + (i + 0.5) * cell + 5, label, end),
      text(right + 64, top + (i + 0.5) * cell + 5, percent(recall[i]!), { anchor: 'end' }),
    ]),
  ]
}

function matrixLegend(y: number, most: number): string[] {
  const { left } = MATRIX
  const second = left + 240
  const right = [
    ...bar('confusion-right', [left, y, 120, 14], [WHITE, BLUE]),
    text(left, y + 32, 'right: 0 to 100 % of a row'),
  ]
  if (most === 0) return right
  return [
    ...right,
    ...bar('confusion-wrong', [second, y, 120, 14], [WHITE, RED]),
    text(second, y + 32, `wrong: 0 to ${most} images`),
  ]
}
