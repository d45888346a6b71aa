// Training steps of random graphs with composites, at two batch sizes on one memory: what js gives
// is what the graph means, what the kernel interpreter gives too; poison changes no bit; and steps
// of both sizes in turn give what each gives on a memory of its own.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Loaded, Memory } from '../../src/backends/backend.ts'
import { bindGraph } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { elementCount, Literal } from '../../src/ir/literal.ts'
import { valueTypes } from '../../src/ir/printer.ts'
import type { Program } from '../../src/kernel/program.ts'
import type { Lowered } from '../../src/lower/lowered.ts'
import { poisoned } from '../../src/lower/memory/poison.ts'
import { adam } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { DTYPES, type TypedArray } from '../../src/support/dtype.ts'
import { type TrainingLayout, trainingLayout } from '../../src/train/block-layout.ts'
import { load, memoryOf, now } from '../backends/js/programs.ts'
import { runs, seed } from '../counts.ts'
import { type Arguments, lowered, prepared, runLowered, TARGET } from '../lower/run.ts'
import { expectAgreement, Tally } from './agreement.ts'
import { randomArguments, randomGraphOf } from './random-graph.ts'

const BATCHES = [3, 2] as const
const OPTIMIZER = adam(0.01)

/** The step of Adam on a block of all params at one batch size, lowered. */
interface Step {
  readonly graph: Graph
  readonly layout: TrainingLayout
  readonly made: Lowered
}

function stepOf(graph: Graph, batch: number): Step {
  const bound = bindGraph(graph, { batch, time: 2 })
  const backward = gradient(bound, { of: 'loss' })
  const trained = backward.arguments.filter(({ role }) => role === 'param')
  const layout = trainingLayout(trained, [], OPTIMIZER)
  const step = prepared(trainingStep(backward, layout.blocks, OPTIMIZER))
  return { graph: step, layout, made: lowered(step, TARGET, layout.state) }
}

/** Values for everything that a step takes; what is averaged of squares is not negative. */
function given(graph: Graph): Arguments {
  const drawn = randomArguments(graph, seed)
  return Object.fromEntries(
    Object.entries(drawn).map(([name, literal]) =>
      name.startsWith('v:') ? [name, literal.map(Math.abs)] : [name, literal],
    ),
  )
}

/** A step on a memory, and what it is run with. */
interface Run {
  readonly step: Step
  readonly loaded: Loaded
}

function loadOn(memory: Memory, step: Step, program: Program = step.made.program): Run {
  const constants = [...step.made.constants].map(([name, of]) => [name, of.toHost().data] as const)
  return { step, loaded: load(program, memory, new Map(constants)) }
}

function memoryWith({ layout, graph }: Step): Memory {
  const memory = memoryOf(layout.state.bytes)
  const values = given(graph)
  for (const [name, { offset }] of layout.state.slots) {
    if (values[name] !== undefined) now(memory.write(offset, values[name].toHost().data))
  }
  return memory
}

/** Runs a step once; its outputs. */
function runOnce({ step, loaded }: Run): Record<string, TypedArray> {
  const values = given(step.graph)
  const passed = [...step.made.inputs].map(([name, at]) => [at, values[name]!.toHost().data])
  now(loaded.run(Object.fromEntries(passed)))
  const read = [...step.made.outputs].map(([name, at]) => [name, now(loaded.read(at))])
  return Object.fromEntries(read)
}

/** All of state, as numbers: engines choose the bits of a NaN, and not always the same. */
function stateIn(memory: Memory, { layout }: Step): TypedArray {
  const { dtype } = layout.blocks[0]!
  return now(memory.read(0, dtype, memory.stateBytes / DTYPES[dtype].bytes))
}

function expectMeaning(step: Step, tally: Tally): void {
  const { graph, layout, made } = step
  const values = given(graph)
  const memory = memoryWith(step)
  const types = valueTypes(graph)
  const outputs = Object.entries(runOnce(loadOn(memory, step))).map(([name, data]) => {
    const { value } = graph.outputs.find(output => output.name === name)!
    const { dtype, shape } = types.get(value)!
    return [name, new Literal(dtype, shape as readonly number[], Float64Array.from(data))]
  })
  const updates = graph.updates.map(({ target }) => {
    const { type, shape, offset } = layout.state.slots.get(target)!
    const data = now(memory.read(offset, type, elementCount(shape)))
    return [target, new Literal(type, shape, Float64Array.from(data))]
  })
  const onJs = { outputs: Object.fromEntries(outputs), updates: Object.fromEntries(updates) }
  for (const got of [onJs, runLowered(graph, made, values, layout.state)]) {
    expectAgreement({ graph, given: values, dims: {}, got }, tally)
  }
}

function expectPoisonChangesNothing(step: Step): void {
  const { program, memory: plan } = step.made
  const results = [program, poisoned(program, plan)].map(of => {
    const memory = memoryWith(step)
    const run = loadOn(memory, step, of)
    return [runOnce(run), runOnce(run), stateIn(memory, step)]
  })
  expect(results[1]).toEqual(results[0])
}

/** Four steps of two sizes in turn, on one memory or each on a copy of what the last one left. */
function expectSameInTurn(steps: readonly [Step, Step]): void {
  const shared = memoryWith(steps[0])
  const both = steps.map(step => loadOn(shared, step))
  let left = stateIn(memoryWith(steps[0]), steps[0])
  for (const i of [0, 1, 0, 1]) {
    const got = runOnce(both[i]!)
    const own = memoryOf(shared.stateBytes)
    now(own.write(0, left))
    expect(got).toEqual(runOnce(loadOn(own, steps[i]!)))
    left = stateIn(own, steps[i]!)
    expect(stateIn(shared, steps[i]!)).toEqual(left)
  }
}

describe.each(['f32', 'f64'] as const)('a training step of a random graph of %s', dtype => {
  const graphs = randomGraphOf({ dtype })
  const counts = { test: 30, ci: 100, deep: 2000 }

  it('gives what it means, on js and under the kernel interpreter', () => {
    const tally = new Tally()
    const property = fc.property(graphs, ({ graph }) => {
      expectMeaning(stepOf(graph, BATCHES[0]), tally)
    })
    fc.assert(property, runs(counts))
    tally.check()
  })

  it('gives the same bits with poison', () => {
    const property = fc.property(graphs, ({ graph }) => {
      expectPoisonChangesNothing(stepOf(graph, BATCHES[0]))
    })
    fc.assert(property, runs(counts))
  })

  it('gives the same bits in turn with one of another batch size on the same memory', () => {
    const property = fc.property(graphs, ({ graph }) => {
      expectSameInTurn([stepOf(graph, BATCHES[0]), stepOf(graph, BATCHES[1])])
    })
    fc.assert(property, runs(counts))
  })
})
