// Products: every sentence of the rules of matmul and dot, as a type and when the graph is built;
// the shapes that the rules answer; what to do about operands that do not fit.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { dot, matmul } from '../../../src/model/ops/contraction.ts'
import {
  type DotRule,
  dotRule,
  type MatmulRule,
  type MatrixRule,
  matmulRule,
  type Transposed,
  type VectorRule,
} from '../../../src/model/shapes/matmul.ts'
import { GraphError } from '../../../src/support/diagnostic.ts'
import { givenAll, row } from '../given.ts'

function product(a: Shape, b: Shape, options?: Transposed): Tensor {
  const [x, y] = givenAll([a], [b])
  return matmul(x!, y!, options)
}

function dotted(a: Shape, b: Shape): Tensor {
  const [x, y] = givenAll([a], [b])
  return dot(x!, y!)
}

const sentences = [
  row<MatmulRule<['batch', 784], [785, 128]>>(
    'matmul: inner dims differ: 784 (left axis 1) vs 785 (right axis 0)',
    () => product(['batch', 784], [785, 128]),
  ),
  row<MatmulRule<['batch', 784], [784, 128], false, true>>(
    'matmul: inner dims differ: 784 (left axis 1) vs 128 (right axis 1)',
    () => product(['batch', 784], [784, 128], { transposeB: true }),
  ),
  row<MatmulRule<['batch', 784], [784, 128], true>>(
    'matmul: inner dims differ: batch (left axis 0) vs 784 (right axis 0)',
    () => product(['batch', 784], [784, 128], { transposeA: true }),
  ),
  row<MatmulRule<['b', 'h', 2, 3], ['h', 4, 5], true, true>>(
    'matmul: inner dims differ: 2 (left axis 2) vs 5 (right axis 2)',
    () => product(['b', 'h', 2, 3], ['h', 4, 5], { transposeA: true, transposeB: true }),
  ),
  row<MatmulRule<['batch', 8, 64], ['time', 64, 8]>>(
    'matmul (batch dims): cannot broadcast [batch] with [time]: batch vs time at axis -1',
    () => product(['batch', 8, 64], ['time', 64, 8]),
  ),
  row<MatmulRule<['batch', 784], [784]>>('matmul: right operand needs rank >= 2, got [784]', () =>
    product(['batch', 784], [784]),
  ),
  row<MatmulRule<[784], [784, 2]>>('matmul: left operand needs rank >= 2, got [784]', () =>
    product([784], [784, 2]),
  ),
  row<MatrixRule<'left', []>>('matmul: left operand needs rank >= 2, got []', () =>
    product([], []),
  ),
  row<DotRule<['n', 3], [4]>>('dot: inner dims differ: 3 (left axis 1) vs 4 (right axis 0)', () =>
    dotted(['n', 3], [4]),
  ),
  row<VectorRule<'left', []>>('dot: left operand needs rank >= 1, got []', () => dotted([], [4])),
  row<DotRule<[4], []>>('dot: right operand needs rank >= 1, got []', () => dotted([4], [])),
]

describe('a sentence of a product', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })

  it('is of the left operand where the right one is of unknown rank', () => {
    expectTypeOf<
      MatmulRule<[3], Shape>
    >().toEqualTypeOf<'matmul: left operand needs rank >= 2, got [3]'>()
    expectTypeOf<
      MatmulRule<Shape, [3]>
    >().toEqualTypeOf<'matmul: right operand needs rank >= 2, got [3]'>()
  })
})

describe('matmulRule', () => {
  it('answers shapes as the type does', () => {
    const plain: [
      readonly [MatmulRule<['batch', 784], [784, 10]>, Shape, Shape],
      readonly [MatmulRule<['b', 'h', 't', 64], ['b', 'h', 64, 't']>, Shape, Shape],
      readonly [MatmulRule<['b', 't', 64], [64, 8]>, Shape, Shape],
      readonly [MatmulRule<[2, 64], ['b', 't', 64, 8]>, Shape, Shape],
      readonly [MatmulRule<['b', 1, 2, 3], ['h', 3, 4]>, Shape, Shape],
    ] = [
      [
        ['batch', 10],
        ['batch', 784],
        [784, 10],
      ],
      [
        ['b', 'h', 't', 't'],
        ['b', 'h', 't', 64],
        ['b', 'h', 64, 't'],
      ],
      [
        ['b', 't', 8],
        ['b', 't', 64],
        [64, 8],
      ],
      [
        ['b', 't', 2, 8],
        [2, 64],
        ['b', 't', 64, 8],
      ],
      [
        ['b', 'h', 2, 4],
        ['b', 1, 2, 3],
        ['h', 3, 4],
      ],
    ]
    for (const [want, a, b] of plain) {
      expect(matmulRule(a, b)).toEqual(want)
      expect(product(a, b).shape).toEqual(want)
    }
  })

  it('answers shapes of transposed operands as the type does', () => {
    const left: MatmulRule<['n', 3, 2], ['n', 3, 4], true> = ['n', 2, 4]
    const right: MatmulRule<['n', 2, 3], [4, 3], false, true> = ['n', 2, 4]
    const both: MatmulRule<[3, 2], [4, 3], true, true> = [2, 4]
    expect(product(['n', 3, 2], ['n', 3, 4], { transposeA: true }).shape).toEqual(left)
    expect(product(['n', 2, 3], [4, 3], { transposeB: true }).shape).toEqual(right)
    expect(product([3, 2], [4, 3], { transposeA: true, transposeB: true }).shape).toEqual(both)
  })

  it('leaves to the build what tsc does not know', () => {
    expectTypeOf<MatmulRule<['n', number], [784, 10]>>().toEqualTypeOf<['n', 10]>()
    expectTypeOf<MatmulRule<['n', 3 | 4], [784, 10]>>().toEqualTypeOf<['n', 10]>()
    expectTypeOf<MatmulRule<Shape, [784, 10]>>().toEqualTypeOf<Shape>()
    expectTypeOf<MatmulRule<['n', 2], [3, 4], boolean>>().toEqualTypeOf<[number, 4]>()
  })

  it('says which transposition makes operands fit', () => {
    const help = (a: Shape, b: Shape, options?: Transposed) => {
      try {
        product(a, b, options)
      } catch (error) {
        return error instanceof GraphError ? error.help : undefined
      }
    }
    expect(help([2, 3], [4, 3])).toBe('the operands fit with { transposeB: true }')
    expect(help([3, 2], [3, 4])).toBe('the operands fit with { transposeA: true }')
    expect(help([2, 3], [3, 4], { transposeB: true })).toBe(
      'the operands fit with { transposeB: false }',
    )
    expect(help([2, 3], [5, 6])).toBe(
      'give operands [..., m, k] and [..., k, n] whose leading dims are equal or 1',
    )
    expect(help([3], [3, 4])).toMatch(/^use dot\(a, b\) for vectors/)
  })
})

describe('dotRule', () => {
  it('answers shapes as the type does', () => {
    const vectors: DotRule<['n'], ['n']> = []
    const matrices: DotRule<['n', 'm', 3], [3, 4]> = ['n', 'm', 4]
    expect(dotRule(['n'], ['n'])).toEqual(vectors)
    expect(dotted(['n', 'm', 3], [3, 4]).shape).toEqual(matrices)
    expectTypeOf<DotRule<Shape, [3]>>().toEqualTypeOf<Shape>()
  })

  it('leaves the shape to the build where axes are given', () => {
    const [a, b] = givenAll([['n', 3, 2]], [['n', 2, 3]])
    const out = dot(a!, b!, { batch: [[0], [0]], contract: [[-2], [-1]] })
    expect(out.shape).toEqual(['n', 2, 2])
    expectTypeOf(out).toEqualTypeOf<Tensor>()
  })
})
