// Batch normalization alone, forward and backward in one program: the cotangent of its output is an
// input. What is timed is one run of the compiled program, results in arrays of their own, as those
// of the loop written by hand are. Peers are left out: they have no such call that also keeps
// running averages.

import { compile, f32, gradient, model, mul, op, reshape, slice } from '../../src/index.ts'
import { batchNorm } from '../../src/nn/index.ts'
import { floats } from '../data.ts'
import * as byHand from '../hand-written-norm.ts'
import { forwardWork } from '../ideal.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

/** A loss that costs nothing and whose reverse rule gives the cotangent. */
const withCotangent = op({
  name: 'with_cotangent',
  input: [f32('batch', 'features'), f32('batch', 'features')],
  output: f32(),
  forward: (y, _ct) => reshape(slice(y, [0, 0], [1, 1]), []),
  vjp: ({ inputs: [, given], ct }) => [mul(ct, given), null],
})

const normalized = (batch: number, features: number) =>
  model({
    inputs: { x: f32(batch, features), ct: f32(batch, features) },
    params: { norm: batchNorm(features) },
    body: ({ x, ct }, { norm }) => {
      const y = norm(x)
      return { y, loss: withCotangent(y, ct) }
    },
  })

/** Batch normalization of [batch, features], beside a loop. */
export async function prepareBatchNorm(
  batch: number,
  features: number,
  { backend }: Context,
): Promise<Prepared> {
  // Far from centred, so that a variance that is taken carelessly shows.
  const x = floats(batch * features, 1, 2, 4)
  const ct = floats(batch * features, 2)
  const program = normalized(batch, features)
  const { params, state } = program.init(0)
  const gradients = gradient(program, { of: 'loss', inputs: ['x'] })
  const compiled = await compile(gradients, { target: backend, dims: {} })
  const run = () => compiled({ x, ct }, params, state)
  const { gamma, beta } = params.norm
  const { mean, variance } = state.norm
  const given = {
    x,
    ct,
    gamma: gamma.data,
    beta: beta.data,
    mean: mean.data,
    variance: variance.data,
  }
  const hand = () => byHand.batchNorm(given)
  return {
    run,
    work: forwardWork(coreGraph(gradients.graph)),
    hand: { run: hand, results: pairs(run(), hand()) },
    dispose: compiled.dispose,
  }
}

interface Data {
  readonly data: Float32Array
}

interface Computed {
  readonly y: Data
  readonly inputGrads: { readonly x: Data }
  readonly grads: { readonly norm: { readonly gamma: Data; readonly beta: Data } }
  readonly state: { readonly norm: { readonly mean: Data; readonly variance: Data } }
}

function pairs({ y, inputGrads, grads, state }: Computed, hand: byHand.BatchNormResult) {
  const ours = [
    [y, hand.y],
    [inputGrads.x, hand.dx],
    [grads.norm.gamma, hand.dGamma],
    [grads.norm.beta, hand.dBeta],
    [state.norm.mean, hand.mean],
    [state.norm.variance, hand.variance],
  ] as const
  return ours.map(([{ data }, theirs]) => [data, theirs] as const)
}

/** Batch normalization, forward and backward. */
export const batchNorm256: Bench = timed({
  name: 'bn-256x512',
  summary: 'batch norm of [256,512], forward and backward: y, averages, dx, dgamma, dbeta',
  prepare: context => prepareBatchNorm(256, 512, context),
})
