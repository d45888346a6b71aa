// How a training begins: the model's gradient and the optimizer become one program, and initial
// params and state come to lie where its steps run.

import { load, openSession, prepare } from '../compile/executable.ts'
import type { Boundary } from '../compile/feed.ts'
import { writeTree } from '../compile/resident.ts'
import type { Dims } from '../ir/dim.ts'
import { transformed } from '../ir/history.ts'
import type { NameTree } from '../ir/tree.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { gradient } from '../model/derivative.ts'
import type { Model } from '../model/model.ts'
import { trainingStep } from '../optim/training-step.ts'
import { trainingLayout } from './block-layout.ts'
import { begun, type Running, type Training } from './training.ts'

/**
 * Compiles the step and puts initial params in place; mistakes are those of the caller of
 * `boundary`. Throws what `trainer` throws.
 */
export async function startTraining(
  model: Model,
  options: Training['options'],
  dims: Dims,
  boundary: Boundary,
): Promise<Running> {
  const { loss, optimizer, target, seed = 0 } = options
  const { graph, outputs, history } = untyped(model, { of: loss, mode: 'train' })
  const isTrained = new Set(
    model.declarations.filter(({ role, trainable }) => role === 'param' && trainable).map(pathOf),
  )
  const resident = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  const trained = resident.filter(({ name }) => isTrained.has(name))
  const others = resident.filter(({ name }) => !isTrained.has(name))
  const layout = trainingLayout(trained, others, optimizer)
  const added = addedKey(model.outputs, outputs)
  const name = `training_step{optimizer=${optimizer.name}}`
  const symbolic = transformed({ graph, history }, name, of =>
    trainingStep(of, layout.blocks, optimizer, added),
  )
  const prepared = prepare(symbolic, dims, options, boundary)
  const session = await openSession(target, layout.state)
  const training: Training = { model, options, layout, session, step: symbolic }
  const isGiven = options.params !== undefined && options.state !== undefined
  const initial = isGiven ? undefined : model.init(seed)
  writeTree(session, model.params, 'param', options.params ?? initial?.params, boundary)
  writeTree(session, model.state, 'state', options.state ?? initial?.state, boundary)
  return begun(training, await load(prepared, session, options))
}

/** A gradient of names that are data. */
const untyped = gradient as unknown as (
  of: Model,
  options: { readonly of: string; readonly mode: 'train' },
) => TypedGraph

/** The key that a gradient adds to the outputs: grads, or grads2 for a second derivative. */
const addedKey = (before: NameTree, after: NameTree) =>
  Object.keys(after).find(key => !Object.hasOwn(before as object, key))

const pathOf = ({ path }: { readonly path: string }) => path
