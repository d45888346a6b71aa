// A graph made runnable: mode, passes, lowering, backend. Executables of one session share its
// memory, so that the program that trains a model and the one that predicts with it work on the
// same parameters without a copy.

import type { Backend, Eventually, Loaded, Memory } from '../backends/backend.ts'
import { graphDims } from '../ir/bind.ts'
import { checkDims, type Dims } from '../ir/dim.ts'
import type { Argument, Graph } from '../ir/graph.ts'
import type { PassRecord, Traced } from '../ir/history.ts'
import { valueTypes } from '../ir/printer.ts'
import type { TensorType } from '../ir/type.ts'
import { assertProgram } from '../kernel/verify.ts'
import { lower } from '../lower/lower.ts'
import type { Lowered, StateLayout } from '../lower/lowered.ts'
import { poisoned } from '../lower/memory/poison.ts'
import { afterDerivative } from '../passes/pipeline.ts'
import { stabilized } from '../passes/prepare.ts'
import { runPipeline } from '../rewrite/pass-manager.ts'
import { GraphError } from '../support/diagnostic.ts'
import type { TypedArray } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'
import { checkBudget } from './budget.ts'
import { checkOptions } from './check-options.ts'
import { type Explanation, explain } from './explain.ts'
import type { ExplainOptions } from './explain-costs.ts'
import type { Boundary } from './feed.ts'
import { measureLaunches } from './measure-launches.ts'
import type { CompileSettings } from './run.ts'
import { backendFor } from './targets.ts'

/** What executables of one model share: the backend, where its state lies, and the memory. */
export interface Session {
  readonly backend: Backend
  readonly layout: StateLayout
  readonly memory: Memory
}

/** Memory for a model whose state is laid out. */
export async function openSession(target: string, layout: StateLayout): Promise<Session> {
  const backend = await backendFor(target)
  return { backend, layout, memory: await backend.memory(layout.bytes) }
}

/** How a graph is made runnable in a session. */
export type ExecutableOptions = Omit<CompileSettings, 'target'>

/** A graph that went through every pass, with sizes for all dims. */
export interface Prepared {
  readonly dims: Dims
  readonly graph: Graph
  /** Every pass and transform since the model was traced. */
  readonly records: readonly PassRecord[]
}

/** A program of a session, ready to run. Values go by the names of the graph. */
export interface Executable {
  readonly dims: Dims
  /** Inputs and rng arguments by name, with integer dims. */
  readonly inputs: ReadonlyMap<string, Argument>
  /** Output types by name. */
  readonly outputs: ReadonlyMap<string, TensorType>
  /**
   * Runs once. Every input must be there and of the right class and length. Errors of the debug
   * modes call the run by the number of its `step`, where it has one.
   */
  run(inputs: Readonly<Record<string, TypedArray>>, step?: number): Eventually<void>
  /** A copy of an output as the last run left it. */
  read(output: string): Eventually<TypedArray>
  /** What the compiler did. Throws E137 for an option that there is none of. */
  explain(options?: ExplainOptions): Explanation
  dispose(): void
}

/**
 * The graph of one mode with sizes for its dims, in core ops.
 * Throws E107 where dims do not fit the program, with the line of the caller of `boundary`.
 */
export function prepare(
  program: Traced,
  dims: Dims,
  options: ExecutableOptions,
  boundary: Boundary,
): Prepared {
  checkSizes(program.graph, dims, boundary)
  const verify = options.debug?.verify ?? false
  const { graph, history } = stabilized(program, options.mode ?? 'eval', { verify })
  const known = graphDims(graph)
  const used = Object.fromEntries(Object.entries(dims).filter(([name]) => known.includes(name)))
  const result = runPipeline(graph, afterDerivative(used), { verify })
  return { dims, graph: result.graph, records: [...history.records, ...result.records] }
}

function checkSizes(graph: Graph, dims: Dims, boundary: Boundary): void {
  const known = graphDims(graph)
  const source = captureSource(boundary)
  const unknown = Object.keys(dims).find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new GraphError({
      code: 'E107',
      subject: 'compile',
      message: `this program has no dim '${unknown}'`,
      source,
      help: `leave it out; there are ${known.join(', ') || 'none'}`,
    })
  }
  const missing = known.filter(name => !Object.hasOwn(dims, name))
  if (missing.length > 0) {
    throw new GraphError({
      code: 'E107',
      subject: 'compile',
      message: `every dim must have a size, got none for ${missing.join(', ')}`,
      source,
      help: `pass dims: { ${missing.map(name => `${name}: 32`).join(', ')} }`,
    })
  }
  checkDims(dims, known, 'compile')
}

/**
 * Makes a prepared graph runnable on the memory of a session.
 * Throws E136 where it would take more than `maxBytes`.
 */
export async function load(
  prepared: Prepared,
  session: Session,
  options: ExecutableOptions,
): Promise<Executable> {
  const { graph, dims } = prepared
  const { backend, memory, layout } = session
  const { verify = false, poison = false } = options.debug ?? {}
  const { maxBytes } = options
  const lowered = lower(graph, { target: backend.target, state: layout, verify, maxBytes })
  checkBudget(graph, lowered, layout.bytes, maxBytes)
  const program = poison ? poisoned(lowered.program, lowered.memory) : lowered.program
  if (poison && verify) assertProgram(program)
  const constants = new Map([...lowered.constants].map(([name, of]) => [name, of.toHost().data]))
  const loaded = await backend.load(program, memory, constants)
  const made = executable(prepared, session, lowered, loaded, dims)
  const { checkRewrites = false, nanGuard = false } = options.debug ?? {}
  if (!checkRewrites && !nanGuard) return made
  // Loaded when it is asked for: a bundle that never debugs does not run a line of it.
  const { debugRun } = await import('./debug-run.ts')
  const modes = { checkRewrites, nanGuard }
  return { ...made, run: debugRun({ prepared, session, executable: made }, modes) }
}

function executable(
  { graph, records }: Prepared,
  { backend, memory }: Session,
  lowered: Lowered,
  loaded: Loaded,
  dims: Dims,
): Executable {
  const { program, inputs, outputs } = lowered
  const passed = graph.arguments.filter(({ role }) => role === 'input' || role === 'rng')
  const types = valueTypes(graph)
  const [names, buffers] = [[...inputs.keys()], [...inputs.values()]]
  const bound: Record<string, TypedArray> = {}
  const explainRun = (options: ExplainOptions = {}) => {
    checkOptions('explain', options, ['profile'], explainRun)
    return explain({
      target: backend.target.name,
      dims,
      records,
      program,
      stateBytes: memory.stateBytes,
      lowered,
      workspaceBytes: loaded.workspaceBytes,
      source: loaded.source,
      rates: backend.target.rates,
      measured: options.profile === true ? measureLaunches(program, loaded, bound) : undefined,
    })
  }
  return {
    dims,
    inputs: new Map(passed.map(argument => [argument.name, argument])),
    outputs: new Map(graph.outputs.map(({ name, value }) => [name, types.get(value)!])),
    run: given => {
      // No iterator, closure or object: this is on the path of every step.
      for (let i = 0; i < names.length; i++) bound[buffers[i]!] = given[names[i]!]!
      return loaded.run(bound)
    },
    read: output => loaded.read(outputs.get(output)!),
    explain: explainRun,
    dispose: () => loaded.dispose(),
  }
}
