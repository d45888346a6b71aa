// The entry `gradc/train`: the trainer, the loop around it, and what is measured.

export { evaluate } from './evaluate.ts'
export { type BatchPlace, type Callback, type DataFor, type FitOptions, fit } from './fit.ts'
export type { EpochRow, History, Means } from './history.ts'
export { accuracy, type ConfusionMatrix, confusionMatrix } from './metrics.ts'
export type { Progress, Standing } from './progress.ts'
export { trainer } from './trainer.ts'
export type {
  ReadPolicy,
  Scalars,
  Shared,
  SharedOptions,
  StepOptions,
  StepResult,
  Trainer,
  TrainerOptions,
} from './trainer-types.ts'
