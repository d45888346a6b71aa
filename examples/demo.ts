// `npm run demo`: everything that runs so far, in one go. A parabola is minimized, then two digits
// are told apart; both by graphs that hold model, derivative and update.
//
//   npm run demo -- --data DIR

import { runExample } from './command.ts'
import { type LogisticOptions, prepareLogistic, withLogisticOptions } from './logistic.ts'
import { runParabola } from './parabola.ts'

const started = performance.now()

await runExample<LogisticOptions>({
  name: 'demo',
  about: 'Minimize a parabola, then tell two handwritten digits apart.',
  configure: withLogisticOptions,
  run: async (options, report) => {
    // Data that cannot be read is said before anything runs.
    const runLogistic = await prepareLogistic(options)
    const parabola = runParabola(report)
    report.line('')
    const logistic = runLogistic(report)
    const { bold, green } = report.colors
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const w = parabola.gradientDescent.w.toFixed(3)
    const right = (100 * logistic.heldOutAccuracy).toFixed(1)
    report.line('')
    report.line(
      `${green(bold('done'))}       w = ${w}, ${right} % of unseen digits right, ${seconds} s`,
    )
    // Nothing in the events depends on the machine: one seed, one stream of bytes.
    report.event({ event: 'done', parabola, logistic })
  },
})
