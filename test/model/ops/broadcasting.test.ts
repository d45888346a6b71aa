// Broadcasting semantics: ops on random shapes against a naive walk over all elements, and shapes
// of numbers, names and ones.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GraphBuilder, type Value } from '../../../src/ir/builder.ts'
import { interpret } from '../../../src/ir/interpret.ts'
import { eachIndex, elementCount, Literal } from '../../../src/ir/literal.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { tensorType } from '../../../src/ir/type.ts'
import * as binary from '../../../src/model/ops/binary.ts'
import * as comparison from '../../../src/model/ops/comparison.ts'
import { matmul } from '../../../src/model/ops/contraction.ts'
import * as logic from '../../../src/model/ops/logic.ts'
import { squaredError } from '../../../src/model/ops/losses.ts'
import { where } from '../../../src/model/ops/select.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { runs } from '../../counts.ts'
import { givenAll } from '../given.ts'

/** A shape, and shapes that broadcast to it: axes left out in front, others 1. */
const shapes = (count: number) =>
  fc
    .array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 })
    .chain(whole =>
      fc.tuple(
        ...Array.from({ length: count }, () =>
          fc
            .tuple(fc.nat(whole.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
            .map(([from, ones]) => whole.slice(from).map((extent, i) => (ones[i] ? 1 : extent))),
        ),
      ),
    )

/** Distinct small numbers, so that a wrong element shows; bools where those are asked for. */
function filled(shape: readonly number[], dtype: DTypeName, from: number): Literal {
  const data = Float64Array.from({ length: elementCount(shape) }, (_, i) =>
    dtype === 'bool' ? (i + from) % 2 : ((i * 7 + from) % 11) - 3,
  )
  return new Literal(dtype, shape, data)
}

/** The shape of several under NumPy's rule, axis by axis from the last. */
function common(all: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...all.map(shape => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const extents = all.map(shape => shape[axis - rank + shape.length] ?? 1)
    return extents.find(extent => extent !== 1) ?? 1
  })
}

/** The element of `x` that stands at `index` of the whole. */
function at(x: Literal, index: readonly number[]): number {
  const own = x.shape.map((extent, axis) => {
    const i = index[index.length - x.shape.length + axis]!
    return extent === 1 ? 0 : i
  })
  return x.at(own.reduce((position, i, axis) => position * x.shape[axis]! + i, 0))
}

/** What an op gives, run by the interpreter. */
function run(op: (...operands: Tensor[]) => Value, operands: readonly Literal[]): Literal {
  const builder = new GraphBuilder()
  const inputs = operands.map((x, i) => builder.input(`x${i}`, tensorType(x.dtype, x.shape)))
  builder.output('out', op(...(inputs as Tensor[])))
  const values = Object.fromEntries(operands.map((x, i) => [`x${i}`, x]))
  return interpret(builder.finish(), values).outputs.out!
}

/** What an op means, element by element. */
function naive(
  meaning: (...elements: number[]) => number,
  operands: readonly Literal[],
): [number[], number[]] {
  const shape = common(operands.map(x => x.shape))
  const elements: number[] = []
  eachIndex(shape, index => {
    elements.push(meaning(...operands.map(x => at(x, index))))
  })
  return [shape, elements]
}

type Case = readonly [
  name: string,
  op: (a: Tensor, b: Tensor) => Value,
  meaning: (x: number, y: number) => number,
  dtype: DTypeName,
]

const cases: readonly Case[] = [
  ['add', binary.add, (x, y) => x + y, 'f64'],
  ['sub', binary.sub, (x, y) => x - y, 'i32'],
  ['mul', binary.mul, (x, y) => x * y, 'f32'],
  ['div', binary.div, (x, y) => x / y, 'f64'],
  ['pow', binary.pow, (x, y) => x ** y, 'f64'],
  ['maximum', binary.maximum, Math.max, 'i32'],
  ['minimum', binary.minimum, Math.min, 'f64'],
  ['equal', comparison.equal, (x, y) => Number(x === y), 'i32'],
  ['notEqual', comparison.notEqual, (x, y) => Number(x !== y), 'bool'],
  ['less', comparison.less, (x, y) => Number(x < y), 'f32'],
  ['lessEqual', comparison.lessEqual, (x, y) => Number(x <= y), 'i32'],
  ['greater', comparison.greater, (x, y) => Number(x > y), 'f64'],
  ['greaterEqual', comparison.greaterEqual, (x, y) => Number(x >= y), 'i32'],
  ['and', logic.and, (x, y) => x & y, 'i32'],
  ['or', logic.or, (x, y) => x | y, 'bool'],
  ['xor', logic.xor, (x, y) => x ^ y, 'i32'],
  ['squaredError', squaredError, (x, y) => (x - y) ** 2, 'f64'],
]

describe('broadcasting', () => {
  it.each(cases)('pairs elements in %s as NumPy does', (_, op, meaning, dtype) => {
    fc.assert(
      fc.property(shapes(2), ([left, right]) => {
        const operands = [filled(left!, dtype, 0), filled(right!, dtype, 5)]
        const [shape, elements] = naive(meaning, operands)
        const out = run((a, b) => op(a!, b!), operands)
        expect(out.shape).toEqual(shape)
        expect([...out.values()]).toEqual(elements)
      }),
      runs(),
    )
  })

  it.each(cases)(
    'takes a number on either side of %s for a tensor of it',
    (_, op, meaning, dtype) => {
      const x = filled([2, 3], dtype, 1)
      const numbered = op as (a: Tensor | number, b: Tensor | number) => Value
      const [, right] = naive(meaning, [x, Literal.full(dtype, [], 1)])
      const [, left] = naive(meaning, [Literal.full(dtype, [], 1), x])
      expect([...run(a => numbered(a!, 1), [x]).values()]).toEqual(right)
      expect([...run(a => numbered(1, a!), [x]).values()]).toEqual(left)
    },
  )

  it('pairs all three operands of where', () => {
    fc.assert(
      fc.property(shapes(3), ([condition, left, right]) => {
        const operands = [
          filled(condition!, 'bool', 0),
          filled(left!, 'i32', 1),
          filled(right!, 'i32', 6),
        ]
        const [shape, elements] = naive((c, x, y) => (c === 1 ? x : y), operands)
        const out = run((c, x, y) => where(c! as Tensor, x!, y!), operands)
        expect(out.shape).toEqual(shape)
        expect([...out.values()]).toEqual(elements)
      }),
      runs(),
    )
  })

  it('takes a number for either choice of where', () => {
    const condition = filled([4], 'bool', 0)
    const x = filled([2, 4], 'i32', 0)
    const zeroed = run((c, a) => where(c! as Tensor, a!, 0), [condition, x])
    expect([...zeroed.values()]).toEqual(naive((c, a) => (c === 1 ? a : 0), [condition, x])[1])
    const ones = run((c, a) => where(c! as Tensor, 1, a!), [condition, x])
    expect([...ones.values()]).toEqual(naive((c, a) => (c === 1 ? 1 : a), [condition, x])[1])
  })

  it('aligns names, and repeats what is missing or 1', () => {
    const [x, row, column] = givenAll([['batch', 'time', 8]], [['time', 8]], [['batch', 1, 1]])
    expect(binary.add(x!, row!).shape).toEqual(['batch', 'time', 8])
    expect(binary.mul(column!, row!).shape).toEqual(['batch', 'time', 8])
    expect(binary.sub(1, x!).shape).toEqual(['batch', 'time', 8])
  })

  it('adds no node where operands have equal shapes', () => {
    const builder = new GraphBuilder()
    const [x, y] = ['x', 'y'].map(name => builder.input(name, tensorType('f32', ['n', 3])))
    binary.add(x as Tensor, y as Tensor)
    expect(builder.nodes().map(node => node.op.name)).toEqual(['add'])
  })
})

describe('batch dims of matmul', () => {
  it('broadcast, with either operand transposed', () => {
    const size = fc.integer({ min: 1, max: 3 })
    const cases = fc.tuple(shapes(2), size, size, size, fc.boolean(), fc.boolean())
    fc.assert(
      fc.property(cases, ([[left, right], m, k, n, transposeA, transposeB]) => {
        const a = filled([...left!, ...(transposeA ? [k, m] : [m, k])], 'f64', 2)
        const b = filled([...right!, ...(transposeB ? [n, k] : [k, n])], 'f64', 4)
        const batch = common([left!, right!])
        const wanted: number[] = []
        eachIndex([...batch, m, n], index => {
          const [lead, i, j] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!]
          let sum = 0
          for (let l = 0; l < k; l++) {
            const x = at(a, [...lead, ...(transposeA ? [l, i] : [i, l])])
            sum += x * at(b, [...lead, ...(transposeB ? [j, l] : [l, j])])
          }
          wanted.push(sum)
        })
        const out = run((x, y) => matmul(x!, y!, { transposeA, transposeB }), [a, b])
        expect(out.shape).toEqual([...batch, m, n])
        expect([...out.values()]).toEqual(wanted)
      }),
      runs(),
    )
  })
})
