// A program as the body of one JavaScript function: a function per kernel, and `step`, which
// launches them. `b` holds the arrays of all buffers, `w` the workspaces, both by number.

import type { Kernel } from '../../kernel/kernel.ts'
import type { Program } from '../../kernel/program.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { Writer } from '../../support/writer.ts'
import { emitContract } from './contract.ts'
import { type EmittedKernel, emitLoops, functionName, type Workspace } from './emit.ts'
import { TILE_SOURCE } from './tile.ts'

/** What is generated for a program. */
export interface Module {
  /** The body of a function of the support functions; it answers `step(b, w)`. */
  readonly source: string
  /** The same kernels; it answers a list with a function of `b` and `w` for every launch. */
  readonly launches: () => string
  /** What `w` has to hold. Kernels share it, since none leaves anything there for another. */
  readonly workspaces: readonly Workspace[]
}

/** The module of `program`; `b` is in the order of its buffers. */
export function emitModule({ kernels, buffers, items }: Program): Module {
  const emitted = new Map(kernels.map((kernel, i) => [kernel.name, emitKernel(kernel, i)]))
  const pool = new WorkspacePool()
  const numbers = new Map(buffers.map(({ name }, i) => [name, i]))
  const calls = items.map(({ kernel, args }) => {
    const { name, workspaces } = emitted.get(kernel)!
    const arrays = args.map(arg => `b[${numbers.get(arg)!}]`)
    const work = pool.take(workspaces).map(slot => `w[${slot}]`)
    return `${name}(${[...arrays, ...work].join(', ')})`
  })
  const isShared = kernels.some(kernel => kernel.kind === 'contract')
  const parts = [...emitted.values()].map(({ source }) => source)
  const sources = [`'use strict'\n`, ...(isShared ? [TILE_SOURCE] : []), ...parts]
  return {
    source: [...sources, stepOf(calls)].join('\n'),
    launches: () => [...sources, launchesOf(calls)].join('\n'),
    workspaces: pool.list(),
  }
}

function stepOf(calls: readonly string[]): string {
  const writer = new Writer()
  writer.block('function step(b, w) {', () => {
    for (const call of calls) writer.line(call)
  })
  return writer.line().line('return step').toString()
}

const launchesOf = (calls: readonly string[]) =>
  `return [${calls.map(call => `(b, w) => ${call}`).join(', ')}]`

function emitKernel(kernel: Kernel, ordinal: number): EmittedKernel {
  const name = functionName(kernel, ordinal)
  return kernel.kind === 'contract' ? emitContract(kernel, name) : emitLoops(kernel, name)
}

/** The fewest arrays that serve every kernel: the n-th of a type that a kernel needs is shared. */
class WorkspacePool {
  readonly #slots: { type: DTypeName; size: number; ordinal: number }[] = []

  /** The numbers of the arrays for one kernel. */
  take(workspaces: readonly Workspace[]): readonly number[] {
    const taken = new Map<DTypeName, number>()
    return workspaces.map(({ type, size }) => {
      const ordinal = taken.get(type) ?? 0
      taken.set(type, ordinal + 1)
      const found = this.#slots.findIndex(slot => slot.type === type && slot.ordinal === ordinal)
      if (found < 0) return this.#slots.push({ type, size, ordinal }) - 1
      this.#slots[found]!.size = Math.max(this.#slots[found]!.size, size)
      return found
    })
  }

  list(): readonly Workspace[] {
    return this.#slots.map(({ type, size }) => ({ type, size }))
  }
}
