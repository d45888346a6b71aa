// The smallest thing there is to train: J(w) = w² − 10w + 25 has its minimum at w = 5. The formula,
// its derivative and the update of w are one graph; gradient descent and Adam each walk w there
// from 0.
//
//   npx tsx examples/parabola.ts

import { add, fullLike, type Graph, GraphBuilder, square, sub, tensorType } from '../src/index.ts'
import { isMain, runExample } from './command.ts'
import type { Report } from './report.ts'
import { adam, type Descent, gradientDescent, startTraining, times } from './training.ts'

/** The graph of one step: it returns J and replaces w. */
export function parabolaGraph(descent: Descent): Graph {
  const builder = new GraphBuilder('parabola')
  const w = builder.param('w', tensorType('f64'))
  const J = add(sub(square(w), times(w, 10)), fullLike(w, 25))
  builder.output('J', J)
  descent(builder, J, [{ name: 'w', value: w }])
  return builder.finish()
}

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
function walk(optimizer: string, descent: Descent, report: Report): Point[] {
  const training = startTraining(parabolaGraph(descent), { w: 0 })
  const points: Point[] = []
  for (let step = 0; step <= STEPS; step++) {
    const w = training.value('w').at(0)
    const point = { step, w, J: training.step().J!.at(0) }
    points.push(point)
    report.event({ event: 'step', example: 'parabola', optimizer, ...point })
  }
  return points
}

/** The steps that the table shows. */
const SHOWN = [0, 1, 2, 5, 10, 20, 50, 100, 200]

/** Six decimals; a rounding error below them has no sign. */
const fixed = (value: number) => value.toFixed(6).replace(/^-(0\.0+)$/, '$1')
const cell = ({ w, J }: Point) => `${fixed(w).padStart(10)}${fixed(J).padStart(12)}`

/** Runs both optimizers and prints their ways side by side. */
export function runParabola(report: Report): ParabolaResult {
  const { bold, dim } = report.colors
  report.event({ event: 'start', example: 'parabola', w: 0, steps: STEPS })
  report.line(`${bold('parabola')}   minimize J(w) = w² − 10w + 25, from w = 0`)
  const descent = walk('gradientDescent', gradientDescent(RATE), report)
  const adaptive = walk('adam', adam(RATE), report)
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
    run: (_, report) => report.event({ event: 'done', parabola: runParabola(report) }),
  })
}
