// Optimizers against their textbook loops in plain arithmetic, through the training step graph in
// the reference interpreter.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { tensorType } from '../../src/ir/type.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { add, square, sub } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { adam, gradientDescent, momentum, type Optimizer } from '../../src/optim/index.ts'
import {
  blockName,
  type ParamBlock,
  scalarName,
  slotName,
  trainingStep,
} from '../../src/optim/training-step.ts'

const W = tensorType('f64', [2, 3])
const B = tensorType('f64', [3])
/** A gap of two elements between the members, and one at the end. */
const BLOCK: ParamBlock = {
  dtype: 'f64',
  size: 12,
  members: [
    { name: 'w', type: W, start: 0 },
    { name: 'b', type: B, start: 8 },
  ],
}

/** loss = Σ w² + Σ (b − x)². */
function stepGraph(optimizer: Optimizer) {
  const builder = new GraphBuilder('quadratic')
  const x = builder.input('x', B)
  const w = builder.param('w', W)
  const b = builder.param('b', B)
  builder.output('loss', add(sum(square(w)), sum(square(sub(b, x)))))
  const graph = gradient(builder.finish(), { of: 'loss' })
  return trainingStep(graph, [BLOCK], optimizer)
}

const START = [1, -2, 3, 0.5, 0, -1, 0, 0, 2, 2, -3, 0]
const X = [0.5, -0.5, 1]

/** Runs the graph `steps` times; the state of one step is the argument of the next. */
function trained(optimizer: Optimizer, steps: number) {
  const graph = stepGraph(optimizer)
  expect(verifyGraph(graph)).toEqual([])
  const state: Record<string, Literal> = {}
  for (const { name, role, type } of graph.arguments) {
    if (role === 'state') state[name] = Literal.full('f64', type.shape as number[], 0)
  }
  state[blockName('f64')] = Literal.from(START, 'f64')
  for (let step = 1; step <= steps; step++) {
    const scalars = Object.entries(optimizer.scalars).map(([name, value]) => {
      const number = value(step, optimizer.learningRate)
      return [scalarName(name, 'f64'), Literal.scalar('f64', number)]
    })
    const values = { x: Literal.from(X, 'f64'), ...state, ...Object.fromEntries(scalars) }
    Object.assign(state, interpret(graph, values).updates)
  }
  return state
}

const gradientAt = (p: readonly number[]) =>
  p.map((value, i) => {
    if (i < 6) return 2 * value
    return i >= 8 && i < 11 ? 2 * (value - X[i - 8]!) : 0
  })

const valuesOf = (literal: Literal) => Array.from(literal.values())

function close(got: readonly number[], wanted: readonly number[]) {
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i]! - value), `element ${i}`).toBeLessThanOrEqual(1e-12)
  })
}

describe('optimizers', () => {
  it('gradient descent moves against the gradient', () => {
    let p = START
    for (let t = 0; t < 5; t++) {
      const g = gradientAt(p)
      p = p.map((value, i) => value - 0.1 * g[i]!)
    }
    close(valuesOf(trained(gradientDescent(0.1), 5)[blockName('f64')]!), p)
  })

  it('momentum averages gradients without correcting the start', () => {
    let p = START
    let v = START.map(() => 0)
    for (let t = 0; t < 5; t++) {
      const g = gradientAt(p)
      v = v.map((value, i) => 0.8 * value + 0.2 * g[i]!)
      p = p.map((value, i) => value - 0.1 * v[i]!)
    }
    const state = trained(momentum(0.1, { beta: 0.8 }), 5)
    close(valuesOf(state[blockName('f64')]!), p)
    close(valuesOf(state[slotName('v', 'f64')]!), v)
  })

  it('Adam corrects its averages for their start and adds epsilon outside of the root', () => {
    let p = START
    let m = START.map(() => 0)
    let v = START.map(() => 0)
    for (let t = 1; t <= 5; t++) {
      const g = gradientAt(p)
      m = m.map((value, i) => 0.9 * value + 0.1 * g[i]!)
      v = v.map((value, i) => 0.99 * value + 0.01 * g[i]! ** 2)
      p = p.map((value, i) => {
        const [a, b] = [m[i]! / (1 - 0.9 ** t), v[i]! / (1 - 0.99 ** t)]
        return value - (0.1 * a) / (Math.sqrt(b) + 1e-3)
      })
    }
    const state = trained(adam(0.1, { beta2: 0.99, epsilon: 1e-3 }), 5)
    close(valuesOf(state[blockName('f64')]!), p)
    close(valuesOf(state[slotName('m', 'f64')]!), m)
    close(valuesOf(state[slotName('v', 'f64')]!), v)
  })

  it('leave the gaps of a block at zero', () => {
    const state = trained(adam(0.1), 3)
    for (const block of Object.values(state)) {
      expect([6, 7, 11].map(i => block.at(i))).toEqual([0, 0, 0])
    }
  })

  it('refuse options out of range with E137', () => {
    expect(() => gradientDescent(Number.NaN)).toThrow(
      /E137 gradientDescent: learning rate must be a finite number, got NaN/,
    )
    expect(() => momentum(0.1, { beta: 1 })).toThrow(/E137 momentum: beta must be in \[0, 1\)/)
    expect(() => adam(1e-3, { epsilon: 0 })).toThrow(/E137 adam: epsilon must be a positive number/)
  })
})
