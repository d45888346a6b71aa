// A run under the debug modes: what it starts from is copied, rewrites are checked on it, and what
// the run leaves is looked at. A run that is found damaged leaves params and state as they were.

import type { Eventually } from '../backends/backend.ts'
import type { Argument } from '../ir/graph.ts'
import { elementCount, Literal } from '../ir/literal.ts'
import { bytesOf } from '../kernel/program.ts'
import { DTYPES, isFloat, type TypedArray } from '../support/dtype.ts'
import { checkRewrites } from './check-rewrites.ts'
import type { Executable, Prepared, Session } from './executable.ts'
import { blameOfRun, type Damaged, guardedGraph } from './nan-guard.ts'
import type { DebugOptions } from './run.ts'
import { firstNonFinite, placeIn } from './value-range.ts'

type Arrays = Readonly<Record<string, TypedArray>>

/** An executable, what it was made from, and where it runs. */
interface Debugged {
  readonly prepared: Prepared
  readonly session: Session
  readonly executable: Pick<Executable, 'run' | 'read' | 'outputs'>
}

/** The `run` of an executable with the checks that are asked for. */
export function debugRun(of: Debugged, options: DebugOptions): Executable['run'] {
  const { checkRewrites: isChecked = false, nanGuard: isGuarded = false } = options
  const { executable, prepared } = of
  return (inputs, step) =>
    whenAll(
      residentNames(of, isChecked),
      name => readResident(of, name),
      before => {
        const argument = argumentValues(of, inputs, before)
        if (isChecked) checkRewrites(prepared, argument)
        const done = executable.run(inputs)
        if (!isGuarded) return done
        return whenAll(
          [done],
          ended => ended,
          () => guard(of, step === undefined ? 'run' : `step ${step}`, before, argument),
        )
      },
    )
}

/** Does `next` with all that was asked for: at once where every answer is there at once. */
function whenAll<A, B, R>(
  of: readonly A[],
  ask: (one: A) => Eventually<B>,
  next: (answers: ReadonlyMap<A, B>) => Eventually<R>,
): Eventually<R> {
  const answers = of.map(ask)
  const paired = (values: readonly B[]) => next(new Map(of.map((one, i) => [one, values[i]!])))
  const isLater = answers.some(answer => answer instanceof Promise)
  return isLater ? Promise.all(answers).then(paired) : paired(answers as B[])
}

/** What a run starts from beside inputs; rewrites are checked on the params by themselves too. */
function residentNames({ prepared, session }: Debugged, isChecked: boolean): string[] {
  const { slots } = session.layout
  if (isChecked) return [...slots.keys()]
  return prepared.graph.arguments.map(({ name }) => name).filter(name => slots.has(name))
}

function readResident({ session: { layout, memory } }: Debugged, name: string) {
  const { type, shape, offset } = layout.slots.get(name)!
  return memory.read(offset, type, elementCount(shape))
}

function argumentValues(
  { prepared, session }: Debugged,
  inputs: Arrays,
  resident: ReadonlyMap<string, TypedArray>,
): (name: string) => Literal | undefined {
  const types = new Map(prepared.graph.arguments.map(({ name, type }) => [name, type]))
  return name => {
    const slot = session.layout.slots.get(name)
    const data = resident.get(name) ?? (Object.hasOwn(inputs, name) ? inputs[name] : undefined)
    const type = slot === undefined ? types.get(name) : { dtype: slot.type, shape: slot.shape }
    if (data === undefined || type === undefined) return undefined
    return Literal.from(data, type.dtype, type.shape as readonly number[])
  }
}

/** Throws E402 where the run left something that is not finite, with all state as it was. */
function guard(
  of: Debugged,
  as: string,
  before: ReadonlyMap<string, TypedArray>,
  argument: (name: string) => Literal | undefined,
): Eventually<void> {
  const { prepared, executable } = of
  const { graph, records } = prepared
  const floats = [...executable.outputs].filter(([, { dtype }]) => isFloat(dtype))
  const made = [
    ...floats.map(([name]) => ({ kind: 'output' as const, name })),
    ...graph.updates.map(({ target }) => ({ kind: 'update' as const, name: target })),
  ]
  const ask = ({ kind, name }: (typeof made)[number]) =>
    kind === 'output' ? executable.read(name) : readResident(of, name)
  return whenAll(made, ask, answers => {
    const damaged = [...answers].flatMap(([{ kind, name }, data]) => {
      return data.every(Number.isFinite) ? [] : [damage(of, kind, name, data)]
    })
    if (damaged.length === 0) return
    return whenAll(
      [before],
      restored => restore(of, restored),
      () => {
        const values = (name: string) => argument(name)!
        const describe = (arg: Argument, position: number) => described(of, arg, position)
        const searched = guardedGraph(graph, records)
        throw blameOfRun({ as, graph: searched, argument: values, describe, damaged })
      },
    )
  })
}

function damage(of: Debugged, kind: Damaged['kind'], name: string, data: TypedArray): Damaged {
  const { executable, prepared } = of
  const argument = prepared.graph.arguments.find(declared => declared.name === name)
  const type = kind === 'output' ? executable.outputs.get(name)! : argument!.type
  const value = Literal.from(data, undefined, type.shape as readonly number[])
  const position = firstNonFinite(value)!
  const what =
    kind === 'output'
      ? `output ${name}${placeIn(value.shape, position)}`
      : `the new ${described(of, argument!, position)}`
  return { kind, name, what, value }
}

function restore(
  { session: { layout, memory } }: Debugged,
  before: ReadonlyMap<string, TypedArray>,
) {
  const writes = [...before].map(([name, data]) => ({
    offset: layout.slots.get(name)!.offset,
    data,
  }))
  return whenAll(
    writes,
    ({ offset, data }) => memory.write(offset, data),
    () => {},
  )
}

/** An argument as people know it: a trained param is a member of the block that is resident. */
function described(
  { session }: Debugged,
  { name, role, type }: Argument,
  position: number,
): string {
  const { slots } = session.layout
  const block = slots.get(name)
  const at = (block?.offset ?? 0) + position * DTYPES[type.dtype].bytes
  for (const [member, slot] of block === undefined ? [] : slots) {
    const { offset, shape } = slot
    const end = offset + bytesOf(slot)
    if (member === name || at < offset || at >= end) continue
    return `param ${member}${placeIn(shape, (at - offset) / DTYPES[slot.type].bytes)}`
  }
  return `${role} ${name}${placeIn(type.shape as readonly number[], position)}`
}
