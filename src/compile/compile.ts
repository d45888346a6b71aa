// `compile`: a model or a derivative of one becomes a function of inputs, params and state. The
// function is pure: it copies params and state in, runs, and copies what changed out. A trainer
// keeps them in memory instead (src/train).

import type { Dims } from '../ir/dim.ts'
import type { Argument } from '../ir/graph.ts'
import { mapNames, type NameTree, nestNames } from '../ir/tree.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { layoutState } from '../lower/state.ts'
import type { TypedArray } from '../support/dtype.ts'
import { checkDebug, checkOptions } from './check-options.ts'
import { drawsOf } from './draws.ts'
import { type Executable, load, openSession, prepare, type Session } from './executable.ts'
import { type Boundary, feed, feedInputs, inputSlots } from './feed.ts'
import { eachValue, type HostValue, hostValue } from './host-tree.ts'
import type { DimNames, WithDims } from './hosts.ts'
import { now, readTree, writeTree } from './resident.ts'
import type { CompileOptions, CompileSettings, DrawOptions, Run } from './run.ts'

/**
 * Compiles a program for a target, with a size for every symbolic dim.
 *
 * Throws E107 where dims are missing, not known or no sizes, E136 where the program would take more
 * than `maxBytes`, E501 for a target that there is none for.
 *
 * @example
 * const run = await compile(gradient(mlp, { of: 'loss' }), { target: 'js', dims: { batch: 128 } })
 * const { loss, grads } = run({ x, y }, params, state)
 */
export async function compile<
  In,
  P,
  S,
  O,
  T,
  const M extends { readonly [K in DimNames<In>]?: number },
>(
  program: TypedGraph<In, P, S, O, T>,
  options: CompileOptions<In, M>,
): Promise<Run<WithDims<In, M>, P, S, WithDims<O, M>, T>> {
  // The boundary of the types: from here on names are data, and hosts are checked as they come.
  const given = options as unknown as AnyOptions
  checkOptions('compile', given, OPTIONS, compile)
  checkDebug(given.debug, compile)
  const { target, dims = {} } = given
  const prepared = prepare(program, dims, given, compile)
  const resident = prepared.graph.arguments.filter(isResident)
  const session = await openSession(target, layoutState([{ members: resident }]))
  const executable = await load(prepared, session, given)
  return runOf(program, session, executable) as never
}

/** The last three matter to other targets than js. */
const OPTIONS = 'target dims mode maxBytes debug threads relaxedSimd device'.split(' ')

type AnyOptions = CompileSettings & { readonly dims?: Dims | undefined }

const isResident = ({ role }: Argument) => role === 'param' || role === 'state'

/** The prefix under which a forward derivative takes its directions. */
const TANGENT = 'tangents.'

interface RunOptions extends DrawOptions {
  readonly tangents?: object | undefined
}

type Inputs = Record<string, TypedArray>

function runOf(program: TypedGraph, session: Session, executable: Executable) {
  const arguments_ = [...executable.inputs.values()]
  const isInput = ({ role, name }: Argument) => role === 'input' && !isTangent(name)
  const inputs = inputSlots(arguments_.filter(isInput))
  const draws = drawsOf(arguments_)
  const directions = tangentTree(executable)
  function run(given: object, params: unknown = {}, state: unknown = {}, options: RunOptions = {}) {
    const fed = feedInputs('run', inputs, given, run)
    feedTangents(executable, directions, options.tangents ?? {}, fed, run)
    draws.set(options.seed ?? 0, options.step ?? 0)
    Object.assign(fed, draws.inputs)
    writeTree(session, program.params, 'param', params, run)
    writeTree(session, program.state, 'state', state, run)
    now(executable.run(fed))
    return results(program, session, executable)
  }
  const dispose = () => {
    executable.dispose()
    session.memory.dispose()
  }
  return Object.assign(run, { explain: executable.explain, dispose })
}

const isTangent = (name: string) => name.startsWith(TANGENT)

/** The names of directions, nested like the params they belong to; empty where there are none. */
function tangentTree({ inputs }: Executable): NameTree {
  const names = [...inputs.keys()].filter(isTangent)
  const paths = nestNames(names)
  return names.length === 0 ? {} : (paths as Readonly<Record<string, NameTree>>).tangents!
}

/** Directions of a forward derivative: one for every input of that kind. */
function feedTangents(
  executable: Executable,
  names: NameTree,
  tangents: object,
  fed: Inputs,
  boundary: Boundary,
) {
  const visit = (name: string, value: unknown) => {
    const { type } = executable.inputs.get(name)!
    fed[name] = feed('run', { what: name, type }, value, boundary)
  }
  eachValue(names, tangents, 'tangent', visit, boundary)
}

function results(program: TypedGraph, session: Session, executable: Executable) {
  const outputs = mapNames(program.outputs, name => readOutput(executable, name))
  const state = readTree(session, program.state)
  const hasState = Object.keys(program.state).length > 0
  return hasState ? { ...(outputs as object), state } : outputs
}

/** A copy of an output as the last run left it, as users see it. */
export function readOutput(executable: Executable, name: string): HostValue {
  const { dtype, shape } = executable.outputs.get(name)!
  return hostValue(shape as readonly number[], dtype, now(executable.read(name)))
}
