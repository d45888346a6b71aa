// Scalar outputs of a model over a whole data set, in mode eval, on the params of a trainer.

import { batches } from '../data/batches.ts'
import { type Dataset, exampleCount } from '../data/dataset.ts'
import { valueTypes } from '../ir/printer.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { select } from '../model/select.ts'
import { turnTaker } from '../support/breathe.ts'
import { type AnyTrainer, batchDim, checkData, inputsFrom } from './batch-inputs.ts'
import type { DataFor } from './fit.ts'
import { averages, type Means } from './history.ts'
import type { Shared, Trainer } from './trainer-types.ts'

type Program = Shared<Record<string, Tensor>, Record<string, Tensor>>

/**
 * The means of all scalar outputs over the examples of `data`, on the params as they are.
 *
 * Throws E110 where the data is no data set or lacks an input, E138 where the inputs of the model
 * do not share a first dim.
 *
 * @example
 * const { loss, accuracy } = await evaluate(t, test)
 */
export async function evaluate<In, P, S, O>(
  trainer: Trainer<In, P, S, O>,
  data: DataFor<In>,
): Promise<Means> {
  const measure = await evaluator(trainer as unknown as AnyTrainer, data as unknown as Dataset)
  try {
    return await measure.means()
  } finally {
    measure.dispose()
  }
}

/** What measures a model on one data set again and again. */
export interface Evaluator {
  /** The means of all scalar outputs, on the params as they are. */
  means(): Promise<Means>
  dispose(): void
}

/** The evaluator of `data`; all programs are compiled here. */
export async function evaluator(trainer: AnyTrainer, data: Dataset): Promise<Evaluator> {
  checkData(trainer, data, evaluate)
  const batch = batchDim(trainer, evaluate)
  const size = trainer.dims[batch]!
  const programs = await programsFor(trainer, data, batch)
  const means = async () => {
    const totals = averages()
    const turns = turnTaker()
    for (const rows of batches(data, size, { shuffle: false })) {
      const examples = exampleCount(rows)
      const values = programs.get(examples)!(inputsFrom(trainer, rows) as never)
      totals.add(values as unknown as Means, examples)
      await turns.rest()
    }
    return totals.means()
  }
  const dispose = () => {
    for (const program of programs.values()) program.dispose()
  }
  return { means, dispose }
}

/** A program for full batches and one for the last, partial one, by their number of examples. */
async function programsFor(
  trainer: AnyTrainer,
  data: Dataset,
  batch: string,
): Promise<ReadonlyMap<number, Program>> {
  const outputs = scalarNames(trainer.model)
  const program = select(trainer.model as never, { outputs: outputs as never[] }) as TypedGraph
  const size = trainer.dims[batch]!
  const count = exampleCount(data)
  const found = new Map<number, Program>()
  for (const examples of new Set([Math.min(size, count), count % size])) {
    if (examples === 0) continue
    const dims = { ...trainer.dims, [batch]: examples }
    found.set(
      examples,
      (await trainer.executable(program, { dims: dims as never })) as unknown as Program,
    )
  }
  return found
}

function scalarNames({ graph }: TypedGraph): string[] {
  const types = valueTypes(graph)
  const isScalar = (value: number) => types.get(value)!.shape.length === 0
  return graph.outputs.filter(({ value }) => isScalar(value)).map(({ name }) => name)
}
