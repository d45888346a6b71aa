// Models that the tests of compile and of training share.

import {
  add,
  byMode,
  f32,
  i32,
  layer,
  mean,
  model,
  mul,
  param,
  relu,
  softmax,
  softmaxCrossEntropy,
  square,
  sub,
  zeros,
} from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'

/** 5-4-3 with ReLU and softmax cross-entropy. */
export const classifier = model({
  name: 'classifier',
  inputs: { x: f32('batch', 5), y: i32('batch') },
  params: { hidden: dense(5, 4), head: dense(4, 3) },
  body({ x, y }, { hidden, head }) {
    const logits = head(relu(hidden(x)))
    return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
  },
})

/** Takes the running mean of what it has seen away. */
export const centred = <W extends number>(width: W) =>
  layer({
    name: 'centred',
    input: f32('...', width),
    output: f32('...', width),
    state: { mean: param([width], zeros()) },
    apply(x, _, running) {
      const now = mean(x, 0)
      const used = byMode({ train: now, eval: running.mean })
      return {
        output: sub(x, used),
        state: { mean: add(mul(running.mean, 0.5), mul(now, 0.5)) },
      }
    },
  })

/** A model with state: the mean square distance of scaled centred values from 1. */
export const stateful = model({
  name: 'stateful',
  inputs: { x: f32('batch', 3) },
  params: { centre: centred(3), scale: param([3]) },
  body({ x }, { centre, scale }) {
    const out = mul(centre(x), scale)
    return { loss: mean(square(sub(out, 1))), out }
  },
})

/** `length` numbers that look random, from -1 to 1. */
export function values(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed))
}

/** A batch for the classifier. */
export function batch(size: number, seed = 1) {
  return { x: values(size * 5, seed), y: Int32Array.from({ length: size }, (_, i) => (i * 7) % 3) }
}
