// maxBytes: kept to the byte, and an error that says what is large and what made it.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compile, f32, gradient, mean, model, relu, square } from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { saidOf } from './guarded.ts'

const wide = model({
  name: 'wide',
  inputs: { x: f32('batch', 4) },
  params: { grow: dense(4, 50), turn: dense(50, 50), shrink: dense(50, 2) },
  body({ x }, { grow, turn, shrink }) {
    const grown = relu(grow(x))
    return { loss: mean(square(shrink(relu(turn(grown))))) }
  },
})

const dims = { batch: 30 }
const target = 'js'

/** Where the first such text of this file stands. */
function placeOf(text: string): string {
  const lines = readFileSync('test/compile/budget.test.ts', 'utf8').split('\n')
  const at = lines.findIndex(line => line.includes(text))
  return `test/compile/budget.test.ts:${at + 1}:${lines[at]!.indexOf(text) + 1}`
}

const derivative = gradient(wide, { of: 'loss' })

describe('maxBytes', () => {
  it.each<[string, (maxBytes?: number) => Promise<{ explain: () => { memory: Memory } }>]>([
    ['a program', maxBytes => compile(wide, { target, dims, maxBytes })],
    ['a gradient', maxBytes => compile(derivative, { target, dims, maxBytes })],
    [
      'a training step',
      maxBytes => trainer(wide, { loss: 'loss', optimizer: adam(), target, dims, maxBytes }),
    ],
  ])('is kept to the byte by %s', async (_, make) => {
    const { state, scratch, input, output } = (await make()).explain().memory
    const bytes = state + scratch + input + output
    const within = (await make(bytes)).explain().memory
    expect(within.scratch).toBe(scratch)
    expect(within.recomputed).toBeUndefined()
    const least = bytes - scratch - 1
    const said = await saidOf(() => make(least))
    expect(said).toMatch(/^E136 compile: the program must take at most /)
    expect(said).toContain(`(${least} bytes), got`)
    const got = Number(/got .* \((\d+) bytes\)$/m.exec(said)![1])
    expect(got).toBeGreaterThan(least)
    expect(got).toBeLessThanOrEqual(bytes)
  })

  it('is met by computing values again, and says which, for how much', async () => {
    const { explain } = await compile(derivative, { target, dims })
    const { total, workspace, scratch } = explain().memory
    const run = await compile(derivative, { target, dims, maxBytes: total - workspace - 1 })
    const { memory } = run.explain()
    expect(memory.scratch).toBeLessThan(scratch)
    const { values, savedBytes, addedFlops } = memory.recomputed!
    expect(savedBytes).toBe(scratch - memory.scratch)
    expect(addedFlops).toBe(values.reduce((sum, { flops }) => sum + flops, 0))
    expect(values[0]!.sources[0]).toMatch(/^test\/compile\/budget\.test\.ts:\d+:\d+$/)
    expect(run.explain().toString()).toMatch(
      /^ {2}recomputed \d values?: .* of scratch saved, .*FLOP added$/m,
    )
  })

  it('names the largest values that live at once, their layer, op and line', async () => {
    const attempt = compile(derivative, { target, dims, maxBytes: 2000 })
    const said = await attempt.then(String, (error: Error) => error.message)
    const notes = said.split('\n').filter(line => /^ {2}(input|state|scratch|output) /.test(line))
    expect(notes).toHaveLength(5)
    expect(said).toMatch(/^ {2}state turn\.w: f32\[50,50\], 9\.8 KiB$/m)
    expect(said).toMatch(/^ {2}output grads\.turn\.w: f32\[50,50\], 9\.8 KiB: /m)
    expect(notes.join('\n')).toContain(`: relu, made at ${placeOf('relu(grow(x))')}`)
    expect(said).toMatch(/^ {2}help: lower a dim such as batch, or raise maxBytes$/m)
  })

  it.each([1, 2000])('names no scratch that is dead at the peak, batch %i', async batch => {
    const make = (maxBytes?: number) =>
      trainer(wide, { loss: 'loss', optimizer: adam(), target, dims: { batch }, maxBytes })
    const { buffers, plan } = (await make()).explain().memory
    const peak = plan.peak!.launch
    const said = await saidOf(() => make(1))
    const named = [...said.matchAll(/^ {2}scratch (\w+): /gm)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThan(0)
    for (const name of named) {
      const block = plan.blocks.find(one => one.buffers.includes(name))!
      const { offset, bytes } = buffers.find(buffer => buffer.name === name)!
      const from = offset - block.offset
      const own = block.ranges.filter(({ start, bytes: size }) => {
        return start < from + bytes && from < start + size
      })
      for (const { first, last } of own) expect(first <= peak && peak <= last).toBe(true)
    }
  })

  it('names a layer where the largest value was made in one', async () => {
    const said = await saidOf(() => compile(wide, { target, dims: { batch: 900 }, maxBytes: 1 }))
    expect(said).toMatch(/at most 1 B, got [\d.]+ KiB \(\d+ bytes\)$/m)
    expect(said).toMatch(/^ {2}scratch .*f32\[900,50\], 175\.8 KiB: \w+.*, made at .*budget\.test/m)
  })
})

interface Memory {
  readonly recomputed?: object
  readonly state: number
  readonly scratch: number
  readonly input: number
  readonly output: number
}
