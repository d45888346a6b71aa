// Whether a target can run a kernel or a program: what the verifier accepts means something
// everywhere, and this says where it can be computed. Each rule below has a number that its
// messages begin with; all findings are collected. Numbers come from the target's record alone.
//
// Kernel
//   L1  The target has the dtype of every parameter, row and value.
//   L2  The rows of as many points as a vector has lanes fit the target's row memory.
//   L4  The elements of every buffer, the points of all axes that are walked as one, and every
//       index expression with the dividends inside it can be counted in an i32. Loaded values are
//       left out: they are i32 themselves, and a guard decides on them first.
//   L5  The target spells or legalizes every operation.
//
// Program
//   L3  Scratch and state are one binding each, whatever a launch uses of them, and every other
//       argument is one of its own: the launch binds no more than the target can.
//   L4  The elements of either arena can be counted in an i32.

import { type Axis, type Index, index, range, type Term } from './index.ts'
import { asLoops, type Kernel, pointsOf, type Stmt, sizeOf } from './kernel.ts'
import { arenaBytes, bytesOf, isArena, type Launch, launchesOf, type Program } from './program.ts'
import type { Scalar } from './scalar.ts'
import type { Target } from './target.ts'
import * as uses from './uses.ts'
import { type Finding, Findings } from './verify-findings.ts'

/** Every rule of the list above that `kernel`, which is well formed, breaks on `target`. */
export function illegalInKernel(kernel: Kernel, target: Target): readonly Finding[] {
  const findings = new Findings(kernel)
  const checker = new KernelChecker(kernel, target, findings)
  checker.check()
  return findings.list()
}

/** Every rule of the list above that the launches of `program` break on `target`. */
export function illegalInProgram(program: Program, target: Target): readonly Finding[] {
  const findings = new Findings(undefined)
  for (const item of launchesOf(program)) checkBindings(item, program, target, findings)
  for (const region of ['state', 'scratch'] as const) {
    const words = arenaBytes(program, region) / WORD_BYTES
    if (words <= MOST) continue
    findings.add('L4', `${region} needs at most ${MOST} words, got ${words}`, program)
  }
  return findings.list()
}

const MOST = 2 ** 31 - 1
const LEAST = -(2 ** 31)

/** An arena that many views share is an array of words. */
const WORD_BYTES = 4

function checkBindings(
  item: Launch,
  { buffers }: Program,
  { name, maxBindings }: Target,
  findings: Findings,
): void {
  const regions = item.args.map(arg => buffers.find(buffer => buffer.name === arg)!.region)
  const arenas = new Set(regions.filter(isArena))
  const bindings = arenas.size + regions.filter(region => !isArena(region)).length
  if (bindings <= maxBindings) return
  const message = `${name} binds at most ${maxBindings} buffers, got ${bindings} for @${item.kernel}`
  findings.add('L3', message, item)
}

class KernelChecker {
  readonly #kernel: Kernel
  readonly #target: Target
  readonly #findings: Findings

  constructor(kernel: Kernel, target: Target, findings: Findings) {
    this.#kernel = kernel
    this.#target = target
    this.#findings = findings
  }

  check(): void {
    const { params, rows, parallel, body } = asLoops(this.#kernel)
    for (const array of [...params, ...rows]) {
      this.#dtype(array.type, array)
      this.#count(`the elements of ${array.name}`, sizeOf(array.shape), array)
    }
    this.#rows()
    this.#points(parallel, this.#kernel)
    for (const stmt of body) this.#stmt(stmt)
  }

  #rows(): void {
    const { name, lanes, rowBytes } = this.#target
    const bytes = asLoops(this.#kernel).rows.reduce((sum, row) => sum + bytesOf(row), 0) * lanes
    if (bytes <= rowBytes) return
    const message = `${name} has ${rowBytes} bytes for rows, got ${bytes}`
    this.#findings.add('L2', message, this.#kernel)
  }

  #stmt(stmt: Stmt): void {
    const at = stmt.kind === 'store' ? stmt.index : []
    for (const e of at) this.#index(e, stmt)
    const isLoop = stmt.kind === 'loop'
    const roots = isLoop ? stmt.accs.flatMap(uses.scalarsOfAcc) : uses.scalarsOfStore(stmt)
    for (const node of uses.reach(roots).order) this.#scalar(node, stmt)
    if (!isLoop) return
    this.#points(stmt.axes, stmt)
    for (const inner of stmt.body) this.#stmt(inner)
  }

  #scalar(node: Scalar, about: object): void {
    this.#dtype(node.type, about)
    if (node.kind === 'op' && this.#target.lacks?.includes(node.op)) {
      const message = `${this.#target.name} has no ${node.op} and nothing to make it of`
      this.#findings.add('L5', message, about)
    }
    if (node.kind === 'index') this.#index(node.index, about)
    if (node.kind === 'load') for (const e of node.index) this.#index(e, about)
  }

  #dtype(type: Scalar['type'], about: object): void {
    const { name, dtypes } = this.#target
    if (dtypes.includes(type)) return
    this.#findings.add('L1', `${name} has ${dtypes.join(', ')}, got ${type}`, about)
  }

  #points(axes: readonly Axis[], about: object): void {
    const names = axes.map(axis => axis.name).join(', ')
    this.#count(`the points of ${names}`, pointsOf(axes), about)
  }

  #count(what: string, count: number, about: object): void {
    if (count <= MOST) return
    this.#findings.add('L4', `${what} are at most ${MOST}, got ${count}`, about)
  }

  #index(e: Index, about: object): void {
    const [low, high] = range(withoutValues(e))
    // Where an axis has no positions the range is empty, and nothing is computed.
    if (low <= high && (low < LEAST || high > MOST)) {
      const message = `an index lies from ${LEAST} to ${MOST}, got ${low} to ${high}`
      this.#findings.add('L4', message, about)
    }
    for (const { of } of e.terms) if ('of' in of) this.#index(of.of, about)
  }
}

function withoutValues({ constant, terms }: Index): Index {
  const isLoaded = ({ of }: Term) =>
    of.kind === 'value' || (of.kind !== 'axis' && uses.holdsAtom(of.of, 'value'))
  return index(
    constant,
    terms.filter(term => !isLoaded(term)),
  )
}
