// Pictures of what a network of images does, as SVG: the filters of its first convolution, and the
// mistakes that it is surest of. Data in, text out.

import type { Host } from '../src/index.ts'
import { percent } from './report.ts'
import {
  BLACK,
  BLUE,
  bar,
  blend,
  frame,
  inkOn,
  MARGIN,
  number,
  RED,
  rect,
  svg,
  TOP,
  text,
  WHITE,
} from './svg.ts'

/** The filters of a convolution of images with one channel: height, width, 1, how many. */
export type Kernel = Host<readonly [number, number, 1, number], 'f32'>

const FILTER = { cell: 24, gap: 24, label: 18, columns: 8 }

/** The picture of filters: white is 0, red above it and blue below. */
export function filtersPicture(kernel: Kernel): string {
  const [height, width, , count] = kernel.shape
  const { cell, gap, label, columns } = FILTER
  const most = kernel.data.reduce((greatest, weight) => Math.max(greatest, Math.abs(weight)), 0)
  const [stepX, stepY] = [width * cell + gap, height * cell + label + gap]
  const below = TOP + Math.ceil(count / columns) * stepY
  const filters = Array.from({ length: count }, (_, filter) => {
    const x = MARGIN + (filter % columns) * stepX
    const y = TOP + Math.floor(filter / columns) * stepY + label
    return filterAt(x, y, kernel, filter, most)
  })
  const range = number(most)
  return svg({
    name: 'filters',
    title: `${count} filters of ${height} × ${width}`,
    subtitle: 'weights of the first convolution',
    description:
      `The weights of the first convolution, from −${range} in blue over 0 in white to ` +
      `${range} in red; the sign of a weight is written in its cell.`,
    width: 2 * MARGIN + Math.min(count, columns) * stepX - gap,
    height: below + 44,
    parts: [...filters.flat(), ...filterLegend(below, range)],
  })
}

function filterAt(x: number, y: number, kernel: Kernel, filter: number, most: number): string[] {
  const { cell } = FILTER
  const [height, width, , count] = kernel.shape
  const cells = Array.from({ length: height * width }, (_, pixel) => {
    const [left, top] = [x + (pixel % width) * cell, y + Math.floor(pixel / width) * cell]
    return weightCell(left, top, kernel.data[pixel * count + filter]!, most)
  })
  const side = [width * cell, height * cell] as const
  return [text(x, y - 6, String(filter + 1)), ...cells.flat(), frame([x, y, ...side])]
}

function weightCell(x: number, y: number, weight: number, most: number): string[] {
  const { cell } = FILTER
  const share = most > 0 ? Math.abs(weight) / most : 0
  const color = blend(WHITE, weight < 0 ? BLUE : RED, share)
  const sign = weight < 0 ? '−' : weight > 0 ? '+' : '0'
  return [
    rect([x, y, cell, cell], color, weight.toFixed(3)),
    text(x + cell / 2, y + cell / 2 + 4, sign, { anchor: 'middle', size: 12, fill: inkOn(share) }),
  ]
}

function filterLegend(y: number, range: string): string[] {
  const width = 240
  return [
    ...bar('filters-scale', [MARGIN, y, width, 14], [BLUE, WHITE, RED]),
    text(MARGIN, y + 30, `−${range}`),
    text(MARGIN + width / 2, y + 30, '0', { anchor: 'middle' }),
    text(MARGIN + width, y + 30, `+${range}`, { anchor: 'end' }),
  ]
}

/** An image that was taken for something else. */
export interface Mistake {
  /** Row by row, from 0 for paper to 1 for ink. */
  readonly pixels: ArrayLike<number>
  readonly width: number
  readonly truth: string
  readonly answer: string
  /** What the network gave its answer, from 0 to 1. */
  readonly probability: number
}

const IMAGE = { side: 84, stepX: 124, stepY: 144, columns: 5 }

/** The picture of mistakes, in the order given. */
export function mistakesPicture(
  mistakes: readonly Mistake[],
  { wrong, total }: { readonly wrong: number; readonly total: number },
): string {
  const { stepX, stepY, columns } = IMAGE
  const title = wrong === 0 ? `All ${total} images right` : `${wrong} of ${total} images wrong`
  const shown = mistakes.map(({ truth, answer, probability }) => {
    return `${truth} taken for ${answer} at ${percent(probability)}`
  })
  return svg({
    name: 'mistakes',
    title,
    subtitle: subtitleOf(mistakes.length, wrong),
    description: wrong === 0 ? 'There is no mistake.' : `${shown.join('; ')}.`,
    width: 2 * MARGIN + columns * stepX - 16,
    height: TOP + Math.ceil(mistakes.length / columns) * stepY,
    parts: mistakes.flatMap((mistake, i) => {
      const [x, y] = [MARGIN + (i % columns) * stepX, TOP + Math.floor(i / columns) * stepY]
      return mistakeAt(x, y, mistake)
    }),
  })
}

function subtitleOf(shown: number, wrong: number): string {
  if (wrong === 0) return 'no mistake to show'
  return shown < wrong ? `the ${shown} surest of them` : 'the surest first'
}

function mistakeAt(x: number, y: number, mistake: Mistake): string[] {
  const { side } = IMAGE
  const { truth, answer, probability } = mistake
  return [
    `<g transform="translate(${x} ${y}) scale(${number(side / mistake.width)})" ` +
      `shape-rendering="crispEdges">${inkOf(mistake)}</g>`,
    frame([x, y, side, side]),
    text(x, y + side + 18, `${truth}, taken for ${answer}`),
    text(x, y + side + 35, `at ${percent(probability)}`),
  ]
}

/** Shades of ink that are drawn. */
const SHADES = 16

/** The inked pixels: one path per shade, made of runs along the rows. */
function inkOf({ pixels, width }: Mistake): string {
  const runs = new Map<number, string>()
  const shadeOf = (i: number) => Math.round(Math.min(Math.max(pixels[i]!, 0), 1) * SHADES)
  for (let i = 0, end = 0; i < pixels.length; i = end) {
    const shade = shadeOf(i)
    const rowEnd = i - (i % width) + width
    for (end = i + 1; end < rowEnd && shadeOf(end) === shade; end++);
    const run = `M${i % width} ${Math.floor(i / width)}h${end - i}v1h${i - end}z`
    runs.set(shade, (runs.get(shade) ?? '') + run)
  }
  runs.delete(0)
  return [...runs]
    .map(([shade, path]) => `<path fill="${blend(WHITE, BLACK, shade / SHADES)}" d="${path}"/>`)
    .join('')
}
