// Training steps of random graphs, as the tests of lowering make them: every parameter gets a new
// value, each by itself or all in one block.

import { gradient } from '../../src/autodiff/gradient.ts'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { StateLayout } from '../../src/lower/lowered.ts'
import { add, div, scale, shift, square, sub } from '../../src/ops/arithmetic.ts'
import { broadcastAlong } from '../../src/ops/broadcast.ts'
import { mean } from '../../src/ops/statistics.ts'
import { momentum, type Optimizer } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { DIMS } from '../property/random-graph.ts'
import { plainState, prepared } from './run.ts'

/** A graph ready to be lowered, and where its state lies. */
export interface Step {
  readonly graph: Graph
  readonly state: StateLayout
}

/** The gradient of the loss in all arguments that it depends on, sizes bound. */
function backwardOf(graph: Graph): Graph {
  const known = graphDims(graph)
  const dims = Object.entries(DIMS).filter(([name]) => known.includes(name))
  const bound = bindGraph(graph, Object.fromEntries(dims))
  const params = bound.arguments.map(argument => ({ ...argument, role: 'param' as const }))
  return gradient({ ...bound, arguments: params }, { of: 'loss' })
}

const gradientNames = (graph: Graph) =>
  graph.outputs.flatMap(({ name }) => (name.startsWith('grads.') ? [name.slice(6)] : []))

/** Every parameter less its gradient. */
function descent(graph: Graph): Graph {
  const builder = GraphBuilder.from(graph)
  for (const name of gradientNames(graph)) {
    builder.update(name, sub(builder.argumentNamed(name), builder.outputNamed(`grads.${name}`)))
  }
  return builder.finish()
}

/** The step by which every parameter becomes itself less its gradient. */
export function descentStep(graph: Graph): Step {
  const step = prepared(descent(backwardOf(graph)))
  return { graph: step, state: plainState(step) }
}

/**
 * Two states for every parameter, of which one waits for totals: an average v of gradients, and the
 * parameter less v over the mean square of the gradient along each axis in turn.
 */
function normalized(graph: Graph): Graph {
  const builder = GraphBuilder.from(graph)
  for (const name of gradientNames(graph)) {
    const parameter = builder.argumentNamed(name)
    const gradient = builder.outputNamed(`grads.${name}`)
    const average = builder.state(`v.${name}`, parameter.type)
    const next = add(scale(average, 0.5), gradient)
    const { shape } = parameter.type
    const step = shape.reduce((value, _, axis) => {
      const size = shift(mean(square(gradient), [axis]), 1)
      return div(value, broadcastAlong(size, shape, [axis]))
    }, next)
    builder.update(`v.${name}`, next).update(name, sub(parameter, step))
  }
  return builder.finish()
}

/** The step by which every parameter follows an average of normalized gradients. */
export function normalizedStep(graph: Graph): Step {
  const step = prepared(normalized(backwardOf(graph)))
  return { graph: step, state: plainState(step) }
}

/** The step of an optimizer, momentum by default, on a block of all parameters. */
export function blockStep(graph: Graph, optimizer: Optimizer = momentum(0.1)): Step {
  const backward = backwardOf(graph)
  const names = gradientNames(backward)
  const trained = backward.arguments.filter(({ name }) => names.includes(name))
  const others = backward.arguments.filter(({ name }) => !names.includes(name))
  const layout = trainingLayout(trained, others, optimizer)
  return {
    graph: prepared(trainingStep(backward, layout.blocks, optimizer)),
    state: layout.state,
  }
}
