// A value that is not stored at all: whoever reads an element computes it. What it was rounded to
// by being stored it is rounded to still, so all that follows has the same bits.

import { type Axis, axisIndex, flatIndex, type Index, unflatIndex } from '../../kernel/index.ts'
import { asLoops, type Kernel, type Loops, type Param, type Store } from '../../kernel/kernel.ts'
import type { Launch, Program } from '../../kernel/program.ts'
import { load, op, type Scalar } from '../../kernel/scalar.ts'
import { simplifyKernel } from '../../kernel/simplify.ts'
import { sliceOf, withParams } from '../../kernel/slice.ts'
import { mapScalars, Rewriter } from '../../kernel/substitute.ts'
import * as uses from '../../kernel/uses.ts'
import { verifyKernel } from '../../kernel/verify.ts'
import { NameTable } from '../names.ts'
import { areIntact, argumentsOf, type Change, makerOf } from './again.ts'
import type { Block } from './blocks.ts'

/** The program in which whoever reads the value of a block computes it; or none. */
export function inlined(program: Program<Launch>, block: Block): Change | undefined {
  const [buffer] = block.buffers
  if (block.buffers.length !== 1 || buffer === undefined) return undefined
  const maker = makerOf(program, new Set([buffer.name]))
  const element = maker === undefined ? undefined : elementOf(maker.kernel, maker.stored)
  if (maker === undefined || element === undefined) return undefined
  const operands = argumentsOf(maker.launch, maker.kernel, element.kernel)
  const read = operands.filter(name => name !== buffer.name)
  if (!areIntact(program, read, maker.at, block.last + 1)) return undefined
  const inliner = new Inliner(program, { ...element, operands, name: buffer.name })
  const items = program.items.flatMap((launch, at) => {
    if (at === maker.at) return inliner.withoutStore(launch, maker.kernel, maker.stored)
    return launch.args.includes(buffer.name) ? inliner.withElement(launch) : [launch]
  })
  return inliner.refused ? undefined : inliner.change(items, maker.launch)
}

/** One element of a stored value, by where it is. */
interface Element {
  /** The kernel that stores the value alone. */
  readonly kernel: Loops
  readonly store: Store
  /** The axis of every dim; none for a dim of one element. */
  readonly axes: readonly (Axis | undefined)[]
}

/** What a kernel stores point by point, each element a function of what it loads. */
function elementOf(kernel: Kernel, stored: readonly string[]): Element | undefined {
  const alone = kernel.kind === 'kernel' ? sliceOf(kernel, new Set(stored)) : undefined
  const [store, ...others] = alone?.body ?? []
  if (alone?.kind !== 'kernel' || store?.kind !== 'store' || others.length > 0) return undefined
  const axes = store.index.map(axisAlone)
  const { shape } = alone.params.find(({ name }) => name === store.buffer)!
  const isWhole = axes.every((axis, d) => (axis?.extent ?? 1) === shape[d])
  const names = axes.flatMap(axis => axis?.name ?? [])
  if (!isWhole || new Set(names).size < alone.parallel.length) return undefined
  return { kernel: alone, store, axes }
}

function axisAlone({ constant, terms }: Index): Axis | undefined {
  const [term] = terms
  const isAxis = terms.length === 1 && constant === 0 && term?.scale === 1
  return isAxis && term.of.kind === 'axis' ? term.of.axis : undefined
}

interface Given extends Element {
  readonly name: string
  /** What the launch binds to the parameters of the element's kernel. */
  readonly operands: readonly string[]
}

class Inliner {
  /** Whether some reader cannot compute the element. */
  refused = false
  readonly #program: Program<Launch>
  readonly #given: Given
  readonly #kernels: Map<string, Kernel>
  readonly #names = new NameTable()
  readonly #variants = new Map<string, Launch>()
  readonly #added: { now: Kernel; before: Kernel | undefined }[] = []

  constructor(program: Program<Launch>, given: Given) {
    this.#program = program
    this.#given = given
    this.#kernels = new Map(program.kernels.map(kernel => [kernel.name, kernel]))
    for (const { name } of program.kernels) this.#names.take(name)
  }

  change(items: readonly Launch[], maker: Launch): Change {
    const launched = new Set(items.map(({ kernel }) => kernel))
    const kernels = [...this.#kernels.values()].filter(({ name }) => launched.has(name))
    const buffers = this.#program.buffers.filter(({ name }) => name !== this.#given.name)
    return { program: { ...this.#program, buffers, kernels, items }, added: this.#added, maker }
  }

  /** The launch that has stored the value, for what else it stores. */
  withoutStore(launch: Launch, kernel: Kernel, stored: readonly string[]): readonly Launch[] {
    const others = asLoops(kernel).params.filter(
      ({ name, access }) => access !== 'read' && !stored.includes(name),
    )
    if (others.length === 0) return []
    const rest = sliceOf(kernel, new Set(others.map(({ name }) => name)))
    if (rest === undefined) {
      this.refused = true
      return []
    }
    return [this.#launch(launch, rest, argumentsOf(launch, kernel, rest), undefined)]
  }

  /** A launch that reads the value, with the element in place of every load of it. */
  withElement(launch: Launch): readonly Launch[] {
    const kernel = this.#kernels.get(launch.kernel)!
    const key = `${launch.kernel} ${launch.args}`
    const known = this.#variants.get(key)
    if (known !== undefined) return [known]
    const made = this.#reading(kernel, launch)
    if (made === undefined) {
      this.refused = true
      return []
    }
    const variant = this.#launch(launch, made.kernel, made.args, kernel)
    this.#variants.set(key, variant)
    return [variant]
  }

  #launch(
    launch: Launch,
    kernel: Kernel,
    args: readonly string[],
    before: Kernel | undefined,
  ): Launch {
    const named = { ...kernel, name: this.#names.take(`${launch.kernel}_inline`) }
    this.#kernels.set(named.name, named)
    if (before !== undefined) this.#added.push({ now: named, before })
    return { ...launch, kernel: named.name, args }
  }

  #reading(kernel: Kernel, { args }: Launch) {
    const { name, operands } = this.#given
    const read = new Map(
      kernel.params.flatMap((param, i) => (args[i] === name ? [[param.name, param.shape]] : [])),
    )
    const { params, bound, nameOf } = joined(this.#given, kernel, args, operands)
    const stored = new Set(kernel.body.flatMap(uses.storesOf).map(store => store.value))
    let isRefused = false
    const scalar = (node: Scalar): Scalar => {
      const shape = node.kind === 'load' ? read.get(node.buffer) : undefined
      if (node.kind !== 'load' || shape === undefined) return node
      const element = this.#element(this.#stored(node.index, shape), nameOf)
      // A part of it that the kernel stores would be rounded, which it has not been before.
      const parts = uses.reach([element]).order.filter(({ kind }) => kind === 'op')
      isRefused ||= node.fill !== undefined || parts.some(part => stored.has(part))
      return element
    }
    const changed = simplifyKernel(withParams(mapScalars({ ...kernel, params }, scalar)))
    const left = changed.params.map(({ name: one }) => bound.get(one)!)
    if (isRefused || left.includes(name) || verifyKernel(changed).length > 0) return undefined
    return { kernel: changed, args: left }
  }

  /** An index under the shape of a reader, under that of the store. */
  #stored(at: readonly Index[], shape: readonly number[]): readonly Index[] {
    const { kernel, store } = this.#given
    const own = kernel.params.find(({ name }) => name === store.buffer)!.shape
    return String(own) === String(shape) ? at : unflatIndex(flatIndex(at, shape), own)
  }

  /** The element at an index, of parameters as the reader calls them. */
  #element(at: readonly Index[], nameOf: ReadonlyMap<string, string>): Scalar {
    const { axes, store } = this.#given
    const places = new Map(axes.flatMap((axis, d) => (axis ? [[axis.name, at[d]!] as const] : [])))
    const rewriter = new Rewriter({
      axis: axis => places.get(axis.name) ?? axisIndex(axis),
      scalar: node => renamed(node, nameOf),
    })
    const value = rewriter.scalar(store.value)
    return value.type === 'f32' && !isExact(value) ? op('f32', [value]) : value
  }
}

function renamed(node: Scalar, nameOf: ReadonlyMap<string, string>): Scalar {
  if (node.kind !== 'load') return node
  return load(node.type, nameOf.get(node.buffer) ?? node.buffer, node.index, node.fill)
}

/** Operations whose result is one of their operands, or needs no rounding. */
const EXACT = new Set(['select', 'max', 'min', 'neg', 'abs'])

/** Whether a value is as it would be after a store: an element that was loaded, or a choice. */
function isExact(node: Scalar): boolean {
  if (node.kind === 'load' || node.kind === 'const') return true
  if (node.kind !== 'op' || !EXACT.has(node.op)) return false
  return (node.op === 'select' ? node.args.slice(1) : node.args).every(isExact)
}

const isAlike = (a: Param, b: Param) => a.type === b.type && String(a.shape) === String(b.shape)

/** The parameters of a reader and of an element; one that both bind is one. */
function joined(
  { kernel }: Given,
  reader: Kernel,
  args: readonly string[],
  operands: readonly string[],
) {
  const names = new NameTable()
  const taken = [...asLoops(reader).params, ...asLoops(reader).rows]
  for (const { name } of taken) names.take(name)
  const bound = new Map(reader.params.map(({ name }, i) => [name, args[i]!]))
  const nameOf = new Map<string, string>()
  const params: Param[] = [...reader.params]
  kernel.params.forEach((param, i) => {
    if (param.access !== 'read') return
    const same = reader.params.find(
      (one, k) => one.access === 'read' && args[k] === operands[i] && isAlike(one, param),
    )
    const name = same?.name ?? names.take(param.name)
    nameOf.set(param.name, name)
    if (same !== undefined) return
    bound.set(name, operands[i]!)
    params.unshift({ ...param, name })
  })
  return { params, bound, nameOf }
}
