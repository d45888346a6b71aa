// The object behind models and derived programs. Deriving one keeps declarations and initial
// values: the params of a model fit every program made of it.

import { integerDim } from '../ir/dim.ts'
import type { Graph } from '../ir/graph.ts'
import { type History, UNTOUCHED } from '../ir/history.ts'
import { printGraph } from '../ir/printer.ts'
import { mapNames, type NameTree } from '../ir/tree.ts'
import type { Declaration } from './declaration.ts'
import { initialValue } from './initializers.ts'
import type { Model } from './model.ts'

/** What is particular to a program. */
export interface ProgramParts {
  readonly graph: Graph
  readonly params: NameTree
  readonly state: NameTree
  readonly outputs: NameTree
  readonly declarations: readonly Declaration[]
}

/** A model of its parts; values start as declared. */
export function programOf(parts: ProgramParts): Model {
  const { declarations, params, state } = parts
  const byPath = new Map(declarations.map(declaration => [declaration.path, declaration]))
  const init = (seed = 0) => {
    const start = (name: string) => initialHost(byPath.get(name)!, seed)
    return { params: mapNames(params, start), state: mapNames(state, start) }
  }
  return derived({ ...parts, init, history: UNTOUCHED } as Model, {})
}

/** A program of the same declarations with another graph. */
export function derived(
  from: Model,
  {
    graph = from.graph,
    outputs = from.outputs,
    history = from.history,
  }: { graph?: Graph; outputs?: NameTree; history?: History },
): Model {
  const { params, state, declarations, init } = from
  return Object.freeze({
    name: graph.name,
    graph,
    params,
    state,
    outputs,
    history,
    declarations,
    init,
    toString: () => printGraph(graph),
  })
}

function initialHost({ initializer, type, path }: Declaration, seed: number) {
  const shape = type.shape.map(dim => integerDim(dim, path))
  const data = initialValue(initializer, shape, type.dtype, path, seed)
  return shape.length === 0 ? data[0]! : { shape, dtype: type.dtype, data }
}
