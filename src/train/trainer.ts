// `trainer`: a model, a loss and an optimizer become one program that runs forward, backward and
// update, on params that never leave the memory it runs in. Steps are made one after another, in
// the order in which they were asked for.

import { feedDraws, readOutput, readState, writeState } from '../compile/compile.ts'
import { type Executable, load, openSession, prepare, type Session } from '../compile/executable.ts'
import { type Boundary, checkKeys, feed, feedError } from '../compile/feed.ts'
import { eachValue, hostValue } from '../compile/host-tree.ts'
import type { Dims } from '../ir/dim.ts'
import type { Argument, Graph } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import { mapNames, type NameTree } from '../ir/tree.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { gradient } from '../model/derivative.ts'
import type { Model } from '../model/model.ts'
import { scalarName, trainingStep } from '../optim/training-step.ts'
import type { TypedArray } from '../support/dtype.ts'
import { slotOfMember, type TrainingLayout, trainingLayout } from './block-layout.ts'
import { sharedProgram } from './shared-program.ts'
import type { NeededDims, ReadPolicy, Trainer, TrainerOf, TrainerOptions } from './trainer-types.ts'

type Inputs = Record<string, TypedArray>

/** What the steps of one training share. */
interface Training {
  readonly model: Model
  readonly options: TrainerOptions<unknown, unknown, unknown, unknown, unknown>
  readonly layout: TrainingLayout
  readonly session: Session
  /** The step, symbolic in its dims. */
  readonly step: Graph
}

/**
 * Makes a model ready for training: initial params are drawn from `seed` unless given, and stay on
 * the target.
 *
 * Throws E201 where the loss is not a float scalar output, E107 where dims do not fit, E108 where
 * given params do not fit, E136 where the program would take more than `maxBytes`, E501 for a
 * target that there is none for.
 *
 * @example
 * const t = await trainer(mlp, { loss: 'loss', optimizer: adam(1e-3), target: 'js', dims: { batch: 128 } })
 * const { loss } = await t.step({ x, y })
 */
export function trainer<In, P, S, O, const M extends NeededDims<In>>(
  model: Model<In, P, S, O>,
  options: TrainerOptions<In, P, S, O, M>,
): Promise<TrainerOf<In, P, S, O, M>>
export async function trainer(model: Model, options: Training['options']): Promise<unknown> {
  const { loss, optimizer, target, seed = 0 } = options
  const of = loss as never
  const { graph, outputs } = gradient(model, { of, mode: 'train' }) as TypedGraph
  const isTrained = new Set(
    model.declarations.filter(({ role, trainable }) => role === 'param' && trainable).map(pathOf),
  )
  const resident = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  const trained = resident.filter(({ name }) => isTrained.has(name))
  const others = resident.filter(({ name }) => !isTrained.has(name))
  const layout = trainingLayout(trained, others, optimizer)
  const step = trainingStep(graph, layout.blocks, optimizer, addedKey(model.outputs, outputs))
  const dims = options.dims as Dims
  const prepared = prepare(step, dims, options, trainer)
  const session = await openSession(target, layout.state)
  const training: Training = { model, options, layout, session, step }
  const initial = model.init(seed)
  writeTree(training, model.params, 'param', options.params ?? initial.params, trainer)
  writeTree(training, model.state, 'state', options.state ?? initial.state, trainer)
  return started(training, await load(prepared, session, options))
}

/** The key that a gradient adds to the outputs: grads, or grads2 for a second derivative. */
const addedKey = (before: NameTree, after: NameTree) =>
  Object.keys(after).find(key => !Object.hasOwn(before as object, key))

const pathOf = ({ path }: { readonly path: string }) => path

function writeTree(
  { session }: Training,
  names: NameTree,
  kind: string,
  values: unknown,
  boundary: Boundary,
): void {
  const write = (name: string, value: unknown) =>
    writeState(session, name, `${kind} ${name}`, value, boundary)
  eachValue(names, values, kind, write, boundary)
}

/** The trainer of a training whose first program is there. */
function started(
  training: Training,
  first: Executable,
): Trainer<unknown, unknown, unknown, unknown> {
  const { model, options, session } = training
  const programs = new Map([[keyOf(first.dims), Promise.resolve(first)]])
  let last = first
  let stepCount = 0
  let isDisposed = false
  let queue: Promise<unknown> = Promise.resolve()
  const checkAlive = () => {
    if (isDisposed) throw feedError('trainer', 'was disposed', 'make a new trainer')
  }
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    checkAlive()
    const result = queue.then(task)
    queue = result.catch(() => {})
    return result
  }
  const programFor = (dims: Dims) => {
    const key = keyOf(dims)
    const known = programs.get(key) ?? compileStep(training, dims)
    programs.set(key, known)
    return known
  }
  const self: Trainer<unknown, unknown, unknown, unknown> = {
    model,
    dims: first.dims,
    seed: options.seed ?? 0,
    loss: options.loss,
    get stepCount() {
      return stepCount
    },
    step: (inputs, { read = 'scalars' as never, dims } = {}) => {
      const fed = inputsOf(training, inputs, self.step)
      namesToRead(first, read)
      return inTurn(async () => {
        const program = dims === undefined ? first : await programFor({ ...first.dims, ...dims })
        await program.run(feedStep(training, program, fed, stepCount + 1))
        stepCount++
        last = program
        return readOutputs(program, read) as never
      })
    },
    read: names => inTurn(async () => readOutputs(last, names as ReadPolicy<unknown>) as never),
    prepare: async dims => {
      checkAlive()
      await programFor({ ...first.dims, ...dims })
    },
    params: () => inTurn(async () => mapNames(model.params, name => readState(session, name))),
    state: () =>
      inTurn(async () => mapNames(model.state, name => readState(session, name))) as never,
    optimizerState: () => inTurn(async () => slotTrees(training)),
    setParams: params =>
      inTurn(async () => writeTree(training, model.params, 'param', params, self.setParams)),
    executable: (program, shared) => {
      checkAlive()
      return sharedProgram(session, program, shared as never, options.seed ?? 0) as never
    },
    explain: () => first.explain(),
    dispose: () => {
      isDisposed = true
      session.memory.dispose()
    },
  }
  return self
}

/** Equal sizes have equal keys, in whatever order they were given. */
const keyOf = (dims: Dims) =>
  Object.entries(dims)
    .map(([name, size]) => `${name}=${size}`)
    .sort()
    .join(',')

async function compileStep(training: Training, dims: Dims): Promise<Executable> {
  const prepared = prepare(training.step, dims, training.options, trainer)
  return load(prepared, training.session, training.options)
}

/** Checks the names of inputs; their values are checked against the program that runs them. */
function inputsOf({ model }: Training, inputs: unknown, boundary: Boundary): object {
  const isInput = ({ role }: Argument) => role === 'input'
  const names = model.graph.arguments.filter(isInput).map(({ name }) => name)
  if (typeof inputs !== 'object' || inputs === null) {
    throw feedError('step', `inputs go by name, got ${String(inputs)}`, 'pass { x: … }', boundary)
  }
  checkKeys('step', 'input', names, inputs, boundary)
  return inputs
}

function feedStep(
  { model, options, layout }: Training,
  program: Executable,
  given: object,
  step: number,
): Inputs {
  const fed: Inputs = {}
  for (const { name, role } of model.graph.arguments) {
    if (role !== 'input') continue
    const { type } = program.inputs.get(name)!
    const value = (given as Record<string, unknown>)[name]
    fed[name] = feed('step', { what: `input ${name}`, type }, value)
  }
  const { optimizer, seed = 0 } = options
  const scalars = Object.entries(optimizer.scalars(step, optimizer.learningRate))
  for (const { dtype } of layout.blocks) {
    for (const [name, value] of scalars) {
      const input = program.inputs.get(scalarName(name, dtype))!
      fed[input.name] = feed('step', { what: name, type: input.type }, value)
    }
  }
  feedDraws([...program.inputs.values()], { seed, step }, fed)
  return fed
}

function readOutputs(program: Executable, policy: ReadPolicy<unknown>): object {
  const names = namesToRead(program, policy)
  return Object.fromEntries(names.map(name => [name, readOutput(program, name)]))
}

/** Throws E108 for an output that is not there. */
function namesToRead(program: Executable, policy: ReadPolicy<unknown>): readonly string[] {
  if (policy === 'none') return []
  return policy === 'scalars' ? scalarOutputs(program) : checkOutputs(program, policy)
}

const scalarOutputs = ({ outputs }: Executable) =>
  [...outputs].filter(([, { shape }]) => shape.length === 0).map(([name]) => name)

function checkOutputs({ outputs }: Executable, names: readonly string[]): readonly string[] {
  const unknown = names.find(name => !outputs.has(name))
  if (unknown === undefined) return names
  const help = `there are ${[...outputs.keys()].join(', ')}`
  throw feedError('read', `this model has no output ${unknown}`, help)
}

/** For every slot of the optimizer, its entries nested as the params are. */
function slotTrees({ model, options, layout, session }: Training): Record<string, unknown> {
  const { optimizer } = options
  const trees = optimizer.slots.map(slot => {
    const values = new Map<string, unknown>()
    for (const { dtype, members } of layout.blocks) {
      for (const member of members) {
        const { type, shape, offset } = slotOfMember(layout, slot, dtype, member)
        const data = session.memory.read(offset, type, elementCount(shape)) as TypedArray
        values.set(member.name, hostValue(shape, type, data))
      }
    }
    return [slot, treeOf(model.params, values)] as const
  })
  return Object.fromEntries(trees)
}

/** The tree of the values that there are; branches without any vanish. */
function treeOf(names: NameTree, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof names === 'string') return values.get(names)
  if (Array.isArray(names)) return names.map(part => treeOf(part, values))
  const parts = Object.entries(names).map(([key, part]) => [key, treeOf(part, values)] as const)
  const there = parts.filter(([, part]) => part !== undefined)
  return there.length === 0 ? undefined : Object.fromEntries(there)
}
