// The public ops as functions: result types, the op that each appends, and that all nodes of a call
// and all errors are of the user's line.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { GraphBuilder, type Value } from '../../../src/ir/builder.ts'
import type { Operator } from '../../../src/ir/op.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { type Shape, tensorType } from '../../../src/ir/type.ts'
import * as activation from '../../../src/model/ops/activation.ts'
import { assertShape } from '../../../src/model/ops/assertion.ts'
import * as binary from '../../../src/model/ops/binary.ts'
import * as comparison from '../../../src/model/ops/comparison.ts'
import { matmul } from '../../../src/model/ops/contraction.ts'
import { full, iota } from '../../../src/model/ops/creation.ts'
import * as logic from '../../../src/model/ops/logic.ts'
import * as losses from '../../../src/model/ops/losses.ts'
import { cast, clamp, where } from '../../../src/model/ops/select.ts'
import * as unary from '../../../src/model/ops/unary.ts'
import { traced } from '../../../src/model/tracing.ts'
import { ops } from '../../../src/ops/registry.ts'
import { GraphError } from '../../../src/support/diagnostic.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { given, givenAll } from '../given.ts'

type F<S extends Shape> = Tensor<S, 'f32'>

const typed = <const S extends Shape, D extends DTypeName>(shape: S, dtype: D) =>
  given(shape, dtype) as Tensor as Tensor<[...S], D>

const { relu, leakyRelu, elu, gelu } = activation
const { add, mul, sub, pow } = binary

describe('a public op', () => {
  const functions = { ...activation, ...binary, ...comparison, ...logic, ...losses, ...unary }
  const named = { ...functions, cast, clamp, where, matmul }
  const operators = Object.entries(named) as (readonly [string, Operator])[]

  it.each(operators)('%s carries the core op of its name', (name, { op }) => {
    const coreName = name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    expect(op.name).toBe(coreName)
    expect(Object.values(ops).map(operator => operator.op)).toContain(op)
  })

  it('appends its op with its options', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f32', [3])) as Tensor
    leakyRelu(x, 0.2)
    elu(x)
    gelu(x, { approximate: true })
    clamp(x, -1, 1)
    cast(x, 'i32')
    expect(builder.nodes().map(node => [node.op.name, node.attributes])).toEqual([
      ['leaky_relu', { slope: 0.2 }],
      ['elu', { alpha: 1 }],
      ['gelu', { approximate: true }],
      ['clamp', { low: -1, high: 1 }],
      ['cast', { dtype: 'i32' }],
    ])
  })

  it('refuses what is no tensor', () => {
    const nothing = undefined as never
    expect(() => relu(nothing)).toThrow('operands must be values of a graph, got undefined')
    expect(() => gelu(nothing)).toThrow(/^E104 gelu: /)
    expect(() => add(given([2]), nothing)).toThrow(/^E104 add: /)
    expect(() => add('x' as never, 2 as never)).toThrow(/^E104 add: .*got x/)
    expect(() => where(nothing, 1, given([2]))).toThrow(/^E104 where: /)
    expect(() => matmul(given([2, 2]), {} as never)).toThrow(/^E104 matmul: .*got an object/)
    expect(() => losses.softmaxCrossEntropy(given([2, 2]), nothing)).toThrow(/^E104 softmax/)
    expect(() => cast(nothing, 'f32')).toThrow(/^E104 cast: /)
  })

  it('refuses values of two graphs', () => {
    expect(() => add(given([2]), given([2]))).toThrow(
      /^E104 add: operands must belong to one graph/,
    )
  })
})

describe('the type of a result', () => {
  const x = typed(['batch', 784], 'f32')
  const n = typed([784], 'i32')

  it('is that of the operand', () => {
    expectTypeOf(relu(x)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(unary.neg(n)).toEqualTypeOf<Tensor<[784], 'i32'>>()
    expectTypeOf(gelu(x, { approximate: true })).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(cast(x, 'i32')).toEqualTypeOf<Tensor<['batch', 784], 'i32'>>()
    expectTypeOf(clamp(n, 0, 9)).toEqualTypeOf<Tensor<[784], 'i32'>>()
  })

  it('is that of both operands', () => {
    const [a, b] = givenAll([['batch', 784]], [[784]]) as [F<['batch', 784]>, F<[784]>]
    expectTypeOf(add(a, b)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(add(b, a)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(comparison.less(a, b)).toEqualTypeOf<Tensor<['batch', 784], 'bool'>>()
    expectTypeOf(where(comparison.less(a, b), a, 0)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(where(comparison.less(a, b), 0, b)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(add(a as Tensor<Shape, 'f32'>, b)).toEqualTypeOf<F<Shape>>()
    expectTypeOf(add(a as Tensor, b)).toEqualTypeOf<F<Shape>>()
    expect(add(a as Tensor, b).shape).toEqual(['batch', 784])
  })

  it('is that of the tensor where the other is a number, whatever it is used for', () => {
    expectTypeOf(mul(x, 2)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(sub(1, x)).toEqualTypeOf<F<['batch', 784]>>()
    expectTypeOf(comparison.equal(n, 3)).toEqualTypeOf<Tensor<[784], 'bool'>>()
    const used: F<['batch', 784]> = mul(x, 2)
    expectTypeOf(relu(mul(x, 2))).toEqualTypeOf<F<['batch', 784]>>()
    const number = 3 as number | F<[784]>
    expectTypeOf(add(x, number).dtype).toEqualTypeOf<'f32'>()
    expect(used.shape).toEqual(['batch', 784])
  })

  it('follows in functions that are generic over shapes, for unary ops and numbers', () => {
    const swish = <S extends Shape>(y: Tensor<S, 'f32'>) => mul(activation.sigmoid(y), 2)
    const out = relu(sub(1, swish(x)))
    expectTypeOf(out).toEqualTypeOf<F<['batch', 784]>>()
    expect(out.shape).toEqual(['batch', 784])
  })

  it('is of unknown shape after a refusal, so that one mistake is one error', () => {
    const [a, b] = givenAll([['batch', 784]], [[785, 3]]) as [F<['batch', 784]>, F<[785, 3]>]
    // @ts-expect-error: inner dims differ
    const product = () => matmul(a, b)
    expectTypeOf(product).returns.toEqualTypeOf<F<Shape>>()
    expect(product).toThrow(GraphError)
  })
})

/** The line of this file that a thrown error names. */
function lineOf(call: () => unknown): number | undefined {
  try {
    call()
  } catch (error) {
    const source = error instanceof GraphError ? error.source : undefined
    return source?.file.endsWith('elementwise.test.ts') ? source.line : undefined
  }
}

const here = () => Number(/:(\d+):\d+\)?$/.exec(new Error().stack!.split('\n')[2]!)![1])

describe('the source line', () => {
  const f = given([2, 3])
  const loose = (shape: Shape, dtype?: DTypeName) => given(shape, dtype, f.builder as GraphBuilder)

  it('of an error is that of the call', () => {
    const calls: readonly (readonly [number, () => unknown])[] = [
      [here(), () => add(f, loose([2]))],
      [here(), () => relu(loose([2], 'i32'))],
      [here(), () => gelu(loose([2], 'i32'))],
      [here(), () => mul(loose([2], 'i32'), 0.5)],
      [here(), () => clamp(f, 2, 1)],
      [here(), () => cast(f, 'f16' as 'f32')],
      [here(), () => where(f, f, f)],
      [here(), () => matmul(f, f)],
      [here(), () => losses.softmaxCrossEntropy(f, f, { labelSmoothing: 2 })],
      [here(), () => losses.softmaxCrossEntropy(f, loose([3]))],
      [here(), () => losses.sigmoidCrossEntropy(f, loose([3]))],
      [here(), () => full([2], 1)],
      [here(), () => traced({ into: new GraphBuilder() }, () => iota([2], 2 as number))],
      [here(), () => traced({ into: new GraphBuilder() }, () => full([2], 1, 'f16' as 'f32'))],
      [here(), () => traced({ into: new GraphBuilder() }, () => full(['a b'], 1))],
      [here(), () => assertShape(f, ['a b'])],
      [here(), () => add(undefined as never, f)],
    ]
    for (const [line, call] of calls) expect(lineOf(call)).toBe(line)
  })

  it('of all nodes that a call makes is that of the call', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f32', [2, 3])) as Tensor
    const bias = builder.input('b', tensorType('f32', [3])) as Tensor
    builder.scope('layer', () => [sub(add(x, bias), pow(x, 2))])
    const line = here() - 1
    expect(builder.nodes().map(node => node.op.name)).toEqual([
      'broadcast_to',
      'add',
      'full',
      'pow',
      'sub',
    ])
    for (const { origin } of builder.nodes()) {
      expect(origin).toMatchObject({ path: 'layer' })
      expect(origin.source?.location?.line).toBe(line)
    }
  })

  it('of nodes made for another origin stays that one', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f32', [3])) as Tensor
    const origin = { source: undefined, path: 'rule' }
    const out: Value = builder.withOrigin(origin, () => mul(x, 2))
    expect(builder.definition(out.id)?.origin).toBe(origin)
  })
})
