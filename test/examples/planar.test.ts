// The planar example: what no line parts, one hidden layer does.

import { describe, expect, it } from 'vitest'
import { runPlanar } from '../../examples/planar.ts'
import { collecting } from './collect.ts'

describe('the flower', () => {
  it('is parted by four tanh units, from more than one start', async () => {
    for (const seed of [1, 2]) {
      const { report } = collecting()
      const { accuracy, firstLoss, loss } = await runPlanar({ steps: 2000, seed }, report)
      expect(accuracy, `seed ${seed}`).toBeGreaterThanOrEqual(0.88)
      expect(loss).toBeLessThan(firstLoss / 2)
    }
  })

  it('tells every step as an event', async () => {
    const { report, events, lines } = collecting()
    const result = await runPlanar({ steps: 3, seed: 1 }, report)
    expect(events.map(({ event }) => event)).toEqual(['start', 'step', 'step', 'step', 'result'])
    expect(events.at(-1)).toEqual({ event: 'result', example: 'planar', ...result })
    expect(lines[0]).toContain('400 points')
  })
})
