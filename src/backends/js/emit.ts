// One JavaScript function per kernel. Its parameters are the arrays that the kernel binds (b0, b1,
// …) and the memory that it works in (w0, …), so it depends on nothing around it.

import { type Kernel, type Loops, type Param, type Row, sizeOf } from '../../kernel/kernel.ts'
import type { Scalar } from '../../kernel/scalar.ts'
import { mapScalars } from '../../kernel/substitute.ts'
import { scalarsOf } from '../../kernel/uses.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { Writer } from '../../support/writer.ts'
import { BodyWriter } from './body.ts'
import { CELLS, type Choice, choicesIn } from './choices.ts'
import { alongRows } from './columns.ts'
import type { Place } from './expression.ts'
import { explicitGuard } from './guards.ts'
import { mergeLoops } from './merge.ts'
import { nest } from './nest.ts'
import { legalize } from './spell.ts'
import { inTurns } from './turns.ts'
import { unrolled } from './unroll.ts'

/** Memory that a kernel works in; what it holds before and after does not matter. */
export interface Workspace {
  readonly type: DTypeName
  readonly size: number
}

/** A kernel as JavaScript. */
export interface EmittedKernel {
  /** The function to call: with the bound arrays, then with the workspaces. */
  readonly name: string
  readonly source: string
  readonly workspaces: readonly Workspace[]
}

/** The kernel in the operations that are spelled, its guards as choices. */
export function prepare<K extends Kernel>(kernel: K): K {
  const rows = kernel.kind === 'kernel' ? kernel.rows : []
  const shapes = new Map([...kernel.params, ...rows].map(({ name, shape }) => [name, shape]))
  return mapScalars(kernel, node => {
    const legal = legalize(node)
    return legal.kind === 'load' ? explicitGuard(legal, shapes.get(legal.buffer)!) : legal
  })
}

/** The loops kernel as a function called `name`. */
export function emitLoops(kernel: Loops, name: string): EmittedKernel {
  const { params, rows, parallel, body } = prepare(alongRows(unrolled(kernel)))
  const places = new Map([...placesOf(params, 'b'), ...placesOf(rows, 'w')])
  const stmts = inTurns(mergeLoops(nest(parallel, body)))
  const choices = choicesIn(stmts.flatMap(scalarsOf))
  const cells = choices.size === 0 ? [] : [CELLS]
  const names = [...[...places.values()].map(place => place.text), ...cells]
  const writer = new Writer()
  writer.line(`// ${[...params.map(describe), ...rows.map(describe)].join(', ')}`)
  writer.block(`function ${name}(${names.join(', ')}) {`, () => {
    new BodyWriter(writer, { places, choices }).write(stmts)
  })
  const workspaces = rows.map(({ type, shape }) => ({ type, size: sizeOf(shape) }))
  const all = [...workspaces, ...cellsFor(choices)]
  return { name, source: writer.toString(), workspaces: all }
}

/** The workspace that `choices` need. */
export function cellsFor(choices: ReadonlyMap<Scalar, Choice>): readonly Workspace[] {
  return choices.size === 0 ? [] : [{ type: 'f64', size: 2 * choices.size }]
}

/** What the arrays of a kernel are called, in order. */
export function placesOf(
  arrays: readonly (Param | Row)[],
  letter: string,
): readonly (readonly [string, Place])[] {
  return arrays.map(({ name, type, shape }, i) => [name, { text: `${letter}${i}`, type, shape }])
}

/** What a reader of the code wants to know of a parameter; its name is not ours to write. */
export function describe(array: Param | Row): string {
  const access = 'access' in array ? array.access : 'row'
  return `${access} ${array.type}[${array.shape.join(',')}]`
}

/** A name for the function of a kernel, in which only letters, digits and _ of its own are left. */
export function functionName(kernel: Kernel, ordinal: number): string {
  const safe = kernel.name.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 40)
  return `k${ordinal}_${safe}`
}
