// A program as the body of one JavaScript function: a function per kernel, and `step`, which
// launches them. `b` holds the arrays of all buffers, `w` the workspaces, both by number.

import type { Kernel } from '../../kernel/kernel.ts'
import { type Launch, POISON_BYTE, type Program } from '../../kernel/program.ts'
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
  const array = (name: string) => `b[${numbers.get(name)!}]`
  const launch = ({ kernel, args }: Launch) => {
    const { name, workspaces } = emitted.get(kernel)!
    const work = pool.take(workspaces).map(slot => `w[${slot}]`)
    return `${name}(${[...args.map(array), ...work].join(', ')})`
  }
  const calls = items.flatMap(item => {
    if (item.kind === 'launch') return [{ code: launch(item), isLaunch: true }]
    return item.buffers.map(name => ({ code: `poison(${array(name)})`, isLaunch: false }))
  })
  const isShared = kernels.some(kernel => kernel.kind === 'contract')
  const isPoisoned = items.some(({ kind }) => kind === 'poison')
  const support = [...(isShared ? [TILE_SOURCE] : []), ...(isPoisoned ? [POISON_SOURCE] : [])]
  const parts = [...emitted.values()].map(({ source }) => source)
  const sources = [`'use strict'\n`, ...support, ...parts]
  return {
    source: [...sources, stepOf(calls)].join('\n'),
    launches: () => [...sources, launchesOf(calls)].join('\n'),
    workspaces: pool.list(),
  }
}

/** Fills the bytes of an array; only debug runs do, so it may make a view each time. */
const POISON_SOURCE = `function poison({ buffer, byteOffset, byteLength }) {
  new Uint8Array(buffer, byteOffset, byteLength).fill(${POISON_BYTE})
}
`

/** A call in the order of the program. */
interface Call {
  readonly code: string
  readonly isLaunch: boolean
}

function stepOf(calls: readonly Call[]): string {
  const writer = new Writer()
  writer.block('function step(b, w) {', () => {
    for (const { code } of calls) writer.line(code)
  })
  return writer.line().line('return step').toString()
}

/** Launches one by one, without what a debug mode does between them. */
const launchesOf = (calls: readonly Call[]) => {
  const launches = calls.filter(({ isLaunch }) => isLaunch)
  return `return [${launches.map(({ code }) => `(b, w) => ${code}`).join(', ')}]`
}

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
