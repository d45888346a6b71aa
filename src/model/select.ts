// A part of a program: some of its outputs, from some of its inputs. What they need is kept, the
// rest goes; params and state stay whole, so that the same host trees fit.

import { commit } from '../ir/edit.ts'
import { type Argument, type Graph, nodesOf } from '../ir/graph.ts'
import { transformed } from '../ir/history.ts'
import { ancestors } from '../ir/traverse.ts'
import { type NameTree, namesOf } from '../ir/tree.ts'
import { trim } from '../passes/trim.ts'
import { GraphError, nearest } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'
import type { Model } from './model.ts'
import { derived } from './program.ts'

/**
 * The program that takes `inputs` (all by default) and returns `outputs`: inference without labels.
 * State is updated as before.
 *
 * Throws E124 where an output or a new state needs an input that is left out, E105 where a name is
 * not there.
 *
 * @example
 * select(mlp, { inputs: ['x'], outputs: ['probabilities'] })
 */
export function select<In, P, S, O, T, K extends keyof O, X extends keyof In = keyof In>(
  of: Model<In, P, S, O, T>,
  options: { readonly inputs?: readonly X[]; readonly outputs: readonly K[] },
): Model<Pick<In, X>, P, S, Pick<O, K>, T> {
  const from = of as unknown as Model
  const asked = options as unknown as {
    readonly inputs?: readonly string[]
    readonly outputs: readonly string[]
  }
  const outputs = pick(from.outputs, asked.outputs)
  const kept = new Set(namesOf(outputs))
  const results = from.graph.outputs.filter(({ name }) => kept.has(name))
  const all = from.graph.arguments.filter(isInput).map(({ name }) => name)
  const inputs = asked.inputs ?? all
  for (const name of inputs) checkName('input', name, all)
  const left = all.filter(name => !inputs.includes(name))
  const part = transformed(from, 'select', whole => {
    const smaller = trim(commit(whole, { outputs: results }).graph)
    checkNeeds(smaller, left)
    const taken = smaller.arguments.filter(({ name }) => !left.includes(name))
    return commit(smaller, { arguments: taken }).graph
  })
  const program = derived(from, { ...part, outputs })
  return program as unknown as Model<Pick<In, X>, P, S, Pick<O, K>, T>
}

/** Directions of a forward derivative are inputs of the graph, but no inputs of the model. */
const isInput = ({ role, name }: Argument) => role === 'input' && !name.startsWith('tangents.')

function pick(tree: NameTree, keys: readonly string[]): NameTree {
  const parts = tree as Readonly<Record<string, NameTree>>
  for (const key of keys) checkName('output', key, Object.keys(parts))
  return Object.fromEntries(keys.map(key => [key, parts[key]!]))
}

function checkName(what: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  const near = nearest(name, names)
  throw new GraphError({
    code: 'E105',
    subject: 'select',
    message: `there is no ${what} '${name}'; the program has ${names.join(', ') || 'none'}`,
    source: captureSource(select),
    help: near === undefined ? 'name one of them' : `did you mean '${near}'?`,
  })
}

/** Throws E124 where an output or update is computed from an input that is left out. */
function checkNeeds(graph: Graph, left: readonly string[]): void {
  const nodes = nodesOf(graph)
  const roots = [
    ...graph.outputs.map(({ name, value }) => ({ what: `output '${name}'`, value })),
    ...graph.updates.map(({ target, value }) => ({ what: `the new state '${target}'`, value })),
  ]
  const missing = graph.arguments.filter(({ name }) => left.includes(name))
  const whole = ancestors(
    nodes,
    roots.map(({ value }) => value),
  )
  const needed = missing.find(({ id }) => whole.has(id))
  if (needed === undefined) return
  const user = roots.find(({ value }) => ancestors(nodes, [value]).has(needed.id))!
  throw new GraphError({
    code: 'E124',
    subject: 'select',
    message: `${user.what} needs the input '${needed.name}', which is left out`,
    source: captureSource(select),
    help: `add '${needed.name}' to inputs, or leave the output out`,
  })
}
