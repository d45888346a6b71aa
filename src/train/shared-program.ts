// A program on the params of a trainer: the same session, another graph.

import { readOutput } from '../compile/compile.ts'
import { drawsOf } from '../compile/draws.ts'
import { type ExecutableOptions, load, prepare, type Session } from '../compile/executable.ts'
import { feedError, feedInputs, inputSlots } from '../compile/feed.ts'
import { now } from '../compile/resident.ts'
import type { Dims } from '../ir/dim.ts'
import { mapNames } from '../ir/tree.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'

/**
 * Compiles `program` on the params and state of `session`.
 * Throws E108 where it needs a param or state that the session does not have.
 */
export async function sharedProgram(
  session: Session,
  program: TypedGraph,
  options: ExecutableOptions & { readonly dims?: Dims | undefined },
  seed: number,
) {
  const prepared = prepare(program, options.dims ?? {}, options, sharedProgram)
  for (const { name, role } of prepared.graph.arguments) {
    if (role !== 'param' && role !== 'state') continue
    if (session.layout.slots.has(name)) continue
    const help = 'share a program that was made from the model in training'
    throw feedError('executable', `${role} ${name} is not in training`, help)
  }
  const executable = await load(prepared, session, options)
  const arguments_ = [...executable.inputs.values()]
  const inputs = inputSlots(arguments_.filter(({ role }) => role === 'input'))
  const draws = drawsOf(arguments_)
  draws.set(seed, 0)
  function run(given: object) {
    const fed = feedInputs('run', inputs, given, run)
    now(executable.run(Object.assign(fed, draws.inputs)))
    return mapNames(program.outputs, name => readOutput(executable, name))
  }
  const { explain, dispose } = executable
  return Object.assign(run, { explain, dispose })
}
