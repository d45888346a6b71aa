// Calls of layers and ops: every sentence of a signature as a type and when the graph is built,
// what patterns bind, and what a call is checked for besides.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../src/ir/tensor.ts'
import type { Shape } from '../../src/ir/type.ts'
import { byMode, type SidesRule } from '../../src/model/by-mode.ts'
import type { LastAxisRule } from '../../src/model/call-type.ts'
import { op } from '../../src/model/custom-op.ts'
import { block, layer } from '../../src/model/layer.ts'
import { type Model, model } from '../../src/model/model.ts'
import { add, mul } from '../../src/model/ops/binary.ts'
import { matmul } from '../../src/model/ops/contraction.ts'
import { cast } from '../../src/model/ops/select.ts'
import { param } from '../../src/model/param.ts'
import {
  type ArgumentRule,
  type Fill,
  type Match,
  matchShape,
  NOTHING_BOUND,
} from '../../src/model/pattern.ts'
import { bool, f32, f64, i32, u32 } from '../../src/model/slot.ts'
import { dense } from '../../src/nn/dense.ts'
import { attend } from '../types/parts.ts'
import { given, givenAll, row } from './given.ts'

type Start = Record<never, never>
type OutputsOf<M> = M extends Model<infer _I, infer _P, infer _S, infer O> ? O : never

const widened = op({
  name: 'dense',
  input: f32('...', 784),
  output: f32('...', 784),
  forward: x => x,
})
const rows = op({ name: 'rows', input: f32('b', 'c'), output: f32('b', 'c'), forward: x => x })
const pairwise = op({
  name: 'pairwise',
  input: [f32('b', 't', 64), f32('b', 's', 64)],
  output: f32('b', 't', 64),
  forward: x => x,
})
const square = op({ name: 'square', input: f32('n', 'n'), output: f32('n', 'n'), forward: x => x })
const alike = op({
  name: 'alike',
  input: [f32('...', 2), f32('...', 3)],
  output: f32('...', 2),
  forward: x => x,
})
const nothing = op({ name: 'scalar', input: i32(), output: i32(), forward: x => x })

function paired(a: Shape, b: Shape): Tensor {
  const [x, y] = givenAll([a], [b])
  return pairwise(x! as Tensor<Shape, 'f32'>, y! as Tensor<Shape, 'f32'>)
}

const loose = (shape: Shape) => given(shape) as Tensor<Shape, 'f32'>

const sentences = [
  row<LastAxisRule<'dense', ['batch', 785], 'f32', 784>>(
    'dense: expects [..., 784], got [batch, 785]',
    () => widened(loose(['batch', 785])),
  ),
  row<LastAxisRule<'dense', [], 'f32', 784>>('dense: expects [..., 784], got []', () =>
    widened(loose([])),
  ),
  row<LastAxisRule<'dense', ['batch', 784], 'i32', 784>>(
    "dense: expects f32, got i32; use cast(x, 'f32')",
    () => widened(given(['batch', 784], 'i32')),
  ),
  row<ArgumentRule<'rows', ['b', 'c'], 'f32', ['n', 7, 64], 'f32', Start>>(
    'rows: expects [b, c], got [n, 7, 64]',
    () => rows(loose(['n', 7, 64])),
  ),
  row<ArgumentRule<'rows', ['b', 'c'], 'f32', ['n', 7], 'f64', Start>>(
    "rows: expects f32, got f64; use cast(x, 'f32')",
    () => rows(given(['n', 7], 'f64')),
  ),
  row<ArgumentRule<'square', ['n', 'n'], 'f32', [3, 4], 'f32', Start>>(
    'square: expects [n, n], got [3, 4]',
    () => square(loose([3, 4])),
  ),
  row<ArgumentRule<'pairwise', ['b', 's', 64], 'f32', ['k', 9, 64], 'f32', { b: 'n'; t: 7 }>>(
    'pairwise: expects [b=n, s, 64], got [k, 9, 64]',
    () => paired(['n', 7, 64], ['k', 9, 64]),
  ),
  row<ArgumentRule<'alike', ['...', 3], 'f32', ['k', 3], 'f32', { '...': ['n', 7] }>>(
    'alike: expects [...=[n, 7], 3], got [k, 3]',
    () => {
      const [x, y] = givenAll([['n', 7, 2]], [['k', 3]])
      return alike(x! as Tensor<Shape, 'f32'>, y! as Tensor<Shape, 'f32'>)
    },
  ),
  row<ArgumentRule<'scalar', [], 'i32', [1], 'i32', Start>>('scalar: expects [], got [1]', () =>
    nothing(given([1], 'i32') as Tensor<Shape, 'i32'>),
  ),
  row<SidesRule<['n', 2], 'f32', ['n', 3], 'f32'>>(
    'byMode: train is f32 [n, 2], but eval is f32 [n, 3]',
    () => {
      const [x, y] = givenAll([['n', 2]], [['n', 3]])
      return byMode({ train: x!, eval: y! })
    },
  ),
  row<SidesRule<[2], 'f32', [2], 'i32'>>('byMode: train is f32 [2], but eval is i32 [2]', () => {
    const [x, y] = givenAll([[2]], [[2], 'i32'])
    return byMode({ train: x!, eval: y! })
  }),
]

describe('a sentence of a call', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
    expect(call).toThrow(expect.objectContaining({ code: 'E101' }))
  })
})

describe('a pattern', () => {
  it('binds names and leading axes, in types as when the graph is built', () => {
    expectTypeOf<Fill<['b', 'c'], Match<['b', 't'], ['n', 7], Start>>>().toEqualTypeOf<
      ['n', number]
    >()
    expectTypeOf<Fill<['...', 'o'], Match<['...', 'o'], ['n', 7, 64], Start>>>().toEqualTypeOf<
      ['n', 7, 64]
    >()
    expectTypeOf<Match<['b', 't'], ['n'], Start>>().toEqualTypeOf<false>()
    expectTypeOf<Match<['b', 't'], Shape, Start>>().toEqualTypeOf<null>()
    expect(matchShape(['b', 't'], ['n', 7], NOTHING_BOUND)).toEqual(
      new Map<string, unknown>([
        ['b', 'n'],
        ['t', 7],
      ]),
    )
    expect(matchShape(['...', 'o'], ['n', 7, 64], NOTHING_BOUND)?.get('...')).toEqual(['n', 7])
    expect(matchShape(['...', 'o'], [], NOTHING_BOUND)).toBeUndefined()
    expect(matchShape(['b', 't'], ['n'], NOTHING_BOUND)).toBeUndefined()
  })

  it('takes a dim that is not known for any, and a dim of many values for unknown', () => {
    const take = (x: Tensor<['batch', number], 'f32'>, y: Tensor<['batch', 783 | 784], 'f32'>) =>
      [widened(x), widened(y)] as const
    expectTypeOf(take).returns.toEqualTypeOf<
      readonly [Tensor<['batch', 784], 'f32'>, Tensor<['batch', 784], 'f32'>]
    >()
    expect(() => take(loose(['batch', 783]) as never, loose(['batch', 784]) as never)).toThrow(
      'dense: expects [..., 784], got [batch, 783]',
    )
  })
})

describe('a result', () => {
  it('has the dims that the call bound', () => {
    const m = model({
      inputs: { x: f32('n', 7, 64), m: f32('n', 9, 64), s: i32('n'), u: u32(), b: bool('n') },
      params: { att: attend(64), fc: dense(64, 3) },
      body: ({ x, m: memory }, { att, fc }) => ({ a: att(x, memory), b: fc(att(x, memory)) }),
    })
    type Out = OutputsOf<typeof m>
    expectTypeOf<Out['a']>().toEqualTypeOf<Tensor<['n', 7, 64], 'f32'>>()
    expectTypeOf<Out['b']>().toEqualTypeOf<Tensor<['n', 7, 3], 'f32'>>()
    expect(m.toString()).toContain('f32[n,7,3]')
  })

  it('of three and four inputs follows all of them', () => {
    const three = op({
      name: 'three',
      input: [f32('a', 'b'), f32('b', 'c'), f32('c', 'd')],
      output: f32('a', 'd'),
      forward: (x, y, z) => matmul(matmul(x, y), z),
    })
    const four = layer({
      name: 'four',
      input: [f32('a'), f32('a'), f32('a'), f64('a')],
      output: f64('a'),
      apply: (x, y, z, w) => mul(w, cast(add(add(x, y), z), 'f64')),
    })
    const m = model({
      inputs: { x: f32(2, 3), y: f32(3, 4), z: f32(4, 5), v: f32(6), w: f64(6) },
      params: { four },
      body: ({ x, y, z, v, w }, { four: run }) => {
        const product = three(x, y, z)
        expectTypeOf(product).toEqualTypeOf<Tensor<[2, 5], 'f32'>>()
        const scaled = run(v, v, v, w)
        expectTypeOf(scaled).toEqualTypeOf<Tensor<[6], 'f64'>>()
        return { product, scaled }
      },
    })
    expect(m.graph.outputs.map(({ name }) => name)).toEqual(['product', 'scaled'])
  })
})

describe('a call', () => {
  const call = widened as unknown as (...inputs: unknown[]) => unknown

  it('takes as many tensors as there are slots', () => {
    expect(() => call()).toThrow('E102 dense: takes one input, got 0')
    expect(() => call(given([784]), given([784]))).toThrow('E102 dense: takes one input, got 2')
    const two = pairwise as unknown as (...inputs: unknown[]) => unknown
    expect(() => two(given([1, 1, 64]))).toThrow('E102 pairwise: takes 2 inputs, got 1')
  })

  it.each([
    [2, '2'],
    [undefined, 'nothing'],
    [[1], 'a list'],
    [Promise.resolve(1), 'a promise'],
    [dense(1, 1), 'an object'],
    [new Float32Array(2), 'a typed array'],
  ])('takes tensors only: %s', (value, got) => {
    expect(() => call(value)).toThrow(`E104 dense: inputs must be tensors of the graph, got ${got}`)
  })

  it('is reported at its own line', () => {
    const line = Number(/calls\.test\.ts:(\d+)/.exec(new Error().stack!)![1]) + 3
    let caught: unknown
    try {
      widened(loose([2]))
    } catch (error) {
      caught = error
    }
    expect((caught as { source: { line: number } }).source.line).toBe(line)
  })

  it('takes tensors of one graph only', () => {
    expect(() => pairwise(loose([1, 2, 64]), loose([1, 2, 64]))).toThrow('E104')
  })
})

describe('a definition', () => {
  const define = layer as unknown as (definition: object) => unknown
  const good = { name: 'l', input: f32('...', 2), output: f32('...', 2), apply: (x: unknown) => x }

  it.each([
    [{ ...good, name: '' }, 'E126 name: must be a text'],
    [{ ...good, input: [] }, 'E126 l: must have one to four inputs, got 0'],
    [{ ...good, input: Array(5).fill(f32(1)) }, 'E126 l: must have one to four inputs, got 5'],
    [{ ...good, input: [2] }, 'E126 l: input must be a slot, got 2'],
    [{ ...good, output: undefined, input: f32(-1) }, 'got -1'],
    [{ ...good, input: f32(2, '...') }, "sizes, names or a leading '...' for dims, got ..."],
    [{ ...good, output: f32('2*n') }, 'got 2*n'],
    [{ ...good, output: 'f32' }, 'E126 l: output must be a slot, got "f32"'],
  ])('that is not well formed is refused: %#', (definition, message) => {
    expect(() => define(definition)).toThrow(message)
    expect(() => define(definition)).toThrow('E126')
  })

  it('has a name that text can hold where it is an op', () => {
    const makeOp = op as unknown as (definition: object) => unknown
    expect(() => makeOp({ ...good, name: 'two words', forward: good.apply })).toThrow(
      'E126 op: the name must be a word, got "two words"',
    )
  })

  const bad = (output: unknown, applied: unknown) =>
    model({
      inputs: { x: f32('n', 2) },
      params: { l: layer({ ...good, output, apply: () => applied } as never) },
      body: ({ x }, { l }) => ({ y: (l as unknown as (x: Tensor) => Tensor)(x) }),
    })

  it.each([
    [undefined, 'E125 l: its body must return a tensor, got nothing'],
    [Promise.resolve(), 'E125 l: its body must return a tensor, got a promise'],
  ])('whose body returns no tensor is refused: %s', (applied, message) => {
    expect(() => bad(good.output, applied)).toThrow(message)
  })

  it('whose body returns another type than it declares is refused', () => {
    const run = (output: unknown) =>
      model({
        inputs: { x: f32('n', 2) },
        params: { l: layer({ ...good, output } as never) },
        body: ({ x }, { l }) => ({ y: (l as unknown as (x: Tensor) => Tensor)(x) }),
      })
    expect(() => run(f32('...', 7))).toThrow(
      'E125 l: declares output [..., 7], but its body returned [n, 2]',
    )
    expect(() => run(i32('...', 2))).toThrow('E125 l: declares i32, but its body returned f32')
  })

  it('of a block infers its output', () => {
    const encoder = block({
      name: 'encoder',
      input: f32('...', 4),
      params: { l1: dense(4, 3), l2: dense(3, 2), w: param([2]) },
      body: (x, { l1, l2, w }) => mul(l2(l1(x)), w),
    })
    const m = model({
      inputs: { x: f32('n', 't', 4) },
      params: { encoder },
      body: ({ x }, { encoder: encode }) => {
        const y = encode(x)
        expectTypeOf(y).toEqualTypeOf<Tensor<['n', 't', 2], 'f32'>>()
        return { y }
      },
    })
    expect(m.toString()).toContain('f32[n,t,2]')
  })
})
