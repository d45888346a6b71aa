// Mistakes of users, each with the error that tsc must report: `//! where => message` lines stand
// before the statement, and a line that begins with `//` goes on. Sentences that tsc composes
// itself vary between its versions: of those only the code is pinned. users.test.ts compares.

import {
  add,
  batchNorm as batchNormOp,
  block,
  compile,
  f32,
  gradient,
  type Host,
  i32,
  layer,
  matmul,
  mean,
  model,
  op,
  param,
  relu,
  repeat,
  type Shape,
  softmax,
  softmaxCrossEntropy,
  type Tensor,
} from '../../../src/index.ts'
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
  zeros,
} from '../../../src/nn/index.ts'
import { attend, conv, residual } from '../parts.ts'

declare function constantImage(x: Tensor<Shape, 'f32'>): Tensor<[1, 28, 28, 1], 'i32'>
const inputs = { x: f32('batch', 784), y: i32('batch') }
const parts = {
  l1: dense(784, 256),
  bn1: batchNorm(256),
  blocks: repeat(3, residual(256)),
  head: dense(256, 10),
}

// ---- in the body

//! x => dense: expects [..., 784], got [batch, 785]
model({
  inputs: { x: f32('batch', 785) },
  params: { l1: dense(784, 256) },
  body: ({ x }, { l1 }) => ({ h: l1(x) }),
})
//! h => dense: expects [..., 784], got [batch, 256]
model({
  inputs,
  params: parts,
  body({ x, y }, { l1, bn1, head }) {
    const h = relu(bn1(l1(x)))
    const logits = head(l1(h))
    return { loss: mean(softmaxCrossEntropy(logits, y)) }
  },
})
//! y => softmaxCrossEntropy: labels must be i32, got f32; use cast(labels, 'i32')
model({
  inputs: { x: f32('batch', 784), y: f32('batch') },
  params: parts,
  body({ x, y }, { l1, head }) {
    return { loss: mean(softmaxCrossEntropy(head(l1(x)), y)) }
  },
})
//! headd => TS2339
model({
  inputs,
  params: parts,
  body({ x }, { l1, headd }) {
    return { loss: mean(headd(l1(x))) }
  },
})
//! z => TS2339
model({
  inputs,
  params: parts,
  body({ x, z }, { l1 }) {
    return { loss: mean(add(l1(x), z)) }
  },
})
//! y => dense: expects f32, got i32; use cast(x, 'f32')
model({
  inputs,
  params: parts,
  body({ y }, { l1 }) {
    return { loss: mean(l1(y)) }
  },
})
//! body => TS2322
model({
  inputs,
  params: parts,
  body({ x }, { l1 }) {
    mean(l1(x))
  },
})
//! l2 => TS2339
model({
  inputs,
  params: parts,
  body({ x }, p) {
    return { loss: mean(p.l2(x)) }
  },
})
//! dense => TS2349
model({
  inputs,
  params: parts,
  body({ x }, { l1, blocks }) {
    let h = l1(x)
    for (const b of blocks) h = b(h)
    h = dense(256, 10)(h)
    return { h }
  },
})
//! h => TS2322
model({
  inputs,
  params: { ...parts, up: dense(256, 300) },
  body({ x }, { l1, up }) {
    let h = l1(x)
    h = up(h)
    return { h }
  },
})
//! dense => TS2554
model({
  inputs,
  params: { l1: dense(784) },
  body({ x }, { l1 }) {
    return { h: l1(x) }
  },
})
//! parms => TS2561
//! l1 => TS2339
model({
  inputs,
  parms: parts,
  body({ x }, { l1 }) {
    return { h: l1(x) }
  },
})
//! h => batchNorm: expects [..., 128], got [batch, 256]
//! y => dropout: expects f32, got i32; use cast(x, 'f32')
//! h => layerNorm: expects [..., 64], got [batch, 256]
model({
  inputs,
  params: { l1: dense(784, 256), bn: batchNorm(128), drop: dropout(0.5), ln: layerNorm(64) },
  body({ x, y }, { l1, bn, drop, ln }) {
    const h = l1(x)
    return { a: bn(h), b: drop(y), c: ln(h), d: drop(h) }
  },
})
//! x => dense: expects [..., 64], got [batch, 128]
//! x => dense: expects [..., 784], got [batch, 256]
//! y => dense: expects f32, got i32; use cast(x, 'f32')
//! y => relu: needs f32 or f64, got i32; use cast(x, 'f32')
//! x => conv: expects f32, got i32; use cast(x, 'f32')
//! x => sequential: a function takes [batch, 10], got [batch, 784]
model({
  inputs,
  params: {
    net: sequential(dense(784, 128), relu, dense(64, 10)),
    nested: sequential(dense(784, 256), sequential(batchNorm(256), dense(784, 10), dropout(0.5))),
    head: sequential(relu, sequential(flatten, dense(784, 10))),
    first: sequential(relu, flatten),
    one: sequential(constantImage, conv(1, 32, 3)),
    typed: sequential((x: Tensor<['batch', 10], 'f32'>) => relu(x)),
  },
  body: ({ x, y }, p) => ({
    a: p.net(x),
    b: relu(p.nested(x)),
    c: add(p.net(y), 1),
    d: p.first(y),
    e: p.one(x),
    f: p.typed(x),
    g: p.head(x),
  }),
})
//! i => conv2d: input has 16 channels (axis 3 of [n, 14, 14, 16]) but the kernel expects 8 (axis 2
// of [3, 3, 8, 4])
//! i => maxPool2d: window height 3 exceeds padded input height 2
//! i => conv2dTranspose: input has 3 channels (axis 3 of [n, 28, 28, 3]) but the kernel expects 4
// (axis 3 of [2, 2, 3, 4])
//! x => conv2d: input must be [n, h, w, c], got [batch, 784]
//! y => conv2d: expects f32, got i32; use cast(x, 'f32')
//! x => globalAvgPool: input must be [n, h, w, c], got [batch, 784]
model({
  inputs: { ...inputs, i: f32('n', 28, 28, 3) },
  params: {
    net: sequential(
      conv2d(3, 16, 3),
      maxPool2d({
        size: 2,
        padding: [
          [1, 1],
          [1, 1],
        ],
      }),
      conv2d(8, 4, 3),
    ),
    small: sequential(avgPool2d({ size: 14 }), sequential(relu, maxPool2d({ size: 3 }))),
    up: conv2dTranspose(4, 3, 2),
    first: sequential(conv2d(784, 10, 1), flatten),
    last: sequential(relu, globalAvgPool),
  },
  body: ({ x, y, i }, { net, small, up, first, last }) => ({
    a: net(i),
    b: small(i),
    c: up(i),
    d: first(x),
    e: first(y),
    f: last(x),
  }),
})
//! 0 => conv2d: size must be 1 or more, got 0
export const c1 = conv2d(1, 8, 0)
//! { => conv2d: 6 inputs are not divisible by 4 groups
export const c2 = conv2d(6, 8, 3, { groups: 4 })
//! { => conv2dTranspose: outputPadding must be less than the stride of 1, got 1
export const c3 = conv2dTranspose(6, 8, 3, { outputPadding: 1 })
//! { => maxPool2d: size must be 1 or more, got 0
export const c4 = maxPool2d({ size: 0 })
//! b => TS2339
model({
  inputs: { i: f32('n', 28, 28, 3) },
  params: { c: conv2d(3, 16, 3, { bias: false }) },
  body: ({ i }, { c }) => ({ a: add(c(i), c.params.b) }),
})
//! 3 => TS2345
export const s1 = sequential(dense(784, 128), 3)
//! epsilo => TS2561
export const bn = batchNorm(128, { epsilo: 1e-3 })
//! g => batchNorm: x [batch, 784] needs gamma [784], got [785]
//! axes => batchNorm: axis [2] is out of range for [batch, 784] (rank 2: use -2..1)
model({
  inputs,
  params: { g: param([785]), b: param([784]) },
  body: ({ x }, { g, b }) => ({
    a: batchNormOp(x, g, b).output,
    c: batchNormOp(x, b, b, { axes: [2] }).output,
  }),
})

// ---- gradient

const m = model({
  inputs,
  params: parts,
  body({ x, y }, { l1, bn1, head }) {
    const logits = head(bn1(l1(x)))
    return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
  },
})
//! of => loss
gradient(m, { of: 'los' })
//! of => gradient: output 'probabilities' is f32 [batch, 10]; only a scalar f32 can be
// differentiated
gradient(m, { of: 'probabilities' })
//! of => gradient: this model has no scalar f32 output; use mean(...) or sum(...)
gradient(model({ inputs, params: parts, body: ({ x }, { l1 }) => ({ p: l1(x) }) }), { of: 'loss' })
//! 'hed' => TS2820
gradient(m, { of: 'loss', wrt: ['l1', 'hed'] })

// ---- compile and run

const program = gradient(m, { of: 'loss' })
const run = await compile(program, { target: 'wasm', dims: { batch: 128 } })
//! dims => TS2741
compile(program, { target: 'wasm', dims: {} })
//! time => compile: this program has no dim 'time'
compile(program, { target: 'wasm', dims: { batch: 128, time: 3 } })
//! target => TS2322
compile(program, { target: 'gpu', dims: { batch: 128 } })
const { params, state } = m.init(1)
const X = new Float32Array(100352)
const Y = new Int32Array(128)
const small: Host<[64, 784], 'f32'> = { shape: [64, 784], dtype: 'f32', data: X }
//! { => TS2345 or TS2741
run({ x: X }, params, state)
//! y => run: input y is i32: pass a Int32Array
run({ x: X, y: X }, params, state)
//! x => run: input x is [128, 784], got [64, 784]
run({ x: small, y: Y }, params, state)
//! z => run: this model has no input z
run({ x: X, y: Y, z: Y }, params, state)
//! run => TS2554
run({ x: X, y: Y })
//! run => TS2554
run({ x: X, y: Y }, params)
//! l1 => TS2741
run({ x: X, y: Y }, { ...params, l1: { w: params.l1.w } }, state)
const r = run({ x: X, y: Y }, params, state)
//! v => TS2339
r.grads.l1.v
//! l9.w => TS2339
r.grads.l9.w
//! r.grads.blocks => TS2532
//! 3 => TS2493
r.grads.blocks[3].fc.w
//! mean => TS2339
r.grads.bn1.mean
//! lss => TS2551
r.lss
//! bad => TS2322
export const bad: Host<[784, 10], 'f32'> = r.grads.l1.w

// ---- authors of layers and ops

//! fd => TS2339
//! fc => TS2304
export const l = <W extends number>(w: W) =>
  layer({
    name: 'l',
    input: f32('...', w),
    output: f32('...', w),
    params: { fc: dense(w, w) },
    apply: (x, { fd }) => fd(fc(x)),
  })
//! fc => TS2322
export const l2 = <W extends number>(w: W) =>
  layer({
    name: 'l2',
    input: f32('...', w),
    output: i32('...', w),
    params: { fc: dense(w, w) },
    apply: (x, { fc }) => fc(x),
  })
//! state => TS2741
export const l3 = <W extends number>(w: W) =>
  layer({
    name: 'l3',
    input: f32('...', w),
    output: f32('...', w),
    state: { n: param([w], zeros()) },
    apply: x => ({ output: x, state: {} }),
  })
//! vjp => TS2322
export const o1 = op({
  name: 'o1',
  input: [f32('a', 'b'), f32('b', 'c')],
  output: f32('a', 'c'),
  forward: (x, y) => matmul(x, y),
  vjp: ({ ct }) => [ct],
})
const two = op({
  name: 'two',
  input: [f32('a', 'k'), f32('k', 'c')],
  output: f32('a', 'c'),
  forward: (x, y) => matmul(x, y),
})
//! w => two: expects [k=784, c], got [785, 10]
//! w => add: cannot broadcast [batch, 10] with [785, 10]: batch vs 785 at axis -2
model({
  inputs: { x: f32('batch', 784) },
  params: { w: param([785, 10]), v: param([784, 10]) },
  body: ({ x }, { w, v }) => ({ a: two(x, w), b: two(x, v), c: add(two(x, v), w) }),
})
//! l1 => dense: expects [..., 255], got [..., 256]
export const b1 = block({
  name: 'b1',
  input: f32('...', 784),
  params: { l1: dense(784, 256), l2: dense(255, 10) },
  body: (x, { l1, l2 }) => l2(l1(x)),
})
//! m => attend: expects [b=n, s, 64], got [k, 9, 64]
//! i => conv2d: input has 3 channels (axis 3 of [n, 2, 28, 3]) but the kernel expects 1 (axis 2 of
// [3, 3, 1, 32])
//! i => conv2d: kernel height 3 exceeds padded input height 2
model({
  inputs: { x: f32('n', 7, 64), m: f32('k', 9, 64), i: f32('n', 2, 28, 3) },
  params: { att: attend(64), c: conv(1, 32, 3), c3: conv(3, 32, 3) },
  body: ({ x, m, i }, { att, c, c3 }) => ({ a: att(x, m), b: c(i), c: c3(i) }),
})
//! 3 => TS2554
model({
  inputs,
  params: parts,
  body({ x }, { l1 }) {
    const h = l1(x, 3)
    return { h }
  },
})
//! {} => TS2345 or TS2739
run({}, params, state)
