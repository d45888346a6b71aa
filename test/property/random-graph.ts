// Random well-typed symbolic graphs, as a fast-check arbitrary: a graph is a list of steps, each a
// few numbers that choose a move and its operands, so that shrinking a failure drops steps and
// lowers choices until the smallest graph that still fails is left.

import fc from 'fast-check'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { sizeOf, substituteDim } from '../../src/ir/dim.ts'
import type { Graph, Role } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { type Shape, tensorType, typesEqual } from '../../src/ir/type.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { mean } from '../../src/ops/statistics.ts'
import { random } from '../../src/support/random.ts'
import { stored } from '../generic/tolerances.ts'
import { MOVES, type Move } from './moves.ts'

/** Sizes for the symbolic dims: different primes, so that a transposed axis shows. */
export const DIMS = { batch: 3, time: 2 } as const

const ARGUMENTS: readonly (readonly [role: Role, name: string, shape: Shape])[] = [
  ['input', 'x', ['batch', 5]],
  ['param', 'w', [5, 4]],
  ['param', 'b', ['time']],
  ['param', 's', []],
]

/** State of one type, so that an update may be the other one's old value. */
const STATE: typeof ARGUMENTS = [
  ['state', 'm', ['batch', 5]],
  ['state', 'n', ['batch', 5]],
]

/** Values with more elements than this (at DIMS) are not built on. */
const MOST_ELEMENTS = 200

/** A random graph; a failing property shows it as text. */
export interface RandomGraph {
  readonly graph: Graph
}

/** How random graphs are made. */
interface Making {
  readonly dtype: 'f32' | 'f64'
  /** Whether there is state, and updates of it. */
  readonly hasState?: boolean
  /** What steps may be; all moves by default. */
  readonly moves?: readonly Move[]
}

/** A step: a move, its operand, and what else it has to choose. */
type Step = readonly number[]

/** A graph with outputs `loss`, a scalar, and `last`. */
export const randomGraph = randomGraphOf({ dtype: 'f64' })

/** Graphs with outputs `loss`, a scalar, and `last`, and updates of `m` and `n`. */
export function randomGraphOf(making: Making): fc.Arbitrary<RandomGraph> {
  const step = fc.array(fc.nat(1000), { minLength: 2, maxLength: 6 })
  return fc.array(step, { minLength: 1, maxLength: 12 }).map(steps => {
    const graph = build(steps, making)
    return { graph, [fc.toStringMethod]: () => `\n${printGraph(graph)}` }
  })
}

function build(steps: readonly Step[], { dtype, hasState = false, moves = MOVES }: Making): Graph {
  const builder = new GraphBuilder('random')
  const declared = hasState ? [...ARGUMENTS, ...STATE] : ARGUMENTS
  const pool: Value[] = declared.map(([role, name, shape]) =>
    builder.argument(role, name, tensorType(dtype, shape)),
  )
  for (const step of steps) grow(pool, moves, step)
  const tail = pool.slice(-3)
  const loss = tail.map(value => mean(value)).reduce((a, b) => add(a, b))
  builder.output('loss', loss).output('last', pool[pool.length - 1]!)
  if (hasState) addUpdates(builder, pool, steps[0]!)
  return builder.finish()
}

/** Makes one move, if it applies, on values of which late ones are likelier: graphs get deep. */
function grow(
  pool: Value[],
  moves: readonly Move[],
  [move = 0, operand = 0, ...choices]: Step,
): void {
  let next = 0
  const pick = (below: number) => (below === 0 ? 0 : (choices[next++] ?? 0) % below)
  const x = pool[pool.length - 1 - Math.min(operand % 7, pool.length - 1)]!
  const y = moves[move % moves.length]!(x, { pick, pool })
  if (y !== undefined && elements(y) <= MOST_ELEMENTS) pool.push(y)
}

/** Any value of the right type updates the state: a late one, or the other's old value. */
function addUpdates(builder: GraphBuilder, pool: readonly Value[], step: Step): void {
  for (const [i, [, name]] of STATE.entries()) {
    const { type } = builder.argumentNamed(name)
    const fitting = pool.filter(value => typesEqual(value.type, type)).reverse()
    builder.update(name, fitting[(step[i] ?? 0) % fitting.length]!)
  }
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
      return [name, stored(zeros.map(() => draw.uniform(-1.5, 1.5)))]
    }),
  )
}
