// Graphs written as text, lowered, and what tests ask about the program.

import { expect } from 'vitest'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import type { Target } from '../../src/kernel/target.ts'
import { printKernels } from '../../src/kernel/text.ts'
import type { Lowered, StateLayout } from '../../src/lower/lowered.ts'
import { ops } from '../../src/ops/registry.ts'
import { isFloat } from '../../src/support/dtype.ts'
import { random } from '../../src/support/random.ts'
import { difference, type ErrorClass, stored } from '../generic/tolerances.ts'
import { type Arguments, lowered, plainState, runLowered, TARGET } from './run.ts'

/** A graph and its program. */
export interface Case {
  readonly graph: Graph
  readonly lowered: Lowered
  /** The names of the kernels in the order in which they are launched. */
  readonly launches: readonly string[]
  readonly text: string
}

/** The program of a graph given as text, verified. */
export function caseOf(text: string, target: Target = TARGET, state?: StateLayout): Case {
  const graph = parseGraph('case', text, ops)
  const made = lowered(graph, target, state)
  const { program } = made
  return {
    graph,
    lowered: made,
    launches: program.items.map(({ kernel }) => kernel),
    text: printKernels({ programs: [program], kernels: program.kernels }),
  }
}

/** The kernel of a name. */
export function kernelOf({ lowered: { program } }: Case, name: string): Kernel {
  return program.kernels.find(kernel => kernel.name === name)!
}

/** Random values for all arguments; integers are small. */
export function drawn(graph: Graph, seed = 1): Arguments {
  const stream = random(seed)
  return Object.fromEntries(
    graph.arguments.map(({ name, type }) => {
      const zeros = Literal.full(type.dtype, type.shape as readonly number[], 0)
      const draw = () => (isFloat(type.dtype) ? stream.uniform(-1, 1) : stream.integer(0, 3))
      return [name, stored(zeros.map(draw))]
    }),
  )
}

/** Runs the program and checks outputs and updates against the meaning of the graph. */
export function expectMeaning(
  { graph, lowered: made }: Case,
  errorClass: ErrorClass = 'accumulation',
  state: StateLayout = plainState(graph),
  given: Arguments = drawn(graph),
): void {
  const got = runLowered(graph, made, given, state)
  const wanted = interpret(graph, given)
  for (const [name, literal] of Object.entries({ ...wanted.outputs, ...wanted.updates })) {
    const found = { ...got.outputs, ...got.updates }[name]!
    expect(difference(found, literal, errorClass), name).toBeUndefined()
  }
}
