// What is replayed: programs of every kind that users write, in every form in which they are
// compiled. The corpus of the rules with the models of the examples in it, the model of the demo
// that has batch norm, and a deep network, whose equal layers must share their kernels.

import { mnistBatchNorm } from '../../examples/mnist.ts'
import { f32, mean, model, repeat, square, sub, tanh } from '../../src/index.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { Target } from '../../src/kernel/target.ts'
import { lower } from '../../src/lower/lower.ts'
import type { Lowered } from '../../src/lower/lowered.ts'
import { layoutState } from '../../src/lower/state.ts'
import { dense } from '../../src/nn/index.ts'
import { type Form, formsOf } from '../../test/rules/pipelines.ts'
import { type Program, program, programs } from '../../test/rules/programs/index.ts'

/** One form of one program: a graph of core ops with sizes for its dims. */
export interface Replayed {
  readonly name: string
  readonly graph: Graph
}

const LAYERS = 24

const deep = model({
  name: 'deep',
  inputs: { x: f32('batch', 6), y: f32('batch', 6) },
  params: { layers: repeat(LAYERS, dense(6, 6)) },
  body({ x, y }, { layers }) {
    let out = x
    for (const layer of layers) out = tanh(layer(out))
    return { loss: mean(square(sub(out, y))) }
  },
})

const ALL: readonly Program[] = [
  ...programs,
  program(mnistBatchNorm, { dims: { batch: 8 }, loss: 'loss' }),
  program(deep, { dims: { batch: 4 }, loss: 'loss' }),
]

/** Programs whose names begin with `prefix`, in a fixed order; in all forms, or in `only` some. */
export function* replayed(prefix = '', only?: readonly Form['name'][]): Iterable<Replayed> {
  for (const one of ALL) {
    if (!one.name.startsWith(prefix) && !prefix.startsWith(`${one.name}.`)) continue
    for (const form of formsOf(one, { only })) {
      const name = `${one.name}.${form.name.replaceAll(' ', '-')}`
      if (name.startsWith(prefix)) yield { name, graph: form.graph }
    }
  }
}

/** The program of a graph; what is resident lies in the order in which the graph declares it. */
export function loweredFor(graph: Graph, target: Target): Lowered {
  const members = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  return lower(graph, { target, state: layoutState([{ members }]), verify: true })
}
