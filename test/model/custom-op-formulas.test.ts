// What is naive in an op of a user's own is found before its derivative is taken, unless the op has
// a derivative rule of its own: then it stays whole, and that rule is what counts.

import { describe, expect, it } from 'vitest'
import { add, compile, exp, f32, gradient, log, model, mul, op, sum } from '../../src/index.ts'

const slot = f32('...')
const naive = { input: slot, output: slot } as const

const open = op({ ...naive, name: 'my_softplus', forward: x => log(add(exp(x), 1)) })
const ruled = op({
  ...naive,
  name: 'my_ruled_softplus',
  forward: x => log(add(exp(x), 1)),
  vjp: ({ ct }) => [mul(ct, 3)],
})

async function at100(of: typeof open | typeof ruled) {
  const m = model({
    inputs: { x: f32('batch') },
    body: ({ x }) => ({ loss: sum(of(x)) }),
  })
  const program = gradient(m, { of: 'loss', inputs: ['x'] })
  const run = await compile(program, { target: 'js', dims: { batch: 1 } })
  const { loss, inputGrads } = run({ x: Float32Array.of(100) })
  const fired = run.explain().formulas.map(({ rule }) => rule)
  return { loss, slope: inputGrads.x.data[0], fired, text: program.toString() }
}

describe('an op of a user', () => {
  it('without a rule is looked into: its formula becomes stable, and so does its slope', async () => {
    const { loss, slope, fired, text } = await at100(open)
    expect([loss, slope]).toEqual([100, 1])
    expect(fired).toContain('log-one-plus-exp')
    expect(text).not.toContain('my_softplus')
  })

  it('with a rule stays whole, and its rule is its slope', async () => {
    const { slope, fired, text } = await at100(ruled)
    expect(slope).toBe(3)
    expect(fired).toEqual([])
    expect(text).toContain('my_ruled_softplus')
  })
})
