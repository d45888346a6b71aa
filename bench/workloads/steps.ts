// Training steps: forward, backward and update of classifiers of dense layers, on one batch, with
// params and slots resident. What is timed is `step` of a trainer that reads nothing back.
// Compiling such a step is a workload of its own, timed from the declaration to a trainer that is
// ready, initial params included.

import {
  type Explanation,
  f32,
  gradient,
  i32,
  mean,
  model,
  relu,
  softmaxCrossEntropy,
  type Tensor,
  tanh,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam, momentum, type Optimizer } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { floats, labels } from '../data.ts'
import { stepWork } from '../ideal.ts'
import { digits } from '../row.ts'
import type { StepTask } from '../task.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

/** A classifier, and how it is trained. */
interface Training {
  /** Units of every layer, inputs first, classes last. */
  readonly units: readonly number[]
  readonly activation: 'relu' | 'tanh'
  /** Whether every hidden dense layer is followed by a batch norm. */
  readonly isNormalized?: true
  readonly batch: number
  readonly optimizer: Optimizer
  /** The rate of Adam where peers are to do the same; they know no other optimizer here. */
  readonly adamRate?: number
}

const ACTIVATIONS = { relu, tanh }
const RATE = 1e-3
const SEED = 1
/** Losses of so many steps are compared: from the second on they tell of gradients and updates. */
const CHECKED_STEPS = 4

function classifierOf({ units, activation, isNormalized }: Training) {
  const activate = ACTIVATIONS[activation]
  const last = units.length - 2
  const hidden = units.slice(1, -1)
  return model({
    inputs: { x: f32('batch', units[0]!), y: i32('batch') },
    params: {
      layers: units.slice(1).map((size, i) => dense(units[i]!, size)),
      norms: isNormalized ? hidden.map(size => batchNorm(size)) : [],
    },
    body({ x, y }, { layers, norms }) {
      let h: Tensor<['batch', number], 'f32'> = x
      for (const [i, layer] of layers.entries()) {
        const z = layer(h)
        h = i < last ? activate(norms[i]?.(z) ?? z) : z
      }
      return { loss: mean(softmaxCrossEntropy(h, y)) }
    },
  })
}

const batchOf = ({ units, batch }: Training) => ({
  x: floats(batch * units[0]!, 2),
  y: labels(batch, units.at(-1)!, 3),
})

function trainerOf(training: Training, { backend }: Context) {
  const { optimizer, batch } = training
  const options = { loss: 'loss', optimizer, target: backend, dims: { batch } } as const
  return trainer(classifierOf(training), { ...options, seed: SEED })
}

async function prepareStep(training: Training, context: Context): Promise<Prepared> {
  const { batch, optimizer, adamRate } = training
  const program = classifierOf(training)
  const inputs = batchOf(training)
  const steps = await trainerOf(training, context)
  const losses: number[] = []
  if (adamRate !== undefined) {
    while (losses.length < CHECKED_STEPS) losses.push((await steps.step(inputs)).loss)
  }
  const derivative = gradient(program, { of: 'loss' })
  const [forward, both] = [program, derivative].map(({ graph }) => coreGraph(graph, { batch }))
  return {
    run: () => steps.step(inputs, { read: 'none' }),
    work: stepWork(forward!, both!, optimizer.slots.length),
    extra: memoryFigures(steps.explain().memory),
    ...(adamRate !== undefined && {
      comparison: { task: taskOf(training, adamRate), result: Float32Array.from(losses) },
    }),
    dispose: () => steps.dispose(),
  }
}

/** Bytes of the arenas, and what scratch is of the bytes that it would take unshared. */
export function memoryFigures({ state, scratch, plan: { unshared } }: Explanation['memory']) {
  const sharing = digits(scratch / unshared)
  return { stateBytes: state, scratchBytes: scratch, unsharedBytes: unshared, sharing }
}

function taskOf(training: Training, rate: number): StepTask {
  const { activation, batch, units } = training
  const { x, y } = batchOf(training)
  const { layers } = classifierOf(training).init(SEED).params
  return {
    kind: 'step',
    rate,
    activation,
    layers,
    x: { shape: [batch, units[0]!], data: x },
    labels: y,
    checkedSteps: CHECKED_STEPS,
  }
}

const MLP: Training = {
  units: [784, 128, 64, 10],
  activation: 'relu',
  batch: 128,
  optimizer: adam(RATE),
  adamRate: RATE,
}

/** Peers are left out: with running averages to keep, this is no plain function of theirs. */
const MLP_BATCH_NORM: Training = {
  units: [784, 256, 256, 10],
  activation: 'relu',
  isNormalized: true,
  batch: 128,
  optimizer: adam(RATE),
}

const WIDE: Training = {
  units: [1024, 2048, 2048, 10],
  activation: 'relu',
  batch: 256,
  optimizer: momentum(RATE),
}

const DEEP: Training = {
  units: [...new Array<number>(25).fill(64), 10],
  activation: 'tanh',
  batch: 32,
  optimizer: adam(RATE),
  adamRate: RATE,
}

const step = (name: string, summary: string, training: Training): Bench =>
  timed({ name, summary, prepare: context => prepareStep(training, context) })

/** Training steps. */
export const steps: readonly Bench[] = [
  step('step-mlp', 'a training step of 784-128-64-10, batch 128, Adam', MLP),
  step('step-mlp-bn', 'step-mlp as 784-256-256-10, batch norm before each ReLU', MLP_BATCH_NORM),
  step('step-mlp-wide', 'a training step of 1024-2048-2048-10, batch 256, momentum', WIDE),
  step('step-deep24', 'a training step of 24 tanh layers of 64, batch 32, Adam', DEEP),
]

/** Compiling a training step. */
export const compileDeep24: Bench = timed({
  name: 'compile-deep24',
  summary: 'from the declaration of the model of step-deep24 to a trainer that is ready',
  prepare: async context => ({
    run: async () => (await trainerOf(DEEP, context)).dispose(),
  }),
})
