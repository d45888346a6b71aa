// Planned memory on random graphs: the planned program is well formed, takes no more than one range
// per value, and gives what the unplanned one gives to the bit, poisoned or not. And the placing of
// random blocks by itself: what lives together never overlaps.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { RunResult } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { arenaBytes, type Program } from '../../src/kernel/program.ts'
import { verifyProgram } from '../../src/kernel/verify.ts'
import type { Lowered } from '../../src/lower/lowered.ts'
import { fitBlocks, fitBySize } from '../../src/lower/memory/fit.ts'
import { fitByTime } from '../../src/lower/memory/fit-by-time.ts'
import { poisoned } from '../../src/lower/memory/poison.ts'
import { type Fitted, type LiveRange, liveBytes, rangesOf } from '../../src/lower/memory/ranges.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { batchNorm } from '../../src/ops/normalization.ts'
import { mean } from '../../src/ops/statistics.ts'
import { tanh } from '../../src/ops/trigonometric.ts'
import { adam, gradientDescent, momentum } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { load, memoryOf, now } from '../backends/js/programs.ts'
import { runs, seed } from '../counts.ts'
import { lowered, plainState, prepared, runLowered, TARGET, unplanned } from '../lower/run.ts'
import { blockStep, descentStep, type Step } from '../lower/steps.ts'
import { DIMS, randomArguments, randomGraph } from './random-graph.ts'

/** Every element of every result, by name. */
const valuesOf = ({ outputs, updates }: RunResult) =>
  Object.fromEntries(
    [outputs, updates].flatMap(kind =>
      Object.entries(kind).map(([name, literal]) => [name, Array.from(literal.toHost().data)]),
    ),
  )

function expectSameProgram({ graph, state }: Step): void {
  const given = randomArguments(graph, seed)
  const made = lowered(graph, TARGET, state)
  const { program, memory } = made
  const apart = unplanned(graph, state)
  expect(memory.unsharedBytes).toBe(arenaBytes(apart, 'scratch'))
  expect(memory.bytes).toBe(arenaBytes(program, 'scratch'))
  // Up to the alignment of the last block, which need not be the last one of the other.
  expect(memory.bytes).toBeLessThan(memory.unsharedBytes + 16)
  const debugged = poisoned(program, memory)
  expect(verifyProgram(debugged)).toEqual([])
  const valuesAs = (of: Program) =>
    valuesOf(runLowered(graph, { ...made, program: of }, given, state))
  const wanted = valuesAs(apart)
  expect(valuesAs(program)).toEqual(wanted)
  expect(valuesAs(debugged)).toEqual(wanted)
}

/** What a program leaves on js: its outputs, and all of state. */
function onJs({ graph, state }: Step, { inputs, outputs, constants }: Lowered, of: Program) {
  const given = randomArguments(graph, seed)
  const memory = memoryOf(state.bytes)
  for (const [name, { offset }] of state.slots) {
    if (given[name] !== undefined) now(memory.write(offset, given[name].toHost().data))
  }
  const known = new Map([...constants].map(([name, literal]) => [name, literal.toHost().data]))
  const loaded = load(of, memory, known)
  const data = [...inputs].map(([name, buffer]) => [buffer, given[name]!.toHost().data] as const)
  now(loaded.run(Object.fromEntries(data)))
  const read = [...outputs].map(([name, buffer]) => [name, now(loaded.read(buffer))])
  return [Object.fromEntries(read), now(memory.read(0, 'f64', state.bytes / 8))]
}

function boundStep(graph: Graph): Step {
  const core = prepared(graph, DIMS)
  return { graph: core, state: plainState(core) }
}

function gradientStep(graph: Graph): Step {
  const params = graph.arguments.map(argument => ({ ...argument, role: 'param' as const }))
  return boundStep(gradient({ ...graph, arguments: params }, { of: 'loss' }))
}

describe('a planned program gives to the bit what the unplanned one gives, poisoned too', () => {
  it.each<[string, (graph: Graph) => Step]>([
    ['a random graph', boundStep],
    ['a gradient', gradientStep],
    ['a training step of parameters by themselves', descentStep],
    ['a training step of a block', graph => blockStep(graph)],
    ['a training step of a block without slots', graph => blockStep(graph, gradientDescent(0.1))],
    ['a training step of a block with two slots', graph => blockStep(graph, adam())],
  ])('%s', (_, make) => {
    const property = fc.property(randomGraph, ({ graph }) => expectSameProgram(make(graph)))
    fc.assert(property, runs({ test: 30, ci: 100, deep: 1000 }))
  })
})

/** Dense layers of random sizes with a batch norm after each: what a block of gradients fills. */
const randomNetwork = fc
  .record({
    batch: fc.integer({ min: 1, max: 24 }),
    units: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 }),
  })
  .map(({ batch, units }) => networkOf(batch, units))

function networkOf(batch: number, units: readonly number[]): Graph {
  const builder = new GraphBuilder('network')
  let h = builder.input('x', tensorType('f32', [batch, units[0]!]))
  units.slice(1).forEach((size, i) => {
    const w = builder.param(`${i}.w`, tensorType('f32', [units[i]!, size]))
    const gamma = builder.param(`${i}.gamma`, tensorType('f32', [size]))
    const beta = builder.param(`${i}.beta`, tensorType('f32', [size]))
    h = tanh(batchNorm(matmul(h, w), gamma, beta).output)
  })
  return builder.output('loss', mean(h)).finish()
}

it('a planned training step of layers with batch norm gives the same bits, poisoned too', () => {
  const optimizers = fc.constantFrom(gradientDescent(0.1), momentum(0.1), adam())
  const property = fc.property(randomNetwork, optimizers, (graph, optimizer) => {
    const backward = gradient(graph, { of: 'loss' })
    const trained = backward.arguments.filter(({ role }) => role === 'param')
    const layout = trainingLayout(trained, [], optimizer)
    const step = prepared(trainingStep(backward, layout.blocks, optimizer))
    expectSameProgram({ graph: step, state: layout.state })
  })
  fc.assert(property, runs({ test: 20, ci: 60, deep: 500 }))
})

it('a planned training step leaves the same bits on js, poisoned too', () => {
  const property = fc.property(randomGraph, ({ graph }) => {
    const step = blockStep(graph)
    const made = lowered(step.graph, TARGET, step.state)
    const wanted = onJs(step, made, unplanned(step.graph, step.state))
    expect(onJs(step, made, made.program)).toEqual(wanted)
    expect(onJs(step, made, poisoned(made.program, made.memory))).toEqual(wanted)
  })
  fc.assert(property, runs({ test: 20, ci: 60, deep: 500 }))
})

/** Blocks of few sizes, so that they often fit into what others leave; some begin part by part. */
const randomBlock = fc
  .array(fc.tuple(fc.nat(4), fc.nat(20), fc.nat(12)), { minLength: 1, maxLength: 4 })
  .map((parts): Fitted => {
    let room = 0
    const ranges = parts.flatMap(([size, first, length]) => {
      room += 16 * size
      const range = { start: room - 16 * size, bytes: 16 * size, first, last: first + length }
      return size === 0 ? [] : [range]
    })
    const first = Math.min(...parts.map(([, from]) => from))
    return {
      room,
      first,
      last: Math.max(...parts.map(([, from, length]) => from + length)),
      ranges,
    }
  })

const randomBlocks = fc.array(randomBlock, { maxLength: 24 })

const LAUNCHES = 40

function overlaps(blocks: readonly Fitted[], offsets: readonly number[]): readonly string[] {
  const placed = blocks.map(({ ranges }, i) =>
    ranges.map(range => ({ ...range, start: range.start + offsets[i]! })),
  )
  const meet = (one: LiveRange, other: LiveRange) => {
    const together = one.first <= other.last && other.first <= one.last
    const isApart = one.start + one.bytes <= other.start || other.start + other.bytes <= one.start
    return together && !isApart
  }
  return placed.flatMap((own, i) =>
    placed.slice(0, i).flatMap((others, k) => {
      return own.some(one => others.some(other => meet(one, other))) ? [`${i} and ${k}`] : []
    }),
  )
}

const endOf = (blocks: readonly Fitted[], offsets: readonly number[]) =>
  blocks.reduce((end, { room }, i) => Math.max(end, offsets[i]! + room), 0)

it('bytes that live together never overlap, and the better of two ways is taken', () => {
  const property = fc.property(randomBlocks, blocks => {
    const least = Math.max(0, ...liveBytes(blocks, LAUNCHES))
    const parted = blocks.flatMap(({ ranges }, i) => (ranges.length > 1 ? i : []))
    const ways = [fitBySize(blocks, least, 1), fitBlocks(blocks, least)]
    for (const offsets of [...ways, fitByTime(blocks), fitByTime(blocks, parted)]) {
      expect(overlaps(blocks, offsets)).toEqual([])
      for (const offset of offsets) expect(offset).toBeGreaterThanOrEqual(0)
    }
    const ends = ways.map(offsets => endOf(blocks, offsets))
    expect(ends[1]).toBe(Math.min(...ends))
    expect(ends[1]).toBeGreaterThanOrEqual(least)
  })
  fc.assert(property, runs())
})

it('blocks whose bytes all live alike take less than twice what lives at once', () => {
  const alike = fc.array(
    randomBlock.filter(({ ranges }) => ranges.length <= 1),
    { maxLength: 24 },
  )
  const property = fc.property(alike, blocks => {
    const least = Math.max(0, ...liveBytes(blocks, LAUNCHES))
    expect(endOf(blocks, fitBlocks(blocks, least))).toBeLessThanOrEqual(2 * least)
  })
  fc.assert(property, runs())
})

it('ranges say for every byte when it is touched', () => {
  const touched = fc.array(
    fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.nat(9), fc.nat(5)),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  const property = fc.property(touched, tuples => {
    const buffers = [[0, 200, 5, 1] as const, ...tuples].map(([start, bytes, first, length]) => {
      return { start: 16 * start, bytes: 4 * bytes, first, last: first + length }
    })
    const ranges = rangesOf(buffers, 16)
    let end = 0
    for (const { start, bytes, first, last } of ranges) {
      expect(start).toBe(end)
      end += bytes
      for (let at = start; at < end; at += 16) {
        const own = buffers.filter(one => one.start < at + 16 && at < one.start + one.bytes)
        expect([first, last]).toEqual([
          Math.min(...own.map(one => one.first)),
          Math.max(...own.map(one => one.last)),
        ])
      }
    }
    expect(end).toBe(Math.max(...buffers.map(one => 16 * Math.ceil((one.start + one.bytes) / 16))))
  })
  fc.assert(property, runs())
})
