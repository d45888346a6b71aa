// The meaning of kernels and programs: slow, obvious, the reference for every backend. Points,
// `over` and `serial` axes run in row-major order; a store group reads all before it writes;
// accumulators change at the end of an iteration. Floats are kept in double unless asked to round
// as their dtype.

import { internalError } from '../support/diagnostic.ts'
import { DTYPES, type TypedArray } from '../support/dtype.ts'
import type { Axis } from './index.ts'
import { type Compute, Expressions, type Memory } from './interpret-expression.ts'
import {
  type Acc,
  asLoops,
  COMBINE_OPS,
  identityOf,
  type Kernel,
  type Loop,
  type Stmt,
  type Store,
  sizeOf,
} from './kernel.ts'
import { arenaBytes, isArena, type Launch, POISON_BYTE, type Program } from './program.ts'
import { evaluator, type Rounding } from './scalar-ops.ts'
import { holdsAtom, scalarsOfAcc, scalarsOfStore } from './uses.ts'
import { partsOf } from './walk.ts'

type Frame = Float64Array
type Run = (frame: Frame) => void

/**
 * Runs a kernel on one array per parameter, in order. Rounding 'f64' keeps floats between loads and
 * stores in double; 'dtype' rounds every operation and accumulation. Stores always round.
 */
export function interpretKernel(
  kernel: Kernel,
  args: readonly TypedArray[],
  rounding: Rounding = 'f64',
): void {
  const { name, params, rows, parallel, body } = asLoops(kernel)
  const memories = new Map<string, Memory>()
  params.forEach((param, i) => {
    memories.set(param.name, { data: argument(name, args[i], param), shape: param.shape })
  })
  const rowData = rows.map(row => DTYPES[row.type].allocate(sizeOf(row.shape)))
  rows.forEach((row, i) => {
    memories.set(row.name, { data: rowData[i]!, shape: row.shape })
  })
  const compiler = new BodyCompiler(name, memories, rounding)
  const point = compiler.block(body)
  const run = compiler.each(parallel, frame => {
    // A row is undefined at first: NaN shows where it is read too early.
    for (const row of rowData) row.fill(Number.NaN)
    point(frame)
  })
  run(compiler.expressions.frame())
}

function argument(
  kernel: string,
  data: TypedArray | undefined,
  { name, type, shape }: Kernel['params'][number],
): TypedArray {
  const needs = DTYPES[type].allocate(0).constructor.name
  if (data?.constructor.name === needs && data.length === sizeOf(shape)) return data
  const got = data === undefined ? 'nothing' : `${data.constructor.name} of ${data.length}`
  const message = `${name} needs ${needs} of ${sizeOf(shape)}, got ${got}`
  throw internalError(`@${kernel}`, message)
}

/** Turns statements into functions over a frame. */
class BodyCompiler {
  readonly expressions: Expressions
  readonly #kernel: string
  readonly #memories: ReadonlyMap<string, Memory>
  readonly #rounding: Rounding

  constructor(kernel: string, memories: ReadonlyMap<string, Memory>, rounding: Rounding) {
    this.#kernel = kernel
    this.#memories = memories
    this.#rounding = rounding
    this.expressions = new Expressions(kernel, memories, rounding)
  }

  block(stmts: readonly Stmt[]): Run {
    const runs = partsOf(stmts).map(part =>
      'loop' in part ? this.#loop(part.loop) : this.#group(part.group),
    )
    return frame => {
      for (const run of runs) run(frame)
    }
  }

  /** Runs `body` at every position of `axes`, the last axis fastest. */
  each(axes: readonly Axis[], body: Run): Run {
    return axes.reduceRight<Run>((inner, { name, extent }) => {
      const slot = this.expressions.named('axis', name)
      return frame => {
        for (let i = 0; i < extent; i++) {
          frame[slot] = i
          inner(frame)
        }
      }
    }, body)
  }

  #loop({ axes, accs, body }: Loop): Run {
    const start = accs.map(acc => this.#start(acc))
    const inside = this.block(body)
    const evaluate = this.expressions.evaluate(accs.flatMap(scalarsOfAcc))
    const combine = accs.map(acc => this.#combine(acc))
    const iterate = this.each(axes, frame => {
      inside(frame)
      // All values are computed before any accumulator changes.
      evaluate(frame)
      for (const step of combine) step(frame)
    })
    return frame => {
      for (const step of start) step(frame)
      iterate(frame)
    }
  }

  #start({ name, combine, value, at }: Acc): Run {
    const slot = this.expressions.named('acc', name)
    const atSlot = at === undefined ? undefined : this.expressions.named('acc', at.name)
    const identity = identityOf(combine, value.type)
    return frame => {
      frame[slot] = identity
      if (atSlot !== undefined) frame[atSlot] = -1
    }
  }

  #combine(acc: Acc): Run {
    const slot = this.expressions.named('acc', acc.name)
    const value = this.expressions.valueOf(acc.value)
    if (acc.at !== undefined) return this.#extreme(acc, acc.at)
    const { type } = acc.value
    const gather = evaluator(COMBINE_OPS[acc.combine], type, type, this.#rounding)
    const pair = [0, 0]
    return frame => {
      pair[0] = frame[slot]!
      pair[1] = value(frame)
      frame[slot] = gather(pair)
    }
  }

  #extreme(acc: Acc, at: NonNullable<Acc['at']>): Run {
    const slot = this.expressions.named('acc', acc.name)
    const atSlot = this.expressions.named('acc', at.name)
    const value = this.expressions.valueOf(acc.value)
    const position = this.expressions.valueOf(at.value)
    const isBetter = acc.combine === 'max' ? isAbove : (a: number, b: number) => isAbove(-a, -b)
    return frame => {
      const [now, place] = [value(frame), position(frame)]
      const [best, bestPlace] = [frame[slot]!, frame[atSlot]!]
      const isTied = !isBetter(best, now) && place < bestPlace
      if (bestPlace !== -1 && !isBetter(now, best) && !isTied) return
      frame[slot] = now
      frame[atSlot] = place
    }
  }

  #group(group: readonly Store[]): Run {
    const evaluate = this.expressions.evaluate(group.flatMap(scalarsOfStore))
    const stores = group.map(store => this.#store(store))
    const positions = new Float64Array(group.length)
    const values = new Float64Array(group.length)
    return frame => {
      evaluate(frame)
      stores.forEach(({ position, value }, i) => {
        positions[i] = position(frame)
        values[i] = value(frame)
      })
      stores.forEach(({ data }, i) => {
        if (positions[i]! >= 0) data[positions[i]!] = values[i]!
      })
    }
  }

  #store({ buffer, index, value }: Store): { data: TypedArray; position: Compute; value: Compute } {
    const { data } = this.#memories.get(buffer)!
    const position = this.expressions.position(buffer, index)
    const isLoaded = index.some(e => holdsAtom(e, 'value'))
    const checked: Compute = frame => {
      const at = position(frame)
      if (at >= 0 || isLoaded) return at
      throw internalError(`@${this.#kernel}`, `a store to ${buffer} leaves its buffer`)
    }
    return { data, position: checked, value: this.expressions.valueOf(value) }
  }
}

/** NaN is above every number. */
function isAbove(a: number, b: number): boolean {
  return Number.isNaN(a) ? !Number.isNaN(b) : a > b
}

/**
 * Memory for the buffers of a program, by name: views of two arenas, arrays of their own for inputs
 * and outputs. `given` is used as it is for inputs and copied into state.
 */
export function placeBuffers(
  program: Program,
  given: ReadonlyMap<string, TypedArray>,
): ReadonlyMap<string, TypedArray> {
  const arenas = {
    state: new ArrayBuffer(arenaBytes(program, 'state')),
    scratch: new ArrayBuffer(arenaBytes(program, 'scratch')),
  }
  return new Map(
    program.buffers.map(({ name, region, type, shape, offset }) => {
      const size = sizeOf(shape)
      const data = given.get(name)
      if (!isArena(region)) return [name, data ?? DTYPES[type].allocate(size)]
      const view = DTYPES[type].view(arenas[region], offset, size)
      if (data !== undefined) view.set(data)
      return [name, view]
    }),
  )
}

/** Runs the items of a program in order on the memory that `placeBuffers` gave. */
export function interpretProgram(
  program: Program,
  memory: ReadonlyMap<string, TypedArray>,
  rounding: Rounding = 'f64',
): void {
  const kernels = new Map(program.kernels.map(kernel => [kernel.name, kernel]))
  const launch = (item: Launch) => {
    const kernel = kernels.get(item.kernel)
    const args = item.args.flatMap(name => memory.get(name) ?? [])
    if (kernel === undefined || args.length !== item.args.length) {
      const message = `@${item.kernel} or one of its buffers is not there`
      throw internalError(`@${program.name}`, message)
    }
    interpretKernel(kernel, args, rounding)
  }
  for (const item of program.items) {
    if (item.kind === 'launch') launch(item)
    else for (const name of item.buffers) fillWithPoison(memory.get(name)!)
  }
}

function fillWithPoison({ buffer, byteOffset, byteLength }: TypedArray): void {
  new Uint8Array(buffer, byteOffset, byteLength).fill(POISON_BYTE)
}
