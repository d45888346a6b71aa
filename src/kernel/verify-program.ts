// Rules P1 to P7: the items of a program against its buffers, as byte ranges. Part of the
// verifier; the checklist is in verify.ts.

import type { Piece } from './coverage.ts'
import { asLoops, type Kernel, type Param, type Stmt, sizeOf } from './kernel.ts'
import {
  ALIGNMENT_BYTES,
  type Buffer,
  bytesOf,
  isArena,
  type Launch,
  type Poison,
  type Program,
} from './program.ts'
import type { Findings } from './verify-findings.ts'
import { Written } from './written.ts'

/** Checks P1 to P7. */
export function verifyItems(program: Program, findings: Findings): void {
  new ItemChecker(program, findings).check()
}

interface Bound {
  readonly param: Param
  readonly buffer: Buffer
}

class ItemChecker {
  readonly #program: Program
  readonly #findings: Findings
  readonly #buffers: ReadonlyMap<string, Buffer>
  readonly #kernels: ReadonlyMap<string, Kernel>
  readonly #written = new Written()
  readonly #updated: Buffer[] = []

  constructor(program: Program, findings: Findings) {
    this.#program = program
    this.#findings = findings
    this.#buffers = new Map(program.buffers.map(buffer => [buffer.name, buffer]))
    this.#kernels = new Map(program.kernels.map(kernel => [kernel.name, kernel]))
  }

  check(): void {
    this.#placement()
    for (const item of this.#program.items) {
      if (item.kind === 'poison') this.#poison(item)
      else this.#launch(item)
    }
    for (const buffer of this.#program.buffers) {
      if (buffer.region !== 'output' || this.#written.holds(buffer)) continue
      this.#findings.add('P4', `the output ${buffer.name} is not written whole`, buffer)
    }
  }

  #placement(): void {
    const names = new Set<string>()
    const isCount = (n: number) => Number.isSafeInteger(n) && n >= 0
    for (const buffer of this.#program.buffers) {
      const { name, region, shape, offset } = buffer
      const add = (message: string) => this.#findings.add('P1', message, buffer)
      if (names.has(name)) add(`buffers need different names, got ${name} twice`)
      names.add(name)
      if (!shape.every(isCount)) add(`${name} needs non-negative integers as dims, got [${shape}]`)
      if (!isCount(offset) || offset % ALIGNMENT_BYTES !== 0) {
        add(`${name} needs an offset that is a multiple of ${ALIGNMENT_BYTES}, got ${offset}`)
      }
      if (!isArena(region) && offset !== 0)
        add(`the ${region} ${name} has no offset, got ${offset}`)
    }
  }

  #poison(item: Poison): void {
    for (const name of item.buffers) {
      const buffer = this.#buffers.get(name)
      if (buffer === undefined) {
        this.#findings.add('P7', `there is no buffer ${name}`, item)
      } else if (buffer.region !== 'scratch') {
        this.#findings.add('P7', `only scratch is poisoned, got the ${buffer.region} ${name}`, item)
      } else {
        this.#written.forget(buffer)
      }
    }
  }

  #launch(item: Launch): void {
    const kernel = this.#kernels.get(item.kernel)
    if (kernel === undefined) {
      this.#findings.add('P2', `there is no kernel @${item.kernel}`, item)
      return
    }
    const bound = this.#bind(item, kernel)
    if (bound === undefined) return
    for (const one of bound) this.#read(one, item)
    this.#overlaps(bound, item)
    for (const one of bound) this.#write(one, kernel)
  }

  #bind(item: Launch, kernel: Kernel): readonly Bound[] | undefined {
    const add = (message: string) => this.#findings.add('P2', message, item)
    const { params } = kernel
    if (item.args.length !== params.length) {
      add(`@${kernel.name} needs ${params.length} buffers, got ${item.args.length}`)
      return undefined
    }
    const bound = params.flatMap((param, i) => {
      const name = item.args[i]!
      const buffer = this.#buffers.get(name)
      if (buffer === undefined) add(`there is no buffer ${name}`)
      else if (buffer.type !== param.type || sizeOf(buffer.shape) !== sizeOf(param.shape)) {
        const needs = `${param.name}: ${param.type}[${param.shape}]`
        add(`@${kernel.name} needs ${needs}, got ${name}: ${buffer.type}[${buffer.shape}]`)
      } else return [{ param, buffer }]
      return []
    })
    return bound.length === params.length ? bound : undefined
  }

  #read({ param, buffer }: Bound, item: Launch): void {
    const { name, region } = buffer
    if (param.access !== 'read' && region === 'input') {
      this.#findings.add('P3', `the input ${name} is only read, got a ${param.access}`, item)
    }
    if (param.access === 'write') return
    if ((region === 'scratch' || region === 'output') && !this.#written.holds(buffer)) {
      this.#findings.add('P4', `${name} is read before it is written whole`, item)
    }
    if (this.#updated.some(other => overlap(other, buffer))) {
      this.#findings.add('P5', `the state ${name} is read after its update`, item)
    }
  }

  #overlaps(bound: readonly Bound[], item: Launch): void {
    bound.forEach((one, i) => {
      for (const other of bound.slice(0, i)) {
        const areRead = one.param.access === 'read' && other.param.access === 'read'
        if (areRead || !overlap(one.buffer, other.buffer)) continue
        const names = `${other.buffer.name} and ${one.buffer.name}`
        this.#findings.add('P6', `${names} overlap and one of them is written`, item)
      }
    })
  }

  #write({ param, buffer }: Bound, kernel: Kernel): void {
    if (param.access === 'read') return
    if (buffer.region === 'state') this.#updated.push(buffer)
    // What is updated was whole before, and still is.
    if (param.access === 'write') this.#written.store(buffer, param.shape, piecesOf(kernel, param))
  }
}

function overlap(a: Buffer, b: Buffer): boolean {
  if (a === b) return bytesOf(a) > 0
  const share = a.region === b.region && isArena(a.region)
  return share && a.offset < b.offset + bytesOf(b) && b.offset < a.offset + bytesOf(a)
}

/** The stores of one launch to a parameter, over all of its points. */
function piecesOf(kernel: Kernel, param: Param): readonly Piece[] {
  const loops = asLoops(kernel)
  const collect = (stmts: readonly Stmt[], axes: Piece['axes']): readonly Piece[] =>
    stmts.flatMap(stmt => {
      if (stmt.kind === 'loop') return collect(stmt.body, [...axes, ...stmt.axes])
      return stmt.buffer === param.name ? [{ index: stmt.index, axes }] : []
    })
  return collect(loops.body, loops.parallel)
}
