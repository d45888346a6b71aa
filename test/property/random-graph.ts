// Random well-typed symbolic graphs, as a fast-check arbitrary: a graph is a list of steps, each a
// few numbers that choose a move and its operands, so that shrinking a failure drops steps and
// lowers choices until the smallest graph that still fails is left.

import fc from 'fast-check'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { sizeOf, substituteDim } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { type TensorType, tensorType } from '../../src/ir/type.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { mean } from '../../src/ops/statistics.ts'
import { random } from '../../src/support/random.ts'
import { MOVES } from './moves.ts'

/** Sizes for the symbolic dims: different primes, so that a transposed axis shows. */
export const DIMS = { batch: 3, time: 2 } as const

const ARGUMENTS: readonly (readonly [role: 'input' | 'param', name: string, type: TensorType])[] = [
  ['input', 'x', tensorType('f64', ['batch', 5])],
  ['param', 'w', tensorType('f64', [5, 4])],
  ['param', 'b', tensorType('f64', ['time'])],
  ['param', 's', tensorType('f64')],
]

/** Values with more elements than this (at DIMS) are not built on. */
const MOST_ELEMENTS = 200

/** A random graph; a failing property shows it as text. */
export interface RandomGraph {
  readonly graph: Graph
}

/** A graph with outputs `loss`, a scalar, and `last`. */
export const randomGraph: fc.Arbitrary<RandomGraph> = fc
  .array(fc.array(fc.nat(1000), { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 12 })
  .map(steps => {
    const graph = build(steps)
    return { graph, [fc.toStringMethod]: () => `\n${printGraph(graph)}` }
  })

function build(steps: readonly (readonly number[])[]): Graph {
  const builder = new GraphBuilder('random')
  const pool: Value[] = ARGUMENTS.map(([role, name, type]) => builder.argument(role, name, type))
  for (const [move = 0, operand = 0, ...choices] of steps) {
    let next = 0
    const pick = (below: number) => (below === 0 ? 0 : (choices[next++] ?? 0) % below)
    // Late values are likelier operands, which makes deep graphs.
    const x = pool[pool.length - 1 - Math.min(operand % 7, pool.length - 1)]!
    const y = MOVES[move % MOVES.length]!(x, { pick, pool })
    if (y !== undefined && elements(y) <= MOST_ELEMENTS) pool.push(y)
  }
  const tail = pool.slice(-3)
  const loss = tail.map(value => mean(value)).reduce((a, b) => add(a, b))
  return builder
    .output('loss', loss)
    .output('last', pool[pool.length - 1]!)
    .finish()
}

function elements(x: Value): number {
  return Number(substituteDim(sizeOf(x.type.shape), DIMS))
}

/** Values for the arguments of a random graph. */
export function randomArguments(graph: Graph, seed: number): Record<string, Literal> {
  const draw = random(seed)
  return Object.fromEntries(
    graph.arguments.map(({ name, type }) => {
      const shape = type.shape.map(extent => Number(substituteDim(extent, DIMS)))
      const zeros = Literal.full(type.dtype, shape, 0)
      return [name, zeros.map(() => draw.uniform(-1.5, 1.5))]
    }),
  )
}
