// A value that is computed a second time. The launch that stores it runs again, alone, before the
// first of those who read it late; between the two its memory is free. The same kernel on the same
// operands: the same bits.

import type { Kernel } from '../../kernel/kernel.ts'
import {
  arenaBytes,
  type Buffer,
  isArena,
  type Launch,
  type Program,
} from '../../kernel/program.ts'
import { sliceOf } from '../../kernel/slice.ts'
import { NameTable } from '../names.ts'
import { overlaps, type Place } from '../places.ts'
import { aligned } from '../state.ts'
import type { Block } from './blocks.ts'

/** A changed program, and the kernels that do what they did not before. */
export interface Change {
  readonly program: Program<Launch>
  /** Kernels that run more than before, with those that they take the place of. */
  readonly added: readonly { readonly now: Kernel; readonly before: Kernel | undefined }[]
  /** The launch that made the value at first. */
  readonly maker: Launch
}

/** The program in which the value of a block is made again after launch `at`; or none. */
export function again(program: Program<Launch>, block: Block, at: number): Change | undefined {
  const names = new Set(block.buffers.map(({ name }) => name))
  const maker = makerOf(program, names)
  const late = program.items.findIndex(({ args }, i) => i > at && args.some(arg => names.has(arg)))
  if (maker === undefined || maker.at >= at || late < 0) return undefined
  const { kernel, launch } = maker
  const made = sliceOf(kernel, new Set(maker.stored))
  if (made === undefined) return undefined
  const args = argumentsOf(launch, kernel, made)
  const read = args.filter(arg => !names.has(arg))
  if (!areIntact(program, read, maker.at, late)) return undefined
  const table = new NameTable()
  for (const { name } of [...program.buffers, ...program.kernels]) table.take(name)
  const copies = copiesOf(program, block, table)
  const renamed = (list: readonly string[]) => list.map(arg => copies.get(arg)?.name ?? arg)
  const isNew = made !== kernel
  const own = isNew ? { ...made, name: table.take(`${kernel.name}_again`) } : kernel
  const second: Launch = { ...launch, kernel: own.name, args: renamed(args) }
  const items = program.items.map((item, i) =>
    i < late ? item : { ...item, args: renamed(item.args) },
  )
  return {
    program: {
      ...program,
      buffers: [...program.buffers, ...copies.values()],
      kernels: isNew ? [...program.kernels, own] : program.kernels,
      items: [...items.slice(0, late), second, ...items.slice(late)],
    },
    added: [{ now: own, before: undefined }],
    maker: launch,
  }
}

/** The one launch that stores a block, and by which parameters. */
export interface Maker {
  readonly at: number
  readonly launch: Launch
  readonly kernel: Kernel
  readonly stored: readonly string[]
  /** Whether it only writes them. */
  readonly isPure: boolean
}

/**
 * The one launch that stores any of the buffers; undefined where there are several, or where it
 * changes what is there.
 */
export function makerOf(
  { items, kernels }: Program<Launch>,
  buffers: ReadonlySet<string>,
): Maker | undefined {
  const known = new Map(kernels.map(kernel => [kernel.name, kernel]))
  const makers = items.flatMap((launch, at): Maker[] => {
    const kernel = known.get(launch.kernel)!
    const stored = kernel.params.filter(
      ({ access }, i) => access !== 'read' && buffers.has(launch.args[i]!),
    )
    if (stored.length === 0) return []
    const isPure = stored.every(({ access }) => access === 'write')
    return [{ at, launch, kernel, stored: stored.map(({ name }) => name), isPure }]
  })
  const [maker, ...others] = makers
  return others.length === 0 && maker?.isPure === true ? maker : undefined
}

/** What a launch binds to the parameters that are left of its kernel. */
export function argumentsOf({ args }: Launch, before: Kernel, after: Kernel): readonly string[] {
  const bound = new Map(before.params.map(({ name }, i) => [name, args[i]!]))
  return after.params.map(({ name }) => bound.get(name)!)
}

/** Whether nothing stores into any of the buffers from launch `from` on up to `to`. */
export function areIntact(
  { buffers, items, kernels }: Program<Launch>,
  read: readonly string[],
  from: number,
  to: number,
): boolean {
  const byName = new Map(buffers.map(buffer => [buffer.name, buffer]))
  const known = new Map(kernels.map(kernel => [kernel.name, kernel]))
  const operands = read.map(name => placeOf(byName.get(name)!))
  return items.slice(from, to).every(({ kernel, args }) =>
    known.get(kernel)!.params.every(({ access }, i) => {
      const stored = placeOf(byName.get(args[i]!)!)
      return access === 'read' || !operands.some(operand => overlaps(operand, stored))
    }),
  )
}

/** Where a buffer lies: in its arena, or in memory of its own. */
const placeOf = (buffer: Buffer): Place => ({
  ...buffer,
  memory: isArena(buffer.region) ? '' : buffer.name,
})

/** The buffers of the block in a range of their own, by the names of the old ones. */
function copiesOf(
  program: Program<Launch>,
  { buffers, start }: Block,
  table: NameTable,
): ReadonlyMap<string, Buffer> {
  const end = aligned(arenaBytes(program, 'scratch'))
  return new Map(
    buffers.map(buffer => {
      const name = table.take(`${buffer.name}_again`)
      return [buffer.name, { ...buffer, name, offset: buffer.offset - start + end }] as const
    }),
  )
}
