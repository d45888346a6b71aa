// The interface as users see it, on one page: a layer author, an op author, a block, a model, its
// derivatives, a selection and runs, without a type written and without a cast. Compiled as users
// would, and run.

import {
  add,
  block,
  byMode,
  compile,
  f32,
  gradient,
  type Host,
  i32,
  jvp,
  layer,
  matmul,
  mean,
  model,
  mul,
  param,
  relu,
  repeat,
  select,
  softmax,
  softmaxCrossEntropy,
} from '../../src/index.ts'
import { batchNorm, dense, heNormal, zeros } from '../../src/nn/index.ts'
import { hardTanh, residual } from './parts.ts'

const gated = <W extends number>(width: W) =>
  layer({
    name: 'gated',
    input: f32('...', width),
    output: f32('...', width),
    params: { fc: dense(width, width), gate: param([width], zeros()) },
    apply: (x, { fc, gate }) => add(x, mul(relu(fc(x)), gate)),
  })

const encoder = block({
  name: 'encoder',
  input: f32('...', 784),
  params: { l1: dense(784, 256), bn: batchNorm(256) },
  body: (x, { l1, bn }) => relu(bn(l1(x))),
})

const mlp = model({
  inputs: { x: f32('batch', 784), y: i32('batch') },
  params: {
    encoder,
    blocks: repeat(3, residual(256)),
    gated: gated(256),
    head: { w: param([256, 10], heNormal()), b: param([10], zeros(), { trainable: false }) },
  },
  body({ x, y }, { encoder: encode, blocks, gated: gate, head }) {
    let h = encode(x)
    for (const each of blocks) h = each(h)
    h = byMode({ train: mul(h, 2), eval: h })
    const logits = add(matmul(hardTanh(gate(h)), head.w), head.b)
    return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
  },
})

const images = Float32Array.from({ length: 128 * 784 }, (_, i) => Math.sin(i))
const labels = Int32Array.from({ length: 128 }, (_, i) => i % 10)
const { params, state } = mlp.init(1)
const step = gradient(mlp, { of: 'loss', inputs: ['x'] })
const run = await compile(step, { target: 'js', dims: { batch: 128 } })
const r = run({ x: images, y: labels }, params, state)
const forward = await compile(jvp(mlp, { of: 'loss', wrt: ['head'] }), {
  target: 'js',
  dims: { batch: 128 },
})
const tangents = { head: { w: r.grads.head.w } }
const { tangent } = forward({ x: images, y: labels }, params, r.state, { tangents })
const inference = select(mlp, { inputs: ['x'], outputs: ['probabilities'] })
const predict = await compile(inference, { target: 'js', dims: { batch: 1 } })
const { probabilities } = predict({ x: images.subarray(0, 784) }, params, state)

/** What came of it, with the types it must have. */
export const out: {
  readonly loss: number
  readonly tangent: number
  readonly direction: Host<[256, 10], 'f32'>
  readonly block: Host<[256, 256], 'f32'>
  readonly image: Host<[128, 784], 'f32'>
  readonly mean: Host<[256], 'f32'>
  readonly probabilities: Host<[1, 10], 'f32'>
} = {
  loss: r.loss,
  tangent,
  direction: tangents.head.w,
  block: r.grads.blocks[0].fc.w,
  image: r.inputGrads.x,
  mean: r.state.encoder.bn.mean,
  probabilities,
}
