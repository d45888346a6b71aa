// A model of a graph that was not traced: parsed from the text of a bug report, made by a tool, or
// imported. Names nest by their dots; types are what the caller says, or not known.

import type { Graph } from '../ir/graph.ts'
import type { Tensor } from '../ir/tensor.ts'
import { nestNames } from '../ir/tree.ts'
import type { Hosts } from '../ir/typed-graph.ts'
import type { Declaration } from './declaration.ts'
import { heNormal, zeros } from './initializers.ts'
import type { Model } from './model.ts'
import { programOf } from './program.ts'

/** Inputs of a graph whose types are not known. */
export type AnyInputs = { readonly [name: string]: Tensor }

/** A tree of tensors whose types are not known. */
export type TensorTree = { readonly [key: string]: Tensor | TensorTree }

/** Values that `init` of the model gives. */
export interface InitialValues<P, S> {
  readonly params?: Hosts<P>
  readonly state?: Hosts<S>
}

/**
 * The model of a graph. `init` gives the values passed here, else draws matrices by `heNormal()`
 * and starts everything else at zero.
 *
 * Throws E105 where names cannot nest: `a` beside `a.b`.
 *
 * @example
 * const reported = fromGraph(parseGraph('report.ir', text, ops), { params })
 */
export function fromGraph<In = AnyInputs, P = TensorTree, S = TensorTree, O = TensorTree>(
  graph: Graph,
  values: InitialValues<P, S> = {},
): Model<In, P, S, O> {
  const namesWith = (role: string) =>
    graph.arguments.filter(argument => argument.role === role).map(({ name }) => name)
  const program = programOf({
    graph,
    params: nestNames(namesWith('param')),
    state: nestNames(namesWith('state')),
    outputs: nestNames(graph.outputs.map(({ name }) => name)),
    declarations: declarationsOf(graph),
  })
  const init = (seed?: number) => ({ ...program.init(seed), ...values })
  return Object.freeze({ ...program, init }) as unknown as Model<In, P, S, O>
}

function declarationsOf(graph: Graph): Declaration[] {
  return graph.arguments.flatMap(({ name, role, type }) => {
    if (role !== 'param' && role !== 'state') return []
    const isMatrix = role === 'param' && type.shape.length >= 2
    const initializer = isMatrix ? heNormal() : zeros()
    return [{ path: name, role, type, initializer, trainable: role === 'param' }]
  })
}
