// Ops whose kernels are index expressions or accumulations: a loops kernel built from the lowering
// is verified, interpreted, and compared with the reference meaning bit for bit.

import { describe, expect, it } from 'vitest'
import { evaluateOp } from '../../src/ir/evaluate.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Lowering, LoweringContext, Op, OpTable } from '../../src/ir/op.ts'
import { isViolation } from '../../src/ir/op.ts'
import { type Draw, drawFrom, drawOperands, SHAPE_KINDS } from '../../src/ir/sample.ts'
import type { TensorType } from '../../src/ir/type.ts'
import { type Axis, axisIndex, flatIndex, type Index, index } from '../../src/kernel/index.ts'
import { interpretKernel } from '../../src/kernel/interpret.ts'
import type { Acc, Loops, Param, Stmt } from '../../src/kernel/kernel.ts'
import { acc, indexValue, load, type Scalar } from '../../src/kernel/scalar.ts'
import { assertKernel } from '../../src/kernel/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { DTYPES, isFloat, type TypedArray } from '../../src/support/dtype.ts'
import { cases, seed } from '../counts.ts'

type Moving = Extract<Lowering, { kind: 'movement' | 'gather' }>
type Reducing = Extract<Lowering, { kind: 'reduction' }>

const table: OpTable = ops
const all = Object.values(table).map(({ op }) => op)
const repeats = cases({ test: 12, ci: 24, deep: 100 })

const axesOf = (shape: readonly number[], letter: string): Axis[] =>
  shape.map((extent, i) => ({ name: `${letter}${i}`, extent }))

const extentsOf = (type: TensorType) => type.shape as readonly number[]

const loadOperand =
  (types: readonly TensorType[]) =>
  (operand: number, at: readonly Index[], fill?: Scalar): Scalar =>
    load(types[operand]!.dtype, `x${operand}`, at, fill)

function kernelOf(
  context: LoweringContext,
  parallel: readonly Axis[],
  body: readonly Stmt[],
): Loops {
  const { types, result } = context
  const reads = types.map(
    (type, i): Param => ({
      name: `x${i}`,
      access: 'read',
      type: type.dtype,
      shape: extentsOf(type),
    }),
  )
  const out: Param = { name: 'out', access: 'write', type: result.dtype, shape: extentsOf(result) }
  return { kind: 'kernel', name: 'k', params: [...reads, out], parallel, rows: [], body }
}

const storeOut = (parallel: readonly Axis[], value: Scalar): Stmt => ({
  kind: 'store',
  buffer: 'out',
  index: parallel.map(axisIndex),
  value,
})

function movementKernel(lowering: Moving, context: LoweringContext): Loops {
  const parallel = axesOf(extentsOf(context.result), 'i')
  const value = lowering.element(parallel.map(axisIndex), loadOperand(context.types), context)
  return kernelOf(context, parallel, [storeOut(parallel, value)])
}

/** Kept axes parallel, reduced axes in one loop with one accumulator. */
function reductionKernel(lowering: Reducing, context: LoweringContext): Loops {
  const [x] = context.types
  const axes = lowering.axes(context.attributes)
  const along = axesOf(extentsOf(x!), 'i')
  const over = along.filter((_, axis) => axes.includes(axis))
  const parallel = along.filter((_, axis) => !axes.includes(axis))
  const value = loadOperand(context.types)(0, along.map(axisIndex))
  const within = flatIndex(
    over.map(axisIndex),
    over.map(({ extent }) => extent),
  )
  const at = lowering.at ? { name: 'at', value: indexValue(within) } : undefined
  const total: Acc = { name: 'total', combine: lowering.combine, value, at }
  const found = at === undefined ? acc(x!.dtype, 'total') : acc('i32', 'at')
  const loop: Stmt = { kind: 'loop', order: 'over', axes: over, accs: [total], body: [] }
  return kernelOf(context, parallel, [loop, storeOut(parallel, found)])
}

/** Elements of which many are equal, and some are what comparisons trip over. */
function withSpecials(operand: Literal, draw: Draw): Literal {
  if (!isFloat(operand.dtype)) return operand
  const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1, 1, 2]
  return operand.map(value => (draw.uniform() < 0.6 ? draw.pick(specials) : value))
}

function trial(op: Op, trialSeed: number, kind: (typeof SHAPE_KINDS)[number]) {
  const draw = drawFrom(trialSeed, kind)
  const sample = op.samples(draw)
  const drawn = drawOperands(sample, draw, op.kinks)
  const special = trialSeed % 2 === 0 ? drawn : drawn.map(operand => withSpecials(operand, draw))
  const operands = special.map(operand => operand.map(DTYPES[operand.dtype].round))
  const types = operands.map(({ type }) => type)
  const attributes = { ...op.defaults(types), ...sample.attributes }
  const results = op.type(types, attributes)
  if (isViolation(results)) throw new Error(`${op.name}: ${results.message}`)
  return { operands, context: { attributes, types, result: results[0]! } }
}

function runKernel(kernel: Loops, operands: readonly Literal[], result: TensorType): TypedArray {
  assertKernel(kernel)
  const extents = extentsOf(result)
  const out = DTYPES[result.dtype].allocate(extents.reduce((a, b) => a * b, 1))
  interpretKernel(kernel, [...operands.map(operand => operand.toHost().data), out])
  return out
}

function checkKernel(op: Op, build: (context: LoweringContext) => Loops): void {
  for (const kind of SHAPE_KINDS) {
    for (let i = 0; i < repeats; i++) {
      const { operands, context } = trial(op, seed + i, kind)
      const computed = runKernel(build(context), operands, context.result)
      const [meant] = evaluateOp(op, operands, context.attributes, 'dtype')
      const found = Literal.from(computed, context.result.dtype, extentsOf(context.result))
      expect(found.equals(meant!), `${op.name}, ${kind}, seed ${seed + i}`).toBe(true)
    }
  }
}

const moving = all.filter(({ lowering: { kind } }) => kind === 'movement' || kind === 'gather')
const reducing = all.filter(({ lowering: { kind } }) => kind === 'reduction')

describe.each(moving.map(op => [op.name, op] as const))('%s as a kernel', (_, op) => {
  it('verifies and gives exactly what the reference gives', () => {
    checkKernel(op, context => movementKernel(op.lowering as Moving, context))
  })
})

describe.each(reducing.map(op => [op.name, op] as const))('%s as a kernel', (_, op) => {
  it('verifies and gives exactly what the reference gives', () => {
    checkKernel(op, context => reductionKernel(op.lowering as Reducing, context))
  })
})

describe('a lowering that is wrong', () => {
  it('is found, by the verifier where it leaves the operand', () => {
    const { op } = ops.reverse
    const offByOne: Moving = {
      kind: 'movement',
      element: (at, load, context) =>
        (op.lowering as Moving).element(
          at,
          (i, from) =>
            load(
              i,
              from.map((e, dim) => (dim === 0 ? index(9) : e)),
            ),
          context,
        ),
    }
    expect(() => checkKernel(op, context => movementKernel(offByOne, context))).toThrow('K4')
  })

  it('is found, by the values where it stays inside', () => {
    const { op } = ops.reverse
    const identity: Moving = { kind: 'movement', element: (at, load) => load(0, at) }
    expect(() => checkKernel(op, context => movementKernel(identity, context))).toThrow('reverse')
  })
})
