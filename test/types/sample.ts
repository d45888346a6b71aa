// The interface as users see it, on one page: a layer author, an op author, a block, a model, its
// derivatives, a selection and runs, without a type written and without a cast. Compiled as users
// would, and run by nobody: the same words are tested elsewhere.

import {
  add,
  block,
  byMode,
  compile,
  f32,
  gradient,
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
import { dense, heNormal, zeros } from '../../src/nn/index.ts'
import { batchNorm, hardTanh, residual } from './parts.ts'

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

const images = new Float32Array(128 * 784)
const labels = new Int32Array(128)
const { params, state } = mlp.init(1)
const dims = { batch: 128 }
const step = gradient(mlp, { of: 'loss', inputs: ['x'] })
const run = await compile(step, { target: 'js', dims })
const r = run({ x: images, y: labels }, params, state)
const forward = await compile(jvp(mlp, { of: 'loss', wrt: ['head'] }), { target: 'js', dims })
const tangents = { head: { w: r.grads.head.w } }
const { tangent } = forward({ x: images, y: labels }, params, r.state, { tangents })
const inference = select(mlp, { inputs: ['x'], outputs: ['probabilities'] })
const predict = await compile(inference, { target: 'js', dims: { batch: 1 } })
const { probabilities } = predict({ x: images.subarray(784) }, params, state)

/** What came of it, so that nothing is left out. */
export const out: readonly [number, number, readonly [number, number], 'f32', readonly [1, 10]] = [
  r.loss,
  tangent,
  r.grads.blocks[0].fc.w.shape,
  r.inputGrads.x.dtype,
  probabilities.shape,
]
