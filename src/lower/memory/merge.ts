// Results that are stored over what they are computed from. Only launches that would make the
// program take more than it must are changed: where memory is not at its highest, a kernel that
// reads and writes one range saves nothing, is one more kernel, and leaves a backend less freedom.
// Whether a kernel can do it, the verifier says.

import { inPlace } from '../../kernel/in-place.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Buffer, bytesOf, type Launch, type Program } from '../../kernel/program.ts'
import { NameTable } from '../names.ts'
import { type Block, blocksOf } from './blocks.ts'
import { liveBytes } from './ranges.ts'

/** Where results take the place of operands: where most bytes live, or in every launch. */
export type MergeWhere = 'peak' | 'everywhere'

/**
 * The program with results in the place of operands where that lowers the bytes that live at once,
 * or wherever they can be, which leaves blocks fewer ways to be in each other's way. Such buffers
 * then have one range, so they are one block.
 */
export function mergeInPlace(
  program: Program<Launch>,
  alignment: number,
  where: MergeWhere = 'peak',
): Program<Launch> {
  const blocks = blocksOf(program, alignment)
  const live = liveBytes(blocks, program.items.length)
  const merger = new Merger(program, blocks)
  const highest = live.map((_, at) => at).sort((a, b) => live[b]! - live[a]! || a - b)
  let needed = 0
  for (const at of highest) {
    if (where === 'peak' && live[at]! <= needed) break
    needed = Math.max(needed, live[at]! - merger.mergeAt(at))
  }
  return merger.program()
}

/** A block that takes in others, whose buffers then begin where it does. */
interface Shared extends Omit<Block, 'last'> {
  buffers: readonly Buffer[]
  last: number
}

/** Merges what launches read into what they write; launches may come in any order. */
class Merger {
  readonly #program: Program<Launch>
  readonly #launches: Launch[]
  readonly #variants: Variants
  /** By the name of a buffer. */
  readonly #blocks: Map<string, Shared>

  constructor(program: Program<Launch>, blocks: readonly Block[]) {
    this.#program = program
    this.#launches = [...program.items]
    this.#variants = new Variants(program.kernels)
    const shared = blocks.map((block): Shared => ({ ...block }))
    this.#blocks = new Map(shared.flatMap(one => one.buffers.map(({ name }) => [name, one])))
  }

  /** Merges what one launch allows, and gives the bytes that this saves while it runs. */
  mergeAt(at: number): number {
    const { params } = this.#variants.kernel(this.#launches[at]!.kernel)
    const written = params.filter(({ access }) => access === 'write')
    return written.reduce((saved, { name }) => saved + this.#storeInPlace(at, name), 0)
  }

  /** Stores a parameter over one that the launch is the last to read, if there is one. */
  #storeInPlace(at: number, write: string): number {
    const launch = this.#launches[at]!
    const { params } = this.#variants.kernel(launch.kernel)
    const to = params.findIndex(({ name }) => name === write)
    const target = this.#wholeBlock(launch, to)
    if (target?.first !== at) return 0
    for (const [from, { name, access }] of params.entries()) {
      const source = access === 'read' ? this.#wholeBlock(launch, from) : undefined
      if (source?.last !== at || source.bytes !== target.bytes) continue
      const kernel = this.#variants.inPlace(launch.kernel, name, write)
      if (kernel === undefined) continue
      this.#launches[at] = { ...launch, kernel, args: launch.args.filter((_, i) => i !== from) }
      this.#join(source, target)
      return target.room
    }
    return 0
  }

  /** The block of an argument that spans it and is the launch's only one there. */
  #wholeBlock({ args }: Launch, i: number): Shared | undefined {
    const block = this.#blocks.get(args[i]!)
    const isOnly = args.every((arg, k) => k === i || this.#blocks.get(arg) !== block)
    const buffer = block?.buffers.find(({ name }) => name === args[i])
    return isOnly && buffer !== undefined && bytesOf(buffer) === block?.bytes ? block : undefined
  }

  #join(source: Shared, target: Shared): void {
    const moved = target.buffers.map(buffer => {
      return { ...buffer, offset: buffer.offset - target.start + source.start }
    })
    source.buffers = [...source.buffers, ...moved]
    source.last = target.last
    for (const { name } of moved) this.#blocks.set(name, source)
  }

  program(): Program<Launch> {
    const blocks = new Set(this.#blocks.values())
    const placed = new Map([...blocks].flatMap(({ buffers }) => buffers.map(b => [b.name, b])))
    const buffers = this.#program.buffers.map(buffer => placed.get(buffer.name) ?? buffer)
    const launched = new Set(this.#launches.map(({ kernel }) => kernel))
    const kernels = this.#variants.all().filter(({ name }) => launched.has(name))
    return { ...this.#program, buffers, kernels, items: this.#launches }
  }
}

/** The kernels of a program and those that store in place, each made once. */
class Variants {
  readonly #kernels: Map<string, Kernel>
  readonly #names = new NameTable()
  readonly #known = new Map<string, string | undefined>()

  constructor(kernels: readonly Kernel[]) {
    this.#kernels = new Map(kernels.map(kernel => [kernel.name, kernel]))
    for (const { name } of kernels) this.#names.take(name)
  }

  kernel(name: string): Kernel {
    return this.#kernels.get(name)!
  }

  all(): readonly Kernel[] {
    return [...this.#kernels.values()]
  }

  /** The name of the kernel that stores `write` over `read`, where there can be one. */
  inPlace(name: string, read: string, write: string): string | undefined {
    const key = `${name} ${read} ${write}`
    if (this.#known.has(key)) return this.#known.get(key)
    const made = inPlace(this.kernel(name), read, write)
    const variant = 'kernel' in made ? this.#names.take(`${name}_in_place`) : undefined
    if ('kernel' in made) this.#kernels.set(variant!, { ...made.kernel, name: variant! })
    this.#known.set(key, variant)
    return variant
  }
}
