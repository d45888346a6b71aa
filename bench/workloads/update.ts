// The update of an optimizer alone, on one large parameter. Its gradient is an input: the loss is
// an op that costs next to nothing, and whose reverse rule gives that input. Every step starts
// where the one before ended, in the same memory.

import { f32, model, mul, op, param, reshape, slice, zeros } from '../../src/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { floats } from '../data.ts'
import { adam as adamByHand } from '../hand-written.ts'
import { stepWork } from '../ideal.ts'
import type { AdamTask } from '../task.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

const RATE = 1e-3
const CHECKED_STEPS = 3

const withGradient = op({
  name: 'with_gradient',
  input: [f32('n'), f32('n')],
  output: f32(),
  forward: (parameter, _gradient) => reshape(slice(parameter, [0], [1]), []),
  vjp: ({ inputs: [, given], ct }) => [mul(ct, given), null],
})

const updated = (size: number) =>
  model({
    inputs: { g: f32(size) },
    params: { w: param([size], zeros()) },
    body: ({ g }, { w }) => ({ loss: withGradient(w, g) }),
  })

/** The same steps as a loop: the parameter and what is kept for it are updated in place as well. */
function steppedByHand(start: Float32Array, g: Float32Array) {
  const state = { p: start.slice(), m: new Float32Array(g.length), v: new Float32Array(g.length) }
  let steps = 0
  const run = () => adamByHand(state, g, RATE, ++steps)
  while (steps < CHECKED_STEPS) run()
  return { run, result: state.p.slice() }
}

/** Updates of a parameter of so many numbers, beside a loop. */
export async function prepareAdam(size: number, { backend }: Context): Promise<Prepared> {
  const shape: [number] = [size]
  const [start, g] = [floats(size, 1), floats(size, 2)]
  const optimizer = adam(RATE)
  const program = updated(size)
  const steps = await trainer(program, {
    loss: 'loss',
    optimizer,
    target: backend,
    dims: {},
    params: { w: { shape, dtype: 'f32', data: start } },
  })
  for (let i = 0; i < CHECKED_STEPS; i++) await steps.step({ g })
  const result = (await steps.params()).w.data
  const hand = steppedByHand(start, g)
  const task: AdamTask = {
    kind: 'adam',
    rate: RATE,
    parameter: { shape, data: start },
    gradient: { shape, data: g },
    checkedSteps: CHECKED_STEPS,
  }
  const forward = coreGraph(program.graph)
  return {
    run: () => steps.step({ g }, { read: 'none' }),
    work: stepWork(forward, forward, optimizer.slots.length),
    hand: { run: hand.run, results: [[result, hand.result]] },
    comparison: { task, result },
    dispose: () => steps.dispose(),
  }
}

/** The update of Adam. */
export const adam1m: Bench = timed({
  name: 'adam-1m',
  summary: 'the update of Adam on a parameter of 1 Mi numbers, its gradient given',
  prepare: context => prepareAdam(2 ** 20, context),
})
