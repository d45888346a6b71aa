// Layers and ops as authors write them, for the type tests: generic over widths without a type or
// a cast, two inputs, state, a reverse rule, and a call type by hand. Compiled as users would.

import {
  add,
  byMode,
  type DTypeIn,
  f32,
  layer,
  mean,
  mul,
  op,
  param,
  relu,
  rsqrt,
  type ShapeIn,
  type Step,
  type Steps,
  sub,
  type Tensor,
  typed,
  type Unless,
} from '../../src/index.ts'
import type { Checked, Out } from '../../src/ir/shape-sentence.ts'
import type { Conv2dRule } from '../../src/model/shapes/convolution.ts'
import { dense, heNormal, ones, zeros } from '../../src/nn/index.ts'

/** A width-keeping layer made of another. */
export const residual = <W extends number>(width: W) =>
  layer({
    name: 'residual',
    input: f32('...', width),
    output: f32('...', width),
    params: { fc: dense(width, width) },
    apply: (x, { fc }) => add(x, relu(fc(x))),
  })

/** A layer with state, whose sides of the mode differ. */
export const batchNorm = <W extends number>(width: W) =>
  layer({
    name: 'batchNorm',
    input: f32('...', width),
    output: f32('...', width),
    params: { gamma: param([width], ones()), beta: param([width], zeros()) },
    state: { mean: param([width], zeros()), variance: param([width], ones()) },
    apply(x, { gamma, beta }, running) {
      const axes = x.shape.map((_, axis) => axis).slice(0, -1)
      const center = mean(x, axes)
      const distance = sub(x, center)
      const variance = mean(mul(distance, distance), axes)
      const blend = (old: Tensor, now: Tensor) =>
        add(mul(old as typeof center, 0.9), mul(now as typeof center, 0.1))
      const scale = byMode({ train: variance, eval: running.variance })
      const shifted = sub(x, byMode({ train: center, eval: running.mean }))
      return {
        output: add(mul(mul(shifted, rsqrt(add(scale, 1e-5))), gamma), beta),
        state: { mean: blend(running.mean, center), variance: blend(running.variance, variance) },
      }
    },
  })

/** Two inputs that share a dim. */
export const attend = <W extends number>(width: W) =>
  layer({
    name: 'attend',
    input: [f32('b', 't', width), f32('b', 's', width)],
    output: f32('b', 't', width),
    params: { q: dense(width, width), k: dense(width, width) },
    apply: (x, memory, { q, k }) => add(q(x), mean(k(memory), 1, { keepDims: true })),
  })

/** An op with its own reverse rule. */
export const hardTanh = op({
  name: 'hardTanh',
  input: f32('...'),
  output: f32('...'),
  forward: x => relu(x),
  vjp: ({ inputs: [x], ct }) => [mul(ct, relu(x))],
})

type KernelOf<I extends number, O extends number, K extends number> = [K, K, I, O]
type Padding = 'same' | 'valid'
type ConvRule<
  S extends Tensor['shape'],
  I extends number,
  O extends number,
  K extends number,
  P extends Padding,
> = Conv2dRule<S, KernelOf<I, O, K>, { padding: P }>

type Conv2d<
  S extends Tensor['shape'],
  I extends number,
  O extends number,
  K extends number,
  P extends Padding,
> = Tensor<Out<ConvRule<S, I, O, K, P>>, 'f32'>

/** What a sequence makes of it. */
interface ConvStep<I extends number, O extends number, K extends number, P extends Padding>
  extends Step {
  readonly result: DTypeIn<this> extends 'f32'
    ? Unless<ConvRule<ShapeIn<this>, I, O, K, P>, Conv2d<ShapeIn<this>, I, O, K, P>>
    : `conv: expects f32, got ${DTypeIn<this>}; use cast(x, 'f32')`
}

interface Conv<I extends number, O extends number, K extends number, P extends Padding>
  extends Steps<ConvStep<I, O, K, P>> {
  <S extends Tensor['shape']>(
    x: Checked<Tensor<S, 'f32'>, ConvRule<S, I, O, K, P>>,
  ): Conv2d<S, I, O, K, P>
}

/** A call type by hand, where output sizes need arithmetic; only its types are of interest. */
export const conv = <
  I extends number,
  O extends number,
  K extends number,
  P extends Padding = 'valid',
>(
  channels: I,
  filters: O,
  size: K,
) =>
  typed<Conv<I, O, K, P>>()(
    layer({
      name: 'conv',
      input: f32('n', 'h', 'w', channels),
      output: f32('n', 'oh', 'ow', filters),
      params: { kernel: param([size, size, channels, filters], heNormal()), b: param([filters]) },
      apply: x => x,
    }),
  )
