// Derivatives of models: the graph's own derivative, with names as users nest them. What a program
// computes in training is differentiated: one side of every `byMode` is chosen first, so the result
// has none. Then come the passes that belong before a derivative: that of a naive formula would be
// naive too.

import { gradient as gradientOf, jvp as jvpOf } from '../autodiff/gradient.ts'
import { type Graph, nodesOf } from '../ir/graph.ts'
import { transformed } from '../ir/history.ts'
import { ancestors } from '../ir/traverse.ts'
import { filterNames, mapNames, type NameTree } from '../ir/tree.ts'
import type { Mode } from '../ops/by-mode.ts'
import { stabilized } from '../passes/prepare.ts'
import type { GradientOf, GradientRule, JvpOf, JvpRule, TangentsOf } from './derivative-type.ts'
import type { Model } from './model.ts'
import { derived } from './program.ts'
import { checkOf, inputTargets, paramTargets, refused } from './targets.ts'

/** What is asked of a derivative; what tsc knows as rules are names by now. */
interface Asked {
  readonly of: string
  readonly wrt?: readonly string[]
  readonly inputs?: readonly string[]
  readonly mode?: Mode
}

/**
 * The program that also returns the gradients of a scalar output: `grads` mirrors params, and
 * `inputGrads` the inputs asked for. A gradient of a gradient returns `grads2`, and so on. Params
 * that are not trainable or no floats have none; one that the output does not depend on has zeros,
 * unless `wrt` asks for it.
 *
 * Throws E201 where `of` is no scalar float output or a name is not known; E202 where it is
 * independent of what `wrt` or `inputs` asks for; E203, E204 where there is no derivative.
 *
 * @example
 * gradient(mlp, { of: 'loss' })
 * gradient(mlp, { of: 'loss', wrt: ['head'], inputs: ['x'] })
 */
export function gradient<
  In,
  P,
  S,
  O,
  T,
  const K extends string,
  W extends keyof P = keyof P,
  X extends keyof In = never,
>(
  of: Model<In, P, S, O, T>,
  options: {
    /** The output to differentiate; a path such as `grads.l1.b` for a nested one. */
    readonly of: GradientRule<O, K>
    /** Keys of params, each with all below it; all of them by default. */
    readonly wrt?: readonly W[]
    /** Inputs to differentiate by; none by default. */
    readonly inputs?: readonly X[]
    /** The side of `byMode` that is differentiated; `train` by default. */
    readonly mode?: Mode
  },
): Model<In, P, S, GradientOf<O, In, P, W, X>, T> {
  const from = of as unknown as Model
  const asked = options as unknown as Asked
  checkOf(from, 'gradient', asked.of, gradient)
  const wrt = paramTargets(from, 'gradient', asked.wrt, gradient)
  const inputs = inputTargets(from, asked.inputs ?? [], gradient)
  const program = gradientProgram(from, asked, wrt, inputs)
  return program as unknown as Model<In, P, S, GradientOf<O, In, P, W, X>, T>
}

function gradientProgram(
  from: Model,
  { of, wrt: named, mode = 'train' }: Asked,
  wrt: readonly string[],
  inputs: readonly string[],
): Model {
  const before = stabilized(from, mode)
  const targets = [...wrt, ...inputs]
  // A parameter that was not asked for by name may have no influence; and one that had some as
  // written may turn out to have none, such as a bias before a batch norm.
  const hasPart = influences(from.graph, of)
  const zeros = [...(named === undefined ? wrt : wrt.filter(hasPart)), ...inputs.filter(hasPart)]
  const { graph, history } = transformed(before, `gradient{of=${of}}`, forward =>
    gradientOf(forward, { of, wrt: targets, zeros }),
  )
  // Outputs are added in the order of the targets, each as PREFIX.TARGET.
  const added = graph.outputs.slice(before.graph.outputs.length)
  const prefixOf = (i: number) => added[i]!.name.slice(0, -targets[i]!.length - 1)
  const outputs = { ...(from.outputs as Readonly<Record<string, NameTree>>) }
  const add = (tree: NameTree, names: readonly string[], prefix: string) => {
    const kept = new Set(names)
    const part = filterNames(tree, name => kept.has(name)) ?? {}
    outputs[prefix] = mapNames(part, name => `${prefix}.${name}`)
  }
  if (wrt.length > 0) add(from.params, wrt, prefixOf(0))
  const byName = Object.fromEntries(inputs.map(name => [name, name]))
  if (inputs.length > 0) add(byName, inputs, prefixOf(wrt.length))
  return derived(from, { graph, outputs, history })
}

/** Whether an argument has a part in an output of the graph as the user wrote it. */
function influences(graph: Graph, of: string): (name: string) => boolean {
  const output = graph.outputs.find(({ name }) => name === of)!
  const needed = ancestors(nodesOf(graph), [output.value])
  const ids = new Map(graph.arguments.map(({ name, id }) => [name, id]))
  return name => needed.has(ids.get(name)!)
}

/** Where directions stand among the inputs of a forward derivative. */
const TANGENTS = 'tangents.'

/**
 * The program that also returns `tangent`, the derivative of an output in a direction that the run
 * gives: `run(inputs, params, state, { tangents })`, where tangents mirror the params of `wrt`. The
 * output may have any shape.
 *
 * Throws E201 where `of` is no float output or a name is not known, or the program has directions
 * already; E203, E204 where there is no derivative.
 *
 * @example
 * const forward = jvp(mlp, { of: 'loss', wrt: ['head'] })
 */
export function jvp<In, P, S, O, const K extends string, W extends keyof P = keyof P>(
  of: Model<In, P, S, O, never>,
  options: {
    /** The output to differentiate; a path for a nested one. */
    readonly of: JvpRule<O, K>
    /** Keys of params, each with all below it; all of them by default. */
    readonly wrt?: readonly W[]
    /** The side of `byMode` that is differentiated; `train` by default. */
    readonly mode?: Mode
  },
): Model<In, P, S, JvpOf<O, K>, TangentsOf<P, W>> {
  const from = of as unknown as Model
  const { of: output, wrt, mode = 'train' } = options as unknown as Asked
  if (from.graph.arguments.some(({ name }) => name.startsWith(TANGENTS))) {
    const help = 'take the gradient of the one, or the jvp of a gradient'
    throw refused('jvp', 'the program must have no directions yet, got a jvp', help, jvp)
  }
  checkOf(from, 'jvp', output, jvp)
  const targets = paramTargets(from, 'jvp', wrt, jvp)
  const { graph, history } = transformed(stabilized(from, mode), `jvp{of=${output}}`, primal =>
    jvpOf(primal, { of: output, wrt: targets }),
  )
  const outputs = { ...(from.outputs as Readonly<Record<string, NameTree>>), tangent: 'tangent' }
  return derived(from, { graph, outputs, history }) as unknown as Model<
    In,
    P,
    S,
    JvpOf<O, K>,
    TangentsOf<P, W>
  >
}
