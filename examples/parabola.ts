// The smallest thing there is to train: J(w) = w² − 10w + 25 has its minimum at w = 5. Gradient
// descent and Adam each walk w there from 0.
//
//   npx tsx examples/parabola.ts

import { add, constantOf, model, mul, param, square, sub } from '../src/index.ts'
import { adam, gradientDescent, type Optimizer } from '../src/optim/index.ts'
import { trainer } from '../src/train/index.ts'
import { isMain, runExample } from './command.ts'
import type { Report } from './report.ts'

/** J(w), in double. */
export const parabola = model({
  name: 'parabola',
  inputs: {},
  params: { w: param([], constantOf(0), { dtype: 'f64' }) },
  body: (_, { w }) => ({ J: add(sub(square(w), mul(w, 10)), 25) }),
})

/** Where w is after a number of steps, and what J is there. */
export interface Point {
  readonly step: number
  readonly w: number
  readonly J: number
}

/** Where the walk of each optimizer ended. */
export interface ParabolaResult {
  readonly gradientDescent: Point
  readonly adam: Point
}

const STEPS = 200
const RATE = 0.1

/** Walks w down from 0: the points of every step, the first one included. */
async function walk(optimizer: Optimizer, report: Report): Promise<Point[]> {
  const t = await trainer(parabola, { loss: 'J', optimizer, target: 'js' })
  const points: Point[] = []
  for (let step = 0; step <= STEPS; step++) {
    const { w } = await t.params()
    const { J } = await t.step({})
    const point = { step, w, J }
    points.push(point)
    report.event({ event: 'step', example: 'parabola', optimizer: optimizer.name, ...point })
  }
  t.dispose()
  return points
}

/** The steps that the table shows. */
const SHOWN = [0, 1, 2, 5, 10, 20, 50, 100, 200]

/** Six decimals; a rounding error below them has no sign. */
const fixed = (value: number) => value.toFixed(6).replace(/^-(0\.0+)$/, '$1')
const cell = ({ w, J }: Point) => `${fixed(w).padStart(10)}${fixed(J).padStart(12)}`

/** Runs both optimizers and prints their ways side by side. */
export async function runParabola(report: Report): Promise<ParabolaResult> {
  const { bold, dim } = report.colors
  report.event({ event: 'start', example: 'parabola', w: 0, steps: STEPS })
  report.line(`${bold('parabola')}   minimize J(w) = w² − 10w + 25, from w = 0`)
  const descent = await walk(gradientDescent(RATE), report)
  const adaptive = await walk(adam(RATE), report)
  report.line(dim('            gradient descent             Adam'))
  report.line(dim('  step         w           J           w           J'))
  for (const step of SHOWN) {
    const row = `${cell(descent[step]!)}  ${cell(adaptive[step]!)}`
    report.line(`  ${dim(String(step).padStart(4))}${row}`)
  }
  const result = { gradientDescent: descent[STEPS]!, adam: adaptive[STEPS]! }
  report.event({ event: 'result', example: 'parabola', ...result })
  return result
}

if (isMain(import.meta.url)) {
  await runExample({
    name: 'parabola',
    about: 'Minimize J(w) = w² − 10w + 25 by gradient descent and by Adam.',
    run: async (_, report) => {
      report.event({ event: 'done', parabola: await runParabola(report) })
    },
  })
}
