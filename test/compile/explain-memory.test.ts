// The drawing of a memory plan: legible at any size, widest blocks first, the peak marked.

import { expect, it } from 'vitest'
import { mnistBatchNorm } from '../../examples/mnist.ts'
import { type ScratchReport, timelineLines } from '../../src/compile/explain-memory.ts'
import { compile, gradient } from '../../src/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { classifier } from './models.ts'

function blockOf(buffers: readonly string[], bytes: number, first: number, last: number) {
  return { buffers, bytes, offset: 0, first, last, ranges: [{ start: 0, bytes, first, last }] }
}

/** A block of every launch and the next one, and one that is there throughout. */
function chainOf(launches: number): ScratchReport {
  const blocks = Array.from({ length: launches }, (_, i) =>
    blockOf([`v${i}`], 16 * (1 + (i % 5)), i, Math.min(i + 1, launches - 1)),
  )
  const whole = blockOf(['gradients', 'part'], 5000, 0, launches - 1)
  const peak = { launch: Math.min(3, launches - 1), kernel: 'matmul_add' }
  return { unshared: 9999, launches, peak, blocks: [...blocks, whole] }
}

it('draws launches from left to right, a bar for every block, and what is in use', () => {
  expect(`\n${timelineLines(chainOf(4)).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    scratch over 4 launches, most in launch 3 (matmul_add)
                                                 ▼▼▼▼
    gradients +1            4.9 KiB  ████████████████
    v3                         64 B  ············████
    v2                         48 B  ········████████
    v1                         32 B  ····████████····
    v0                         16 B  ████████········
    in use                           ████████████████
    "
  `)
})

it('draws a block that is filled part by part as high as the share that lives', () => {
  const { blocks, ...report } = chainOf(4)
  const ranges = [
    { start: 0, bytes: 3000, first: 3, last: 3 },
    { start: 3000, bytes: 1990, first: 1, last: 3 },
    { start: 4990, bytes: 10, first: 1, last: 2 },
  ]
  const filled = { ...blocks.at(-1)!, first: 1, ranges }
  expect(
    `\n${timelineLines({ ...report, blocks: [blocks[0]!, filled] }).join('\n')}\n`,
  ).toMatchInlineSnapshot(`
    "
    scratch over 4 launches, most in launch 3 (matmul_add)
                                                 ▼▼▼▼
    gradients +1            4.9 KiB  ····▄▄▄▄▄▄▄▄████
    v0                         16 B  ████████········
    in use                           ▁▁▁▁▄▄▄▄▄▄▄▄████
    a low bar: so much of the block lives, the rest is room for others
    "
  `)
})

it.each([1, 2, 15, 59, 60, 61, 107, 1611])('has room for %i launches', launches => {
  const lines = timelineLines(chainOf(launches))
  expect(lines.length).toBeLessThanOrEqual(30)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(98)
  const bars = lines.filter(line => /[█·]$/.test(line)).map(line => line.slice(33))
  expect(new Set(bars.map(({ length }) => length)).size).toBe(1)
  expect(lines[1]).toMatch(/^ +▼+$/)
  if (launches > 21) expect(lines.at(-2)).toMatch(/^and \d+ more of at most \d+ B$/)
})

it('shortens names that are long, and keeps how many buffers there are', () => {
  const [block] = chainOf(1).blocks
  const buffers = ['an_activation_of_a_long_name', 'b', 'c']
  const lines = timelineLines({ ...chainOf(1), blocks: [{ ...block!, buffers }] })
  expect(lines[2]).toMatch(/^an_activation_of… \+2 /)
})

it('is not there where nothing is in scratch', () => {
  expect(timelineLines({ unshared: 0, launches: 3, blocks: [] })).toEqual([])
})

it('stands in the memory section of an explanation, with what sharing saves', async () => {
  const run = await compile(gradient(classifier, { of: 'loss' }), {
    target: 'js',
    dims: { batch: 8 },
  })
  const explanation = run.explain()
  const { plan, scratch } = explanation.memory
  expect(plan.unshared).toBeGreaterThan(scratch)
  expect(plan.launches).toBe(explanation.launches.length)
  expect(plan.blocks.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0)).toBe(
    scratch,
  )
  const text = String(explanation)
  expect(text).toMatch(/^ {2}scratch {3}[\d.]+ K?i?B, [\d.]+ K?i?B without sharing$/m)
  for (const line of timelineLines(plan)) expect(text).toContain(`\n  ${line}`)
})

it.each([32, 64, 128, 256])(
  'is of what lives at once where gradients are a block, batch %i',
  async batch => {
    const options = { loss: 'loss', optimizer: adam(), target: 'js', dims: { batch } } as const
    const { plan, scratch } = (await trainer(mnistBatchNorm, options)).explain().memory
    const ranges = plan.blocks.flatMap(block => block.ranges)
    const liveAt = (launch: number) =>
      ranges
        .filter(({ first, last }) => first <= launch && launch <= last)
        .reduce((sum, { bytes }) => sum + 16 * Math.ceil(bytes / 16), 0)
    const live = Array.from({ length: plan.launches }, (_, launch) => liveAt(launch))
    expect(scratch).toBeLessThanOrEqual(Math.max(...live))
    expect(plan.peak!.launch).toBe(live.indexOf(Math.max(...live)))
    if (batch >= 128) expect(scratch).toBeLessThanOrEqual(0.6 * plan.unshared)
  },
)
