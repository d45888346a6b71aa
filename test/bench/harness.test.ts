// The arithmetic of the harness, on a clock that the workloads themselves wind.

import { describe, expect, it } from 'vitest'
import { alternate, measure, median } from '../../bench/harness.ts'

/** A clock, and workloads that take a given time on it. */
function winding() {
  let time = 0
  let runs = 0
  return {
    now: () => time,
    runs: () => runs,
    taking: (ms: (run: number) => number) => () => {
      time += ms(runs++)
    },
  }
}

describe('the median', () => {
  it('is the middle figure whatever the order, the upper one of two', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1])).toBe(4)
  })
})

describe('measure', () => {
  it('runs a calm workload for half a second and tells the time of one run', async () => {
    const clock = winding()
    const timing = await measure(
      clock.taking(() => 10),
      { now: clock.now },
    )
    expect(timing).toEqual({ medianMs: 10, minMs: 10, maxMs: 10, runs: 50 })
  })

  it('warms up until runs no longer become faster', async () => {
    const clock = winding()
    const settling = clock.taking(run => (run < 40 ? 90 - run : 10))
    const { medianMs, maxMs } = await measure(settling, { now: clock.now })
    expect({ medianMs, maxMs }).toEqual({ medianMs: 10, maxMs: 10 })
  })

  it('measures longer where figures vary, up to its patience', async () => {
    const clock = winding()
    const noisy = clock.taking(run => (run % 2 === 0 ? 10 : 30))
    const { minMs, maxMs, runs } = await measure(noisy, { now: clock.now })
    expect({ minMs, maxMs, runs }).toEqual({ minMs: 10, maxMs: 30, runs: 150 })
  })

  it('is not moved by single runs that take far longer', async () => {
    const clock = winding()
    const interrupted = clock.taking(run => (run % 20 === 19 ? 500 : 10))
    expect((await measure(interrupted, { now: clock.now })).medianMs).toBe(10)
  })

  it('takes three samples of what takes longer than its patience', async () => {
    const clock = winding()
    const { medianMs, runs } = await measure(
      clock.taking(() => 4_000),
      { now: clock.now },
    )
    expect({ medianMs, runs }).toEqual({ medianMs: 4_000, runs: 3 })
    expect(clock.runs()).toBe(4)
  })

  it('puts many runs of a small workload into one sample', async () => {
    const clock = winding()
    const { medianMs, runs } = await measure(
      clock.taking(() => 1 / 1024),
      { now: clock.now },
    )
    expect(medianMs).toBe(1 / 1024)
    expect(runs % 1024).toBe(0)
  })

  it('counts the time until a promise is settled', async () => {
    const clock = winding()
    const work = clock.taking(() => 10)
    const later = () => Promise.resolve().then(work)
    expect((await measure(later, { now: clock.now })).medianMs).toBe(10)
  })

  it('passes on what a workload throws', async () => {
    const failing = () => {
      throw new Error('out of paper')
    }
    await expect(measure(failing)).rejects.toThrow('out of paper')
  })
})

describe('alternate', () => {
  it('gives every way a sample in turn, and each its own timing', async () => {
    const clock = winding()
    const order: string[] = []
    const ways = [4, 12].map(ms => {
      const work = clock.taking(() => ms)
      return () => {
        order.push(`${ms}`)
        work()
      }
    })
    const timings = await alternate(ways, { now: clock.now })
    expect(timings.map(({ medianMs, runs }) => [medianMs, runs])).toEqual([
      [4, 63],
      [12, 63],
    ])
    expect(order.slice(-126)).toEqual(new Array(63).fill(['4', '12']).flat())
  })

  it('makes as many runs a sample as each way needs', async () => {
    const clock = winding()
    const [fast, slow] = await alternate([clock.taking(() => 1 / 8), clock.taking(() => 2)], {
      now: clock.now,
    })
    expect(fast!.medianMs).toBe(1 / 8)
    expect(fast!.runs).toBe(8 * slow!.runs)
  })

  it('lets what slows the machine for a while fall on all ways alike', async () => {
    const clock = winding()
    const load = () => (clock.now() % 1000 < 300 ? 3 : 1)
    const ways = [10, 20].map(ms => clock.taking(() => ms * load()))
    const [one, two] = await alternate(ways, { now: clock.now })
    expect(two!.medianMs / one!.medianMs).toBe(2)
  })

  it('goes on while one of the ways is not calm, as long as patience lasts for each', async () => {
    const clock = winding()
    let runs = 0
    const noisy = clock.taking(() => (runs++ % 2 === 0 ? 10 : 30))
    const start = clock.now()
    const timings = await alternate([clock.taking(() => 20), noisy], {
      now: clock.now,
      patienceMs: 1_000,
    })
    const spent = timings.reduce((sum, timing) => sum + timing.runs * 20, 0)
    expect(spent).toBeGreaterThanOrEqual(2_000)
    expect(spent).toBeLessThan(2_100)
    expect(clock.now() - start).toBeGreaterThan(spent)
  })
})
