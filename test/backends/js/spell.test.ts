// The meaning of every scalar operation on js: the same bits as the interpreter gives, also where
// floats are not numbers and integers wrap, alone and in random expressions.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { prepare } from '../../../src/backends/js/emit.ts'
import { axisIndex, index } from '../../../src/kernel/index.ts'
import { interpretKernel } from '../../../src/kernel/interpret.ts'
import type { Loops, Param, Store } from '../../../src/kernel/kernel.ts'
import * as s from '../../../src/kernel/scalar.ts'
import {
  SCALAR_OP_NAMES,
  SCALAR_OPS,
  type ScalarOp,
  scalarType,
} from '../../../src/kernel/scalar-ops.ts'
import { DTYPE_NAMES, DTYPES, type DTypeName, type TypedArray } from '../../../src/support/dtype.ts'
import { runs } from '../../counts.ts'
import { launchOf, runOn } from './programs.ts'

const FLOATS = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.7, 1e-8, 0.9999999, 7, -7.25, 88, 1e10]
const FAR = [-1e10, 2 ** 31, 2 ** 32, -(2 ** 31) - 1, 1e38, Infinity, -Infinity, Number.NaN]
const WORDS = [0, 1, 2, 3, 5, 31, 32, 33, 255, 65535, 65537, 2 ** 31 - 1]
const VALUES: Readonly<Record<DTypeName, readonly number[]>> = {
  f32: [...FLOATS, ...FAR, 2 ** -140],
  f64: [...FLOATS, ...FAR, 1e300, 5e-324],
  i32: [...WORDS, ...WORDS.map(x => -x), -(2 ** 31)],
  u32: [...WORDS, 2 ** 31, 2 ** 32 - 1],
  bool: [0, 1],
}

/** y[i] = value, over `size` points. */
function storing(params: readonly Param[], size: number, value: s.Scalar): Loops {
  const at = [axisIndex({ name: 'i', extent: size })]
  const outputs: Param[] = [{ name: 'y', access: 'write', type: value.type, shape: [size] }]
  const body: Loops['body'] = [{ kind: 'store', buffer: 'y', index: at, value }]
  return {
    kind: 'kernel',
    name: 'op',
    params: [...params, ...outputs],
    parallel: [{ name: 'i', extent: size }],
    rows: [],
    body,
  }
}

/** Stores the value; a bool also as what a condition chooses, and both ways at once. */
function kernelsOf(params: readonly Param[], size: number, value: s.Scalar): readonly Loops[] {
  const kernel = storing(params, size, value)
  if (value.type !== 'bool') return [kernel]
  const chosen = s.select(value, s.constant('f32', 2), s.constant('f32', -3))
  const choosing = storing(params, size, chosen)
  const stores = choosing.body.map(stmt => ({ ...stmt, buffer: 'z' }) as Store)
  const z: Param = { name: 'z', access: 'write', type: 'f32', shape: [size] }
  const both = { ...kernel, params: [...kernel.params, z], body: [...kernel.body, ...stores] }
  return [kernel, choosing, both]
}

/** Demands the bits of the interpreter, any NaN for a NaN. */
function expectSame(
  params: readonly Param[],
  size: number,
  value: s.Scalar,
  given: ReadonlyMap<string, TypedArray>,
): void {
  for (const kernel of kernelsOf(params, size, value)) expectSameRun(kernel, given)
}

function expectSameRun(kernel: Loops, given: ReadonlyMap<string, TypedArray>): void {
  const args = kernel.params.map(({ name, type, shape }) => {
    const data = given.get(name) ?? DTYPES[type].allocate(shape[0] ?? 1)
    return data
  })
  interpretKernel(kernel, args)
  const got = runOn(launchOf(kernel), given)
  kernel.params.forEach(({ name, access }, i) => {
    if (access === 'write') expect([...got.get(name)!], name).toEqual([...args[i]!])
  })
}

/** Every combination of values, one array per operand. */
function combinations(types: readonly DTypeName[]): TypedArray[] {
  const rows = types.reduce<number[][]>(
    (all, type) => all.flatMap(row => VALUES[type].map(value => [...row, value])),
    [[]],
  )
  return types.map((type, k) => {
    const data = DTYPES[type].allocate(rows.length)
    data.set(rows.map(row => row[k]!))
    return data
  })
}

function operandTypes(op: ScalarOp): DTypeName[][] {
  if (op === 'select') return DTYPE_NAMES.map(type => ['bool', type, type])
  const all = DTYPE_NAMES.map(type => Array<DTypeName>(SCALAR_OPS[op].arity).fill(type))
  return all.filter(types => 'type' in scalarType(op, types))
}

const opCases = SCALAR_OP_NAMES.filter(op => !op.startsWith('threefry')).flatMap(op =>
  operandTypes(op).map(types => [op, types.join(', '), types] as const),
)

describe('an operation on all pairs of interesting values', () => {
  test.each(opCases)('%s of %s', (op, _, types) => {
    const data = combinations(types)
    const size = data[0]!.length
    const at = [axisIndex({ name: 'i', extent: size })]
    const params = types.map(
      (type, k): Param => ({ name: `x${k}`, access: 'read', type, shape: [size] }),
    )
    const value = s.op(
      op,
      types.map((type, k) => s.load(type, `x${k}`, at)),
    )
    const given = new Map(data.map((array, k) => [`x${k}`, array] as const))
    expectSame(params, size, value, given)
  })
})

test('literals keep their bits', () => {
  for (const type of DTYPE_NAMES) {
    for (const value of VALUES[type]) {
      expectSame([], 1, s.neg(s.neg(s.cast('f64', s.constant(type, value)))), new Map())
    }
  }
})

test('both words of threefry are those of the reference', () => {
  const at = [axisIndex({ name: 'i', extent: 64 })]
  const counter = s.cast('u32', s.indexValue(at[0]!))
  const key = [s.load('u32', 'k', [index(0)]), s.load('u32', 'k', [index(1)])] as const
  const params: Param[] = [{ name: 'k', access: 'read', type: 'u32', shape: [2] }]
  const given = new Map([['k', Uint32Array.of(0xdeadbeef, 17)]])
  for (const word of [s.threefry, s.threefry2]) {
    const value = word(...key, counter, s.constant('u32', 5))
    expectSame(params, 64, value, given)
    const [store] = prepare(storing(params, 64, value)).body
    expect(store?.kind === 'store' && store.value !== value).toBe(true)
  }
})

describe('random expressions', () => {
  const SIZE = 8
  const at = [axisIndex({ name: 'i', extent: SIZE })]
  const params = DTYPE_NAMES.map(
    (type): Param => ({ name: `x_${type}`, access: 'read', type, shape: [SIZE] }),
  )
  const leaves = DTYPE_NAMES.flatMap(type => [
    s.load(type, `x_${type}`, at),
    s.constant(type, 1),
    s.constant(type, type === 'f32' ? -2.5 : 3),
  ])

  /** Of f32 these are other functions than the interpreter's, whose last bits a cast would show. */
  const isShort = (op: ScalarOp, { type }: s.Scalar) =>
    type === 'f32' && ['exp', 'expm1', 'tanh'].includes(op)

  /** A value made by choosing operations and operands by number. */
  function grow(choices: readonly number[]): s.Scalar {
    const pool: s.Scalar[] = [...leaves, s.indexValue(at[0]!)]
    const ops = SCALAR_OP_NAMES.filter(op => !op.startsWith('threefry'))
    for (let c = 0; c + 3 < choices.length; c += 4) {
      const op = ops[choices[c]! % ops.length]!
      const from = choices.slice(c + 1, c + 1 + SCALAR_OPS[op].arity)
      const first = pool[(from[0]! * 7) % pool.length]!
      if (isShort(op, first)) continue
      const args = from.map((n, k) => {
        const isCondition = op === 'select' && k === 0
        const type = isCondition ? 'bool' : op === 'select' ? pool[n % 5]!.type : first.type
        const like = pool.filter(node => node.type === (op === 'select' && k > 0 ? 'f32' : type))
        return like[n % like.length]!
      })
      if (
        'type' in
        scalarType(
          op,
          args.map(arg => arg.type),
        )
      )
        pool.push(s.op(op, args))
    }
    return pool.at(-1)!
  }

  test('have the bits of the interpreter', () => {
    const numbers = fc.array(fc.nat(10_000), { minLength: 24, maxLength: 80 })
    fc.assert(
      fc.property(numbers, fc.nat(1000), (choices, shift) => {
        const given = new Map(
          params.map(({ name, type }) => {
            const data = DTYPES[type].allocate(SIZE)
            data.forEach((_, i) => {
              data[i] = VALUES[type][(i * 5 + shift) % VALUES[type].length]!
            })
            return [name, data] as const
          }),
        )
        expectSame(params, SIZE, grow(choices), given)
      }),
      runs(),
    )
  })
})
