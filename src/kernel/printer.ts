// Kernel IR as text, in its one canonical form: terms by falling scale and then in the order their
// axes are bound, literals as short as their type allows, `%n` for every value that is used twice,
// numbered in order of its line. Laws: parse(print(k)) is k; print(parse(t)) is t if t is
// canonical.

import type { DTypeName } from '../support/dtype.ts'
import { Writer } from '../support/writer.ts'
import type { Axis, Index, Term } from './index.ts'
import { type Acc, asLoops, type Contract, type Kernel, type Loop, type Loops } from './kernel.ts'
import { type Buffer, type Item, isArena, type Launch, type Program } from './program.ts'
import type { ConstScalar, Scalar } from './scalar.ts'
import { INFIX, LITERAL_SUFFIX } from './spelling.ts'
import { namesOfAccs, needsOf, scalarsOf } from './uses.ts'
import { type Names, walk } from './walk.ts'

/** A kernel as text, ending in a newline. */
export function printKernel(kernel: Kernel): string {
  const writer = new Writer()
  const params = kernel.params.map(
    ({ name, access, type, shape }) => `${name}: ${access} ${type}[${shape}]`,
  )
  const head = `${kernel.kind} ${graphName(kernel.name)}(${params.join(', ')}) {`
  writer.block(head, () => new KernelPrinter(writer).body(kernel))
  return writer.toString()
}

/** An index expression as text, for messages. */
export function printIndex(e: Index): string {
  return new KernelPrinter(new Writer()).index(e, new Map())
}

/** A program as text, without its kernels. */
export function printProgram(program: Program): string {
  const writer = new Writer()
  writer.block(`program ${graphName(program.name)} {`, () => {
    for (const buffer of program.buffers) writer.line(printBuffer(buffer))
    for (const item of program.items) writer.line(printItem(item))
  })
  return writer.toString()
}

function printBuffer({ region, name, type, shape, offset }: Buffer): string {
  const place = isArena(region) ? ` @${offset}` : ''
  return `${region} ${bareName(name)}: ${type}[${shape}]${place}`
}

function printItem(item: Item): string {
  if (item.kind === 'launch') return printLaunch(item)
  return `poison(${item.buffers.map(bareName).join(', ')})`
}

function printLaunch({ kernel, args, origin }: Launch): string {
  const launch = `launch ${graphName(kernel)}(${args.map(bareName).join(', ')})`
  if (origin === undefined) return launch
  return `${launch} from ${JSON.stringify(origin.path)}(${origin.values.map(valueName).join(', ')})`
}

const graphName = (name: string) =>
  `@${/^[A-Za-z_][\w.]*$/.test(name) ? name : JSON.stringify(name)}`
const bareName = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))
const valueName = (name: string) => `%${/^[\w.]+$/.test(name) ? name : JSON.stringify(name)}`

/** Writes one body; knows the order in which axes are bound and the next free `%n`. */
class KernelPrinter {
  readonly #writer: Writer
  readonly #bound: string[] = []
  #nextValue = 0

  constructor(writer: Writer) {
    this.#writer = writer
  }

  body(kernel: Kernel): void {
    if (kernel.kind === 'contract') this.#roles(kernel)
    else this.#header(kernel)
    const { body, parallel } = asLoops(kernel)
    walk<string>(body, parallel, {
      form: 'text',
      bind: (node, names) => {
        const name = `%${this.#nextValue++}`
        this.#writer.line(`${name} = ${this.#scalar(node, names)}`)
        return name
      },
      store: ({ buffer, index, value }, names) => {
        const target = this.#access(buffer, index, names)
        this.#writer.line(`${target} = ${this.#scalar(value, names)}`)
      },
      loop: (loop, _names, visit) => {
        const accumulate = (names: Names<string>) => this.#accumulate(loop, names)
        // A contract has one loop, which is written as its roles.
        if (kernel.kind === 'contract') visit(accumulate)
        else this.#loop(loop, () => visit(accumulate))
      },
    })
  }

  #header({ parallel, rows }: Loops): void {
    if (parallel.length > 0) this.#writer.line(`parallel ${axesText(parallel)}`)
    this.#bind(parallel)
    for (const { name, type, shape } of rows) this.#writer.line(`row ${name}: ${type}[${shape}]`)
  }

  #roles(contract: Contract): void {
    for (const role of ['batch', 'rows', 'cols', 'over'] as const) {
      if (contract[role].length > 0) this.#writer.line(`${role} ${axesText(contract[role])}`)
      this.#bind(contract[role])
    }
  }

  #bind(axes: readonly Axis[]): void {
    for (const axis of axes) this.#bound.push(axis.name)
  }

  #loop(loop: Loop, body: () => void): void {
    const outside = this.#bound.length
    this.#bind(loop.axes)
    this.#writer.block(`${loop.order} ${axesText(loop.axes)} {`, body)
    this.#bound.length = outside
  }

  #accumulate(loop: Loop, names: Names<string>): void {
    const isRead = namesReadInside(loop)
    for (const acc of loop.accs) {
      const at = acc.at === undefined ? '' : ` at ${this.#scalar(acc.at.value, names)}`
      const value = this.#scalar(acc.value, names)
      this.#writer.line(`${accTarget(acc, isRead)} ${acc.combine}= ${value}${at}`)
    }
  }

  #scalar(node: Scalar, names: Names<string>, level = 0): string {
    const known = names.get(node)
    if (known !== undefined) return known
    if (node.kind === 'const') return literalText(node)
    if (node.kind === 'acc') return node.name
    if (node.kind === 'index') return `index(${this.index(node.index, names)})`
    if (node.kind === 'load') {
      const access = this.#access(node.buffer, node.index, names)
      if (node.fill === undefined) return access
      const text = `${access} else ${this.#scalar(node.fill, names, PRIMARY)}`
      return level > 0 ? `(${text})` : text
    }
    const infix = INFIX.get(node.op)
    if (infix === undefined) {
      return `${node.op}(${node.args.map(arg => this.#scalar(arg, names)).join(', ')})`
    }
    const left = this.#scalar(node.args[0]!, names, infix.level)
    const right = this.#scalar(node.args[1]!, names, infix.level + 1)
    const text = `${left} ${infix.symbol} ${right}`
    return infix.level < level ? `(${text})` : text
  }

  #access(buffer: string, index: readonly Index[], names: Names<string>): string {
    return `${buffer}[${index.map(e => this.index(e, names)).join(', ')}]`
  }

  /** An index expression, its values under their names. */
  index(e: Index, names: Names<string>): string {
    const parts = e.terms
      .map(term => ({ ...term, text: this.#atom(term, names), order: this.#orderOf(term) }))
      .sort((a, b) => Math.abs(b.scale) - Math.abs(a.scale) || a.order - b.order || byText(a, b))
      .map(({ scale, text }) => {
        const size = Math.abs(scale)
        return { isNegative: scale < 0, text: size === 1 ? text : `${size}*${text}` }
      })
    if (e.constant !== 0 || parts.length === 0) {
      parts.push({ isNegative: e.constant < 0, text: String(Math.abs(e.constant)) })
    }
    return parts
      .map(({ isNegative, text }, i) => {
        if (i === 0) return isNegative ? `-${text}` : text
        return isNegative ? ` - ${text}` : ` + ${text}`
      })
      .join('')
  }

  #atom({ of }: Term, names: Names<string>): string {
    if (of.kind === 'axis') return of.axis.name
    if (of.kind === 'value') return `{${this.#scalar(of.value, names)}}`
    return `${of.kind}(${this.index(of.of, names)}, ${of.by})`
  }

  #orderOf({ of }: Term): number {
    return of.kind === 'axis' ? this.#bound.indexOf(of.axis.name) : this.#bound.length
  }
}

/** Above every infix level: only a primary stands here unparenthesized. */
const PRIMARY = 9

const byText = (a: { text: string }, b: { text: string }): number =>
  a.text < b.text ? -1 : a.text > b.text ? 1 : 0

const axesText = (axes: readonly Axis[]): string =>
  axes.map(({ name, extent }) => `${name} in ${extent}`).join(', ')

/** The accumulators that a serial loop reads while it runs; those have their type written. */
function namesReadInside(loop: Loop): (name: string) => boolean {
  if (loop.order === 'over') return () => false
  const read = new Set(scalarsOf(loop).flatMap(node => [...needsOf(node).accs]))
  return name => read.has(name) && namesOfAccs(loop).includes(name)
}

function accTarget({ name, value, at }: Acc, isRead: (name: string) => boolean): string {
  const isTyped = isRead(name) || (at !== undefined && isRead(at.name))
  return `${name}${isTyped ? `: ${value.type}` : ''}${at === undefined ? '' : `, ${at.name}`}`
}

/** A literal in the fewest digits that read back as the same value of its type. */
export function literalText({ type, value }: Pick<ConstScalar, 'type' | 'value'>): string {
  if (type === 'bool') return value ? 'true' : 'false'
  return numberText(type, value) + LITERAL_SUFFIX[type]
}

function numberText(type: DTypeName, value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0'
  return type === 'f32' ? shortestSingle(value) : String(value)
}

/** Nine digits tell any two floats apart; usually fewer do. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}
