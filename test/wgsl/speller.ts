// Kernels as WGSL, to find out whether the kernel IR can be written for a GPU at all. What is made
// here goes to a validator and is run nowhere, so nothing is fast and no transcendental is exact.
//
// Two schedules. 'point': an invocation per point of the parallel axes. 'group': a workgroup per
// point; the loops directly in the body are shared out among its invocations, accumulators are
// joined in a tree of fixed order, rows are workgroup memory, and stores outside of loops are those
// of invocation 0.

import { type DivisionAtom, flatIndex, type Index, range } from '../../src/kernel/index.ts'
import {
  type Acc,
  asLoops,
  COMBINE_OPS,
  identityOf,
  type Kernel,
  type Loop,
  type Loops,
  pointsOf,
  type Store,
  sizeOf,
} from '../../src/kernel/kernel.ts'
import { legalizeThreefry } from '../../src/kernel/legalize/threefry.ts'
import type { LoadScalar, Scalar } from '../../src/kernel/scalar.ts'
import { mapScalars } from '../../src/kernel/substitute.ts'
import { axesOfIndex, childrenOf } from '../../src/kernel/uses.ts'
import { type LoopBody, type Names, walk } from '../../src/kernel/walk.ts'
import { type DTypeName, isFloat } from '../../src/support/dtype.ts'
import { Writer } from '../../src/support/writer.ts'
import {
  fromMemory,
  functionsFor,
  literal,
  memoryType,
  opaque,
  spellOp,
  toMemory,
} from './scalars.ts'

/** How points are given to invocations. */
export type Schedule = 'point' | 'group'

/** The arena in which a launch finds a parameter; undefined for one with a binding of its own. */
export type Arenas = ReadonlyMap<string, 'scratch' | 'state'>

/** Invocations of a workgroup. */
const GROUP = 64

/** Workgroups along one dimension of a dispatch. */
const MOST_GROUPS = 65_535

/** Operations that one expression nests at most: Tint reads no more than some 120 parentheses. */
const DEEPEST = 16

/** Whether workgroups can share out the loops of a kernel: each only gathers or stores. */
export function canShareLoops(kernel: Kernel): boolean {
  const { body } = asLoops(kernel)
  const isPlain = (loop: Loop) =>
    loop.order === 'over' &&
    loop.accs.every(acc => acc.at === undefined) &&
    loop.body.every(stmt => stmt.kind === 'store')
  const loops = body.filter(stmt => stmt.kind === 'loop')
  return loops.length > 0 && loops.every(isPlain)
}

/** The shader of a kernel. Where a parameter lies in an arena is an `override` of the pipeline. */
export function spellWgsl(kernel: Kernel, schedule: Schedule, arenas: Arenas = new Map()): string {
  const speller = new Speller(mapScalars(asLoops(kernel), legalizeThreefry), schedule, arenas)
  return speller.write()
}

/** What a pipeline of the shader is told of the places of parameters. */
export const overrideOf = (param: number) => `at_${param}`

interface Place {
  readonly text: string
  readonly shape: readonly number[]
  readonly type: DTypeName
  /** The start of the array in an arena of words. */
  readonly start: string | undefined
}

class Speller {
  readonly #kernel: Loops
  readonly #schedule: Schedule
  readonly #arenas: Arenas
  readonly #out = new Writer()
  readonly #places = new Map<string, Place>()
  readonly #words = new Map<string, string>()
  readonly #depths = new Map<Scalar, number>()
  readonly #shared = new Set<DTypeName>()
  #level = 0
  #values = 0

  constructor(kernel: Loops, schedule: Schedule, arenas: Arenas) {
    this.#kernel = kernel
    this.#schedule = schedule
    this.#arenas = arenas
    kernel.params.forEach(({ name, shape, type }, i) => {
      const arena = arenas.get(name)
      const start = arena && overrideOf(i)
      this.#places.set(name, { text: arena ?? `b${i}`, shape, type, start })
    })
    kernel.rows.forEach(({ name, shape, type }, i) => {
      this.#places.set(name, { text: `w${i}`, shape, type, start: undefined })
    })
  }

  write(): string {
    const { parallel, body } = this.#kernel
    const inputs = [
      '@builtin(global_invocation_id) invocation: vec3u',
      '@builtin(workgroup_id) workgroup: vec3u',
      '@builtin(local_invocation_index) local: u32',
    ]
    const head = `@compute @workgroup_size(${GROUP}) fn main(${inputs.join(', ')}) {`
    const isGroup = this.#schedule === 'group'
    this.#out.block(head, () => {
      const [at, row] = isGroup ? ['workgroup', MOST_GROUPS] : ['invocation', MOST_GROUPS * GROUP]
      this.#out.line('let lane = i32(local);')
      this.#out.line(`let point = i32(${at}.x + ${at}.y * ${row}u);`)
      // The same for a whole workgroup where it meets at barriers.
      this.#out.line(`if (point >= ${pointsOf(parallel)}) { return; }`)
      if (!isGroup) for (const line of this.#rowLines('var')) this.#out.line(line)
      this.#axes(parallel, 'point')
      walk<string>(body, parallel, {
        form: 'code',
        mustBind: node => isGuarded(node) || this.#isDeep(node),
        bind: (node, names) => this.#bind(node, names),
        store: (store, names) => this.#store(store, names),
        loop: (loop, _, visit) => this.#loop(loop, visit),
      })
    })
    const code = this.#out.toString()
    return [...this.#declarations(), functionsFor(code), code].join('\n')
  }

  #declarations(): string[] {
    const own = this.#kernel.params.filter(param => !this.#arenas.has(param.name))
    const bind = (i: number, access: string, what: string) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${what};`
    const lines = own.map(({ name, access, type }, i) => {
      const what = `${this.#places.get(name)!.text}: array<${memoryType(type)}>`
      return bind(i, access === 'read' ? 'read' : 'read_write', what)
    })
    // An arena is written by some launch, and one buffer cannot be bound to be read and written.
    const arenas = [...new Set(this.#arenas.values())]
    arenas.forEach((arena, i) => {
      lines.push(bind(own.length + i, 'read_write', `${arena}: array<u32>`))
    })
    for (const { start } of this.#places.values()) if (start) lines.push(`override ${start}: i32;`)
    if (this.#schedule === 'group') lines.push(...this.#rowLines('var<workgroup>'))
    for (const type of this.#shared) {
      lines.push(`var<workgroup> shared_${type}: array<${memoryType(type)}, ${GROUP}>;`)
    }
    return lines
  }

  #rowLines(keyword: string): string[] {
    return this.#kernel.rows.map(({ name, type, shape }) => {
      const size = Math.max(1, sizeOf(shape))
      return `${keyword} ${this.#places.get(name)!.text}: array<${memoryType(type)}, ${size}>;`
    })
  }

  /** Positions along `axes` from their number in row-major order. */
  #axes(axes: Loop['axes'], flat: string): void {
    axes.forEach(({ name, extent }, d) => {
      const below = Math.max(1, pointsOf(axes.slice(d + 1)))
      this.#out.line(
        `let ${this.#word('axis', name)} = ${flat} / ${below} % ${Math.max(1, extent)};`,
      )
    })
  }

  #word(kind: 'axis' | 'acc', name: string): string {
    const key = `${kind} ${name}`
    const word = this.#words.get(key) ?? `${kind}${this.#words.size}`
    this.#words.set(key, word)
    return word
  }

  #bind(node: Scalar, names: Names<string>): string {
    const name = `t${this.#values++}`
    const fill = node.kind === 'load' ? node.fill : undefined
    const inside = node.kind === 'load' ? this.#inside(node.index, node.buffer, names) : []
    if (fill === undefined || inside.length === 0) {
      this.#out.line(`let ${name} = ${this.#value(node, names)};`)
      return name
    }
    this.#out.line(`var ${name} = ${this.#value(fill, names)};`)
    // Both arms of `select` are computed, so what may lie outside is loaded in a branch.
    this.#out.block(`if (${inside.join(' && ')}) {`, () => {
      this.#out.line(`${name} = ${this.#value(node, names)};`)
    })
    return name
  }

  /** Whether so much is nested below `node` that it gets a name; nothing below it counts then. */
  #isDeep(node: Scalar): boolean {
    return this.#depth(node) === 0 && childrenOf(node).length > 0
  }

  #depth(node: Scalar): number {
    const known = this.#depths.get(node)
    if (known !== undefined) return known
    const depth = Math.max(0, ...childrenOf(node).map(child => this.#depth(child) + 1))
    this.#depths.set(node, depth < DEEPEST ? depth : 0)
    return this.#depths.get(node)!
  }

  #value(node: Scalar, names: Names<string>): string {
    const name = names.get(node)
    if (name !== undefined) return name
    if (node.kind === 'const') return literal(node.type, node.value)
    if (node.kind === 'acc') return this.#word('acc', node.name)
    if (node.kind === 'index') return this.#index(node.index, names)
    if (node.kind === 'load') return this.#element(node, names)
    const isKnown = node.args.every(arg => arg.kind === 'const' || isConstantIndex(arg))
    const args = node.args.map(arg => {
      const text = this.#value(arg, names)
      return isKnown ? opaque(text, arg.type) : text
    })
    return spellOp(node.op, args, node.args[0]!.type)
  }

  #element({ type, buffer, index }: LoadScalar, names: Names<string>): string {
    const { start } = this.#places.get(buffer)!
    return fromMemory(type, this.#place(buffer, index, names), start !== undefined)
  }

  #place(buffer: string, at: readonly Index[], names: Names<string>): string {
    const { text, shape, start } = this.#places.get(buffer)!
    const flat = flatIndex(at, shape)
    const written = this.#index(flat, names)
    // A position that is known would be checked while the shader is compiled, guards or not.
    const position = axesOfIndex(flat).length === 0 ? opaque(written, 'i32') : written
    return `${text}[${start === undefined ? position : `${start} + ${position}`}]`
  }

  /** The conditions that an access is inside its buffer, those left out that are certain. */
  #inside(at: readonly Index[], buffer: string, names: Names<string>): string[] {
    const { shape } = this.#places.get(buffer)!
    const divisible = at.flatMap(inexact).map(({ of, by }) => {
      return `${this.#index(of, names)} % ${by} == 0`
    })
    const bounds = at.flatMap((e, d) => {
      const [low, high] = range(e)
      const text = this.#index(e, names)
      const below = low < 0 ? [`${text} >= 0`] : []
      return high < shape[d]! ? below : [...below, `${text} < ${shape[d]}`]
    })
    return [...divisible, ...bounds]
  }

  #index({ constant, terms }: Index, names: Names<string>): string {
    const parts = terms.map(({ scale, of }) => {
      if (of.kind === 'axis') return `${scale} * ${this.#word('axis', of.axis.name)}`
      if (of.kind !== 'value') return `${scale} * ${this.#division(of, names)}`
      // A known value would be computed while the shader is compiled, which may overflow.
      return `${scale} * ${opaque(this.#value(of.value, names), 'i32')}`
    })
    return `(${[...parts, `i32(${constant})`].join(' + ')})`
  }

  /** WGSL divides towards zero; positions are divided downward. */
  #division({ kind, of, by }: DivisionAtom, names: Names<string>): string {
    const e = this.#index(of, names)
    const remainder = `((${e} % ${by} + ${by}) % ${by})`
    if (kind === 'mod') return remainder
    return kind === 'exact' ? `(${e} / ${by})` : `((${e} - ${remainder}) / ${by})`
  }

  #store({ buffer, index, value }: Store, names: Names<string>): void {
    const { type, start } = this.#places.get(buffer)!
    const text = toMemory(type, this.#value(value, names), start !== undefined)
    const isOwn = this.#schedule === 'point' || this.#level > 0
    const guard = [...(isOwn ? [] : ['lane == 0']), ...this.#inside(index, buffer, names)]
    const put = `${this.#place(buffer, index, names)} = ${text};`
    this.#out.line(guard.length === 0 ? put : `if (${guard.join(' && ')}) { ${put} }`)
    if (!isOwn) this.#meet()
  }

  /** What one invocation has stored, in a row or in a buffer, another one loads. */
  #meet(): void {
    this.#out.line('workgroupBarrier(); storageBarrier();')
  }

  #loop(loop: Loop, visit: LoopBody<string>): void {
    const isSplit = this.#schedule === 'group' && this.#level === 0
    for (const { name, combine, value, at } of loop.accs) {
      const identity = literal(value.type, identityOf(combine, value.type))
      this.#out.line(`var ${this.#word('acc', name)} = ${identity};`)
      if (at !== undefined) this.#out.line(`var ${this.#word('acc', at.name)} = -1;`)
    }
    this.#level++
    const body = () =>
      visit(names => {
        for (const acc of loop.accs) this.#gather(acc, names)
      })
    if (isSplit) this.#split(loop, body)
    else this.#nested(loop.axes, body)
    this.#level--
    if (!isSplit) return
    for (const acc of loop.accs) this.#join(acc)
    this.#meet()
  }

  #nested([axis, ...rest]: Loop['axes'], body: () => void): void {
    if (axis === undefined) {
      body()
      return
    }
    const i = this.#word('axis', axis.name)
    const head = `for (var ${i} = 0; ${i} < ${axis.extent}; ${i}++) {`
    this.#out.block(head, () => this.#nested(rest, body))
  }

  #split({ axes }: Loop, body: () => void): void {
    const head = `for (var turn = lane; turn < ${pointsOf(axes)}; turn += ${GROUP}) {`
    this.#out.block(head, () => {
      this.#axes(axes, 'turn')
      body()
    })
  }

  #gather(acc: Acc, names: Names<string>): void {
    const name = this.#word('acc', acc.name)
    const taken = this.#value(acc.value, names)
    if (acc.at !== undefined) {
      this.#extreme(acc, taken, this.#value(acc.at.value, names))
      return
    }
    this.#out.line(`${name} = ${combined(acc, name, taken)};`)
  }

  /** NaN beats every number, ties go to the smallest position, the first value is always taken. */
  #extreme({ name, combine, value, at }: Acc, taken: string, position: string): void {
    const [best, where] = [this.#word('acc', name), this.#word('acc', at!.name)]
    const [now, place] = [`t${this.#values++}`, `t${this.#values++}`]
    this.#out.line(`let ${now} = ${taken};`).line(`let ${place} = ${position};`)
    const [isNan, wasNan] = isFloat(value.type)
      ? [`is_nan(${now})`, `is_nan(${best})`]
      : ['false', 'false']
    const beats = `${now} ${combine === 'max' ? '>' : '<'} ${best}`
    const ties = `(${now} == ${best} || (${isNan} && ${wasNan})) && ${place} < ${where}`
    const conditions = [`${where} == -1`, `(!${wasNan} && (${isNan} || ${beats}))`, `(${ties})`]
    const take = `${best} = ${now}; ${where} = ${place};`
    this.#out.line(`if (${conditions.join(' || ')}) { ${take} }`)
  }

  /** Joins what the invocations have gathered, in a tree: the same order on every device. */
  #join(acc: Acc): void {
    const { type } = acc.value
    const name = this.#word('acc', acc.name)
    this.#shared.add(type)
    const shared = (at: string) => `shared_${type}[${at}]`
    const value = (at: string) => fromMemory(type, shared(at), false)
    const joined = combined(acc, value('lane'), value('lane + half'))
    this.#out
      .line(`${shared('lane')} = ${toMemory(type, name, false)};`)
      .line('workgroupBarrier();')
    this.#out.block(`for (var half = ${GROUP / 2}; half > 0; half /= 2) {`, () => {
      const put = `${shared('lane')} = ${toMemory(type, joined, false)};`
      this.#out.line(`if (lane < half) { ${put} }`).line('workgroupBarrier();')
    })
    this.#out.line(`${name} = ${value('0')};`)
    this.#out.line('workgroupBarrier();')
  }
}

const combined = ({ combine, value }: Acc, a: string, b: string) =>
  spellOp(COMBINE_OPS[combine], [a, b], value.type)

const isGuarded = (node: Scalar) => node.kind === 'load' && node.fill !== undefined

const isConstantIndex = (node: Scalar) =>
  node.kind === 'index' && axesOfIndex(node.index).length === 0

const inexact = ({ terms }: Index): readonly DivisionAtom[] =>
  terms.flatMap(({ of }) => {
    if (of.kind === 'axis' || of.kind === 'value') return []
    return of.kind === 'exact' ? [of, ...inexact(of.of)] : inexact(of.of)
  })
