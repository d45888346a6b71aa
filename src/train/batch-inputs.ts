// What fitting and evaluating ask of a model and of data: a dim that counts examples, and an array
// for every input.

import { type Dataset, exampleCount } from '../data/dataset.ts'
import type { Argument } from '../ir/graph.ts'
import type { Tensor } from '../ir/tensor.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'
import type { Trainer } from './trainer-types.ts'

/** A trainer of any model: names are data here. */
export type AnyTrainer = Trainer<Record<string, Tensor>, unknown, unknown, Record<string, Tensor>>

type Boundary = (...args: never[]) => unknown

const inputsOf = ({ model }: AnyTrainer) =>
  model.graph.arguments.filter(({ role }: Argument) => role === 'input')

/**
 * The dim that counts examples: the first of every input. Throws E138 where there is none.
 */
export function batchDim(trainer: AnyTrainer, boundary: Boundary): string {
  const inputs = inputsOf(trainer)
  const firsts = new Set(inputs.map(({ type }) => type.shape[0]))
  const [first] = firsts
  if (firsts.size === 1 && typeof first === 'string') return first
  const got = inputs.map(({ name, type }) => `${name} [${type.shape.join(', ')}]`).join(', ')
  const message = `inputs must share a symbolic first dim that counts examples, got ${got || 'none'}`
  throw unfit('E138', message, "declare them as f32('batch', …)", boundary)
}

/** Throws E110 where the data is no data set or lacks an array for an input. */
export function checkData(trainer: AnyTrainer, data: Dataset, boundary: Boundary): void {
  const examples = exampleCount(data)
  const missing = inputsOf(trainer).find(({ name }) => !Object.hasOwn(data, name))
  if (missing !== undefined) {
    const there = Object.keys(data).join(', ')
    const message = `the data must have an array for input ${missing.name}, got ${there}`
    throw unfit('E110', message, `add ${missing.name}: { shape, dtype, data }`, boundary)
  }
  if (examples > 0) return
  throw unfit('E110', 'the data must have an example, got none', 'pass some examples', boundary)
}

/** The arrays that feed inputs of the model; a data set may hold others beside them. */
export function inputsFrom(trainer: AnyTrainer, batch: Dataset): Dataset {
  return Object.fromEntries(inputsOf(trainer).map(({ name }) => [name, batch[name]!]))
}

/** The error of a model or data that cannot be fitted. */
export function unfit(
  code: 'E110' | 'E137' | 'E138' | 'E139',
  message: string,
  help: string,
  boundary: Boundary,
): GraphError {
  return new GraphError({
    code,
    subject: boundary.name,
    message,
    source: captureSource(boundary),
    help,
  })
}
