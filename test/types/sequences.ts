// What tsc knows of sequences: the result of a call is exact wherever every part says what it makes
// of a tensor. Each value has the type that it must have; a wider one would not compile.

import {
  avgPool2d as averaged,
  block,
  type Dim,
  f32,
  gelu,
  i32,
  layer,
  leakyRelu,
  model,
  mul,
  maxPool2d as pooled,
  relu,
  repeat,
  reshape,
  type Shape,
  type ShapeIn,
  type Step,
  type Stepped,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
  transpose,
  typed,
} from '../../src/index.ts'
import {
  avgPool2d,
  batchNorm,
  conv2d,
  conv2dTranspose,
  dense,
  dropout,
  flatten,
  globalAvgPool,
  layerNorm,
  maxPool2d,
  sequential,
} from '../../src/nn/index.ts'
import { conv, residual } from './parts.ts'

/** Refuses what is not of this very type. */
const exactly =
  <Wanted>() =>
  <T extends Tensor>(got: [T, Wanted] extends [Wanted, T] ? T : ['not', Wanted, T]) =>
    got as T

type Rows<N extends number> = Tensor<['batch', N], 'f32'>

const mlp = sequential(dense(784, 128), relu, dense(128, 10))

/** A part that keeps the shape, written for any. */
const leaky = <S extends Shape>(x: Tensor<S, 'f32'>) => leakyRelu(x, 0.2)

/** A call that is written as what it makes of a tensor. */
interface SwapStep extends Step {
  readonly result: ShapeIn<this> extends readonly [infer A extends Dim, infer B extends Dim]
    ? Tensor<[B, A], 'f32'>
    : 'swap: expects [a, b]'
}

const swap = typed<Stepped<SwapStep>>()(
  layer({
    name: 'swap',
    input: f32('a', 'b'),
    output: f32('b', 'a'),
    apply: x => transpose(x),
  }),
)

/** Generic over widths, without a type or a cast. */
const twice = <W extends number>(width: W) => sequential(dense(width, width), tanh)

const wide = <W extends number>(width: W) =>
  layer({
    name: 'wide',
    input: f32('...', width),
    output: f32('...', width),
    params: { net: twice(width) },
    apply: (x, { net }) => relu(net(x)),
  })

const encoder = block({
  name: 'encoder',
  input: f32('...', 784),
  params: { mlp },
  body: (x, { mlp: net }) => softmax(net(x)),
})

/** What convolutional networks are made of. */
export const images = model({
  inputs: { x: f32('batch', 28, 28, 1), any: f32('batch', 'h', 'w', 3) },
  params: {
    cnn: sequential(
      conv2d(1, 16, 3, { padding: 'same', bias: false }),
      batchNorm(16),
      relu,
      maxPool2d({ size: 2 }),
      conv2d(16, 32, 3, { padding: 'same', bias: false }),
      batchNorm(32),
      relu,
      maxPool2d({ size: 2 }),
      flatten,
      dense(7 * 7 * 32, 10),
    ),
    strided: sequential(
      conv2d(1, 8, [5, 3], {
        stride: 2,
        padding: [
          [2, 2],
          [1, 0],
        ],
      }),
      relu,
    ),
    deep: conv2d(8, 16, 3, { groups: 4, dilation: [2, 1] }),
    up: sequential(conv2dTranspose(16, 6, 4, { stride: 2, padding: 'same', groups: 2 })),
    means: sequential(avgPool2d({ size: 3, stride: 1, padding: 'same' }), globalAvgPool),
    kept: conv2d(3, 4, [3, 5], { padding: 'same' }),
  },
  body({ x, any }, { cnn, strided, deep, up, means, kept }) {
    exactly<Tensor<['batch', 10], 'f32'>>()(cnn(x))
    exactly<Tensor<[3, 3, 16, 32], 'f32'>>()(cnn.params[4].params.kernel)
    const half = exactly<Tensor<['batch', 14, 14, 8], 'f32'>>()(strided(x))
    const few = exactly<Tensor<['batch', 10, 12, 16], 'f32'>>()(deep(half))
    exactly<Tensor<[3, 3, 2, 16], 'f32'>>()(deep.params.kernel)
    exactly<Tensor<[16], 'f32'>>()(deep.params.b)
    exactly<Tensor<['batch', 20, 24, 6], 'f32'>>()(up(few))
    exactly<Tensor<[4, 4, 3, 16], 'f32'>>()(up.params[0].params.kernel)
    exactly<Tensor<['batch', 16], 'f32'>>()(means(few))
    exactly<Tensor<['batch', 'h', 'w', 4], 'f32'>>()(kept(any))
    exactly<Tensor<['batch', 9, 28, 1], 'f32'>>()(pooled(x, { size: [3, 1] }))
    return { sizes: exactly<Tensor<['batch', 7, 9, 1], 'f32'>>()(averaged(x, { size: [4, 3] })) }
  },
})

export const sequences = model({
  inputs: {
    x: f32('batch', 784),
    text: f32('batch', 'time', 784),
    image: f32('batch', 28, 28, 1),
    labels: i32('batch', 2, 3),
    one: f32('batch'),
  },
  params: {
    mlp,
    encoder,
    kinds: sequential(
      dense(784, 128),
      batchNorm(128),
      sigmoid,
      dropout(0.5),
      layerNorm(128),
      gelu,
      leaky,
      softmax,
    ),
    cnn: sequential(conv(1, 8, 3), relu, conv(8, 4, 3), batchNorm(4), flatten, dense(2304, 10)),
    nested: sequential(sequential(flatten, dense(784, 64)), residual(64), dense(64, 10)),
    wide: wide(784),
    blocks: repeat(3, twice(784)),
    spread: sequential(...repeat(3, residual(784)), dense(784, 1)),
    lone: sequential(flatten),
    shaped: sequential((x: Tensor<['batch', 784], 'f32'>) => reshape(x, ['batch', 28, 28])),
    swapped: sequential(dense(784, 16), swap, swap, dense(16, 5), swap),
    unknown: sequential(dense(784, 128), x => mul(x, 2), dense(128, 10)),
  },
  body({ x, text, image, labels, one }, p) {
    let h = x
    for (const each of p.blocks) h = each(h)
    exactly<Rows<784>>()(h)
    exactly<Tensor<[784, 128], 'f32'>>()(p.mlp.params[0].params.w)
    exactly<Rows<10>>()(p.encoder(x))
    exactly<Tensor<['batch', 'time', 128], 'f32'>>()(p.kinds(text))
    exactly<Rows<10>>()(p.cnn(image))
    exactly<Rows<10>>()(p.nested(image))
    exactly<Rows<784>>()(p.wide(x))
    exactly<Rows<1>>()(p.spread(x))
    exactly<Tensor<['batch', 6], 'i32'>>()(p.lone(labels))
    exactly<Tensor<['batch', 28, 28], 'f32'>>()(p.shaped(x))
    exactly<Tensor<[5, 'batch'], 'f32'>>()(p.swapped(x))
    // A function without a type may do anything: only the build knows.
    exactly<Tensor<Shape, 'f32'>>()(p.unknown(x))
    return { logits: exactly<Rows<10>>()(p.mlp(x)), single: exactly<Rows<1>>()(flatten(one)) }
  },
})
