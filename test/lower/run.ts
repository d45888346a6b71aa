// Lowered graphs under the kernel interpreter: memory is filled from arguments by name, and outputs
// and updated state come back as literals.

import { js } from '../../src/backends/js/index.ts'
import type { Rounding } from '../../src/ir/evaluate.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { RunResult } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { interpretProgram, placeBuffers } from '../../src/kernel/interpret.ts'
import { arenaBytes, type Launch, type Program } from '../../src/kernel/program.ts'
import type { Target } from '../../src/kernel/target.ts'
import { lower, lowerUnplanned, type Unplanned } from '../../src/lower/lower.ts'
import type { Lowered, StateLayout } from '../../src/lower/lowered.ts'
import { layoutState } from '../../src/lower/state.ts'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { DTYPES, type TypedArray } from '../../src/support/dtype.ts'

/** The target that has every dtype. */
export const TARGET: Target = js.target

/** Values by argument name. */
export type Arguments = Readonly<Record<string, Literal>>

/** The graph with sizes for its dims and core ops only. */
export function prepared(graph: Graph, dims: Readonly<Record<string, number>> = {}): Graph {
  return runPipeline(graph, afterDerivative(dims), { verify: false }).graph
}

/** Params and state one after another. */
export function plainState(graph: Graph): StateLayout {
  const members = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  return layoutState([{ members }])
}

/** The program of a core graph, verified. */
export function lowered(graph: Graph, target: Target = TARGET, state = plainState(graph)): Lowered {
  return lower(graph, { target, state, verify: true })
}

/** The program of a core graph before its memory is planned. */
export function unplanned(graph: Graph, state = plainState(graph)): Program<Launch> {
  return lowerUnplanned(graph, { target: TARGET, state }).program
}

/** A lowered program, or what became of it. */
interface Runnable extends Omit<Unplanned, 'program'> {
  readonly program: Program
}

/** What a program gives for arguments: outputs by name, and the new values of updated state. */
export function runLowered(
  graph: Graph,
  { program, inputs, outputs, constants }: Runnable,
  given: Arguments,
  state: StateLayout = plainState(graph),
  rounding: Rounding = 'f64',
): RunResult {
  const data = new Map<string, TypedArray>()
  for (const [name, buffer] of inputs) data.set(buffer, given[name]!.toHost().data)
  for (const [buffer, literal] of constants) data.set(buffer, literal.toHost().data)
  const arena = withSlots(program, state)
  for (const name of state.slots.keys()) {
    if (given[name] !== undefined) data.set(`slot ${name}`, given[name].toHost().data)
  }
  const memory = placeBuffers(arena, data)
  // What is not written must not look like an answer.
  poison(program, memory)
  interpretProgram(program, memory, rounding)
  const read = (buffer: string, shape: readonly number[]) => {
    const { type } = arena.buffers.find(({ name }) => name === buffer)!
    return new Literal(type, shape, Float64Array.from(memory.get(buffer)!))
  }
  const types = new Map(graph.outputs.map(({ name, value }) => [name, shapeOf(graph, value)]))
  return {
    outputs: Object.fromEntries(
      [...outputs].map(([name, buffer]) => [name, read(buffer, types.get(name)!)]),
    ),
    updates: Object.fromEntries(
      graph.updates.map(({ target }) => [
        target,
        read(`slot ${target}`, state.slots.get(target)!.shape),
      ]),
    ),
  }
}

/** The program with a buffer for every slot of the state, used or not. */
function withSlots(program: Program, { slots }: StateLayout): Program {
  const all = [...slots].map(([name, { type, shape, offset }]) => {
    return { name: `slot ${name}`, region: 'state', type, shape, offset } as const
  })
  return { ...program, buffers: [...program.buffers, ...all] }
}

function poison(program: Program, memory: ReadonlyMap<string, TypedArray>): void {
  for (const { name, region, type } of program.buffers) {
    if (region !== 'output' && region !== 'scratch') continue
    memory.get(name)!.fill(DTYPES[type].kind === 'float' ? Number.NaN : 123456789)
  }
}

function shapeOf(graph: Graph, id: number): readonly number[] {
  const argument = graph.arguments.find(candidate => candidate.id === id)
  const type = argument?.type ?? graph.nodes[id]!.results[0]!.type
  return type.shape as readonly number[]
}

/** Bytes of scratch. */
export const scratchBytes = (program: Program) => arenaBytes(program, 'scratch')
