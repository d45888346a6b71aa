// The gradient check of the demo: right gradients pass it whatever the seed, wrong ones do not.

import { describe, expect, it } from 'vitest'
import { checkGradient } from '../../examples/gradient-check.ts'
import { mnist, mnistBatchNorm } from '../../examples/mnist.ts'
import { digits, gatherExamples } from '../../src/data/index.ts'
import {
  add,
  f32,
  Literal,
  type Model,
  mean,
  model,
  op,
  param,
  square,
  uniform,
} from '../../src/index.ts'

const images = digits({ count: 40, seed: 1 })

/** The check on four digits. */
function check(of: Model, seed: number) {
  const few = gatherExamples(
    images,
    [0, 1, 2, 3].map(i => (i + 4 * seed) % 40),
  )
  return checkGradient(of, 'loss', { x: Literal.from(few.x, 'f64'), y: Literal.from(few.y) }, seed)
}

describe('the gradient check', () => {
  it.each([
    [mnist.name, mnist, 2],
    [mnist.name, mnist, 6],
    [mnistBatchNorm.name, mnistBatchNorm, 8],
  ])('meets no kink of %s on its way', (_, of, seed) => {
    for (const { param: name, forward, numeric } of check(of as Model, seed)) {
      expect(forward, name).toBeLessThan(1e-9)
      expect(numeric, name).toBeLessThan(1e-5)
    }
  })

  it('tells a derivative that is wrong, by the parameter', () => {
    const doubled = op({
      name: 'doubled',
      input: f32('...'),
      output: f32('...'),
      forward: x => square(x),
      vjp: ({ inputs: [x] }) => [x],
    })
    const of = model({
      inputs: { x: f32('batch') },
      params: { right: { w: param([3], uniform()) }, wrong: { w: param([3], uniform()) } },
      body: ({ x }, { right, wrong }) => ({
        loss: add(mean(x), add(mean(square(right.w)), mean(doubled(wrong.w)))),
      }),
    })
    const x = Literal.from([1, 2], 'f64')
    const found = checkGradient(of as Model, 'loss', { x }, 1)
    expect(found.map(({ param: name, numeric }) => [name, numeric < 1e-5])).toEqual([
      ['right.w', true],
      ['wrong.w', false],
    ])
  })
})
