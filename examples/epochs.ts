// A training as it is told: a moving line while it runs, a row and an event for every epoch. What
// is trained has a loss and an accuracy.

import type { Callback, EpochRow, History, Progress } from '../src/train/index.ts'
import { percent, type Report } from './report.ts'

/** What `fit` takes to tell how it goes; the head of the table is told at once. */
export function toldEpochs(example: string, report: Report) {
  const { dim } = report.colors
  report.line(dim('  epoch     loss  accuracy  dev loss  dev accuracy  ms/step'))
  const log: Progress = {
    step: ({ epoch, step, steps, values }) => {
      const text = `epoch ${epoch}, loss ${values.loss!.toFixed(3)}`
      report.progress('training', step, steps, text)
    },
    epoch: () => {},
  }
  const epochEnd = (row: EpochRow) => {
    const { epoch, train, dev } = row
    report.event({ event: 'step', example, epoch, train, dev })
    report.line(epochLine(row))
  }
  const callbacks: readonly Callback[] = [{ epochEnd }]
  return { log, callbacks }
}

function epochLine({ epoch, msPerStep, train, dev }: EpochRow): string {
  const cells = [
    String(epoch).padStart(5),
    train.loss!.toFixed(4).padStart(9),
    percent(train.accuracy!).padStart(9),
    dev!.loss!.toFixed(4).padStart(9),
    percent(dev!.accuracy!).padStart(13),
    msPerStep.toFixed(1).padStart(8),
  ]
  return `  ${cells.join(' ')}`
}

/** The milliseconds of a step, in the mean over all epochs. */
export const msPerStepOf = ({ epochs }: History) =>
  epochs.reduce((sum, row) => sum + row.msPerStep, 0) / epochs.length
