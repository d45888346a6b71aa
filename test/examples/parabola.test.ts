// The parabola example: w reaches 5, by updates that the program itself makes.

import { describe, expect, it } from 'vitest'
import { parabola, runParabola } from '../../examples/parabola.ts'
import { adam, gradientDescent, type Optimizer } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { collecting } from './collect.ts'

/** The values of w over `steps` steps from `w`. */
async function walked(optimizer: Optimizer, w: number, steps: number): Promise<number[]> {
  const t = await trainer(parabola, { loss: 'J', optimizer, target: 'js', dims: {}, params: { w } })
  const values: number[] = []
  for (let step = 0; step < steps; step++) {
    await t.step({})
    values.push((await t.params()).w)
  }
  return values
}

/** Adam as its paper writes it, on J′(w) = 2w − 10. */
function adamByHand(rate: number, from: number, steps: number): number[] {
  let [w, m, v] = [from, 0, 0]
  return Array.from({ length: steps }, (_, i) => {
    const slope = 2 * w - 10
    m = 0.9 * m + 0.1 * slope
    v = 0.999 * v + 0.001 * slope ** 2
    const [mean, square] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))]
    w -= (rate * mean) / (Math.sqrt(square) + 1e-8)
    return w
  })
}

describe('the parabola', () => {
  it('is minimized at w = 5 by gradient descent and by Adam', async () => {
    const { report } = collecting()
    const { gradientDescent, adam } = await runParabola(report)
    expect(Math.abs(gradientDescent.w - 5)).toBeLessThan(1e-9)
    expect(Math.abs(adam.w - 5)).toBeLessThan(1e-3)
    expect(gradientDescent.J).toBeCloseTo(0, 9)
    expect(adam.J).toBeCloseTo(0, 6)
  })

  it('goes down by rate times slope in every step of gradient descent', async () => {
    // J′(0) = −10, then J′(1) = −8, and so on: the distance to 5 shrinks by 1 − 2 · rate.
    const expected = [1, 2, 3, 4, 5].map(step => 5 - 5 * 0.8 ** step)
    const got = await walked(gradientDescent(0.1), 0, 5)
    got.forEach((w, i) => {
      expect(w).toBeCloseTo(expected[i]!, 12)
    })
  })

  it('takes the steps of Adam as its paper writes it', async () => {
    const expected = adamByHand(0.3, -2, 40)
    const got = await walked(adam(0.3), -2, 40)
    got.forEach((w, i) => {
      expect(w).toBeCloseTo(expected[i]!, 10)
    })
  })

  it('tells every step as an event and the way in a table', async () => {
    const { report, events, lines } = collecting()
    const result = await runParabola(report)
    const steps = events.filter(({ event }) => event === 'step')
    expect(steps).toHaveLength(402)
    for (const { w, J } of steps) expect(J).toBeCloseTo((Number(w) - 5) ** 2, 9)
    expect(events[0]).toMatchObject({ event: 'start', example: 'parabola' })
    expect(events.at(-1)).toEqual({ event: 'result', example: 'parabola', ...result })
    expect(lines.at(-1)).toBe('   200  5.000000    0.000000    5.000110    0.000000')
  })
})
