// Elementwise formulas of several fields, in the order in which they are written on paper.

import {
  add,
  div,
  exp,
  f32,
  f64,
  maximum,
  mean,
  model,
  mul,
  neg,
  param,
  reciprocal,
  relu,
  square,
  sub,
} from '../../../src/index.ts'
import { dense, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** Decay with a learned time constant, a bump with compact support, a waiting time. */
const decay = model({
  name: 'decay',
  inputs: { t: f64('times'), y: f64('times') },
  params: { tau: param([], xavier(), { dtype: 'f64' }) },
  body({ t, y }, { tau }) {
    const signal = exp(div(t, neg(exp(tau))))
    const bump = exp(reciprocal(neg(square(t))))
    const third = neg(div(t, 3))
    const waiting = exp(neg(add(t, 0.5)))
    const gumbel = exp(neg(add(sub(t, 1.5), exp(neg(sub(t, 1.5))))))
    return { loss: mean(square(sub(add(signal, bump), y))), waiting, gumbel, third }
  },
})

/** Pixels to the unit interval and to mean 0, with a gain; and the way back. */
const pixels = model({
  name: 'pixels',
  inputs: { bytes: f32('batch', 4) },
  params: { gain: param([4], xavier()), layer: dense(4, 4) },
  body({ bytes }, { gain, layer }) {
    const scaled = div(div(bytes, 255), 0.3081)
    const centred = sub(div(bytes, 127.5), 1)
    const brighter = mul(div(bytes, 255), gain)
    const back = mul(add(layer(centred), 1), 127.5)
    const noise = div(sub(scaled, brighter), Math.sqrt(3))
    return { loss: mean(square(sub(div(back, 255), scaled))), noise }
  },
})

/** Margins on similar and on different pairs, each with an offset of its own. */
const margins = model({
  name: 'margins',
  inputs: { similar: f32('pairs', 3), different: f32('pairs', 3) },
  params: { score: dense(3, 1) },
  body({ similar, different }, { score }) {
    const [sp, sn] = [score(similar), score(different)]
    const gap = add(sub(0.7, sp), add(sn, 0.3))
    const triplet = maximum(add(sub(sn, sp), 0.2), 0)
    const circle = add(mul(relu(sub(1.2, sp)), sub(sp, 0.8)), mul(relu(add(sn, 0.2)), sub(sn, 0.2)))
    return { loss: mean(add(add(square(gap), triplet), circle)) }
  },
})

/** Formulas of the corpus. */
export const formulas: readonly Program[] = [
  program(decay, { dims: { times: 4 }, loss: 'loss', ranges: { t: [0.5, 1.5] } }),
  program(pixels, { dims: { batch: 3 }, loss: 'loss', ranges: { bytes: [0, 255] } }),
  program(margins, { dims: { pairs: 3 }, loss: 'loss' }),
]
