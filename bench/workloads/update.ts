// The update of an optimizer alone, on one large parameter. Its gradient is an input: the loss is
// an op that costs next to nothing, and whose reverse rule gives that input. Every step starts
// where the one before ended, in the same memory.

import { f32, model, mul, op, param, reshape, slice, zeros } from '../../src/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { floats } from '../data.ts'
import { stepWork } from '../ideal.ts'
import type { AdamTask } from '../task.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

const SIZE = 2 ** 20
const RATE = 1e-3
const CHECKED_STEPS = 3

const withGradient = op({
  name: 'with_gradient',
  input: [f32('n'), f32('n')],
  output: f32(),
  forward: (parameter, _gradient) => reshape(slice(parameter, [0], [1]), []),
  vjp: ({ inputs: [, given], ct }) => [mul(ct, given), null],
})

const updated = model({
  inputs: { g: f32(SIZE) },
  params: { w: param([SIZE], zeros()) },
  body: ({ g }, { w }) => ({ loss: withGradient(w, g) }),
})

async function prepare({ backend }: Context): Promise<Prepared> {
  const shape: [number] = [SIZE]
  const [start, g] = [floats(SIZE, 1), floats(SIZE, 2)]
  const optimizer = adam(RATE)
  const steps = await trainer(updated, {
    loss: 'loss',
    optimizer,
    target: backend,
    dims: {},
    params: { w: { shape, dtype: 'f32', data: start } },
  })
  for (let i = 0; i < CHECKED_STEPS; i++) await steps.step({ g })
  const task: AdamTask = {
    kind: 'adam',
    rate: RATE,
    parameter: { shape, data: start },
    gradient: { shape, data: g },
    checkedSteps: CHECKED_STEPS,
  }
  const forward = coreGraph(updated.graph)
  return {
    run: () => steps.step({ g }, { read: 'none' }),
    work: stepWork(forward, forward, optimizer.slots.length),
    comparison: { task, result: (await steps.params()).w.data },
    dispose: () => steps.dispose(),
  }
}

/** The update of Adam. */
export const adam1m: Bench = timed({
  name: 'adam-1m',
  summary: 'the update of Adam on a parameter of 1 Mi numbers, its gradient given',
  prepare,
})
