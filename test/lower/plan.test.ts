// The plan of scratch: lifetimes, offsets, results in the place of operands, and what a wrong plan
// does. Programs are given as text with one range for every value, as lowering makes them.

import { describe, expect, it } from 'vitest'
import { interpretProgram, placeBuffers } from '../../src/kernel/interpret.ts'
import { arenaBytes, bytesOf, type Launch, type Program } from '../../src/kernel/program.ts'
import { parseKernels, printKernels } from '../../src/kernel/text.ts'
import { assertProgram, verifyProgram } from '../../src/kernel/verify.ts'
import { blocksOf } from '../../src/lower/memory/blocks.ts'
import { fitBlocks, fitBySize, fitByTime } from '../../src/lower/memory/fit.ts'
import { type Planned, planMemory } from '../../src/lower/memory/plan.ts'
import { poisoned } from '../../src/lower/memory/poison.ts'
import { TARGET } from './run.ts'

const KERNELS = `
kernel @neg(x: read f32[8], y: write f32[8]) {
  parallel i in 8
  y[i] = -1 * x[i]
}

kernel @turn(x: read f32[8], y: write f32[8]) {
  parallel i in 8
  y[i] = x[7 - i]
}

kernel @add(a: read f32[8], b: read f32[8], y: write f32[8]) {
  parallel i in 8
  y[i] = a[i] + b[i]
}

kernel @halves(x: read f32[8], y: write f32[4]) {
  parallel i in 4
  y[i] = x[i] + x[i + 4]
}

kernel @fold(x: read f32[16], y: write f32[8]) {
  parallel i in 8
  y[i] = x[i] + x[i + 8]
}

kernel @square(x: read f32[8], w: read f32[8,8], y: write f32[8]) {
  parallel i in 8
  over k in 8 {
    s += x[k] * w[k, i]
  }
  y[i] = s
}
`

/** A program whose body is `text`, with an input x and an output out. */
function programOf(text: string): Program<Launch> {
  const body = `program @p {\n  input x: f32[8]\n  output out: f32[8]\n${text}\n}\n${KERNELS}`
  const program = parseKernels('plan.kir', body).programs[0] as Program<Launch>
  assertProgram(program)
  return program
}

/** The plan of a program, which is verified, as is the poisoned program. */
function plannedOf(program: Program<Launch>, alignmentBytes = 16): Planned {
  const planned = planMemory(program, { ...TARGET, alignmentBytes })
  assertProgram(planned.program)
  assertProgram(poisoned(planned.program, planned.memory))
  return planned
}

const offsetsOf = ({ buffers }: Program) =>
  Object.fromEntries(
    buffers.flatMap(({ name, region, offset }) => (region === 'scratch' ? [[name, offset]] : [])),
  )

/** What the program gives for 1 … 8. */
function outOf(program: Program): readonly number[] {
  const memory = placeBuffers(
    program,
    new Map([['x', Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8])]]),
  )
  interpretProgram(program, memory)
  return [...memory.get('out')!]
}

/** Four values, each read by the next launch only, and never at the same index. */
const chain = programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  scratch c: f32[8] @64
  scratch d: f32[8] @96
  launch @turn(x, a)
  launch @turn(a, b)
  launch @turn(b, c)
  launch @turn(c, d)
  launch @turn(d, out)`)

describe('ranges', () => {
  it('are shared by values whose lives do not meet', () => {
    const { program, memory } = plannedOf(chain)
    expect(offsetsOf(program)).toEqual({ a: 0, b: 32, c: 0, d: 32 })
    expect(memory).toEqual({
      bytes: 64,
      unsharedBytes: 128,
      launches: 5,
      peakLaunch: 1,
      blocks: [
        { buffers: ['a'], bytes: 32, offset: 0, first: 0, last: 1 },
        { buffers: ['b'], bytes: 32, offset: 32, first: 1, last: 2 },
        { buffers: ['c'], bytes: 32, offset: 0, first: 2, last: 3 },
        { buffers: ['d'], bytes: 32, offset: 32, first: 3, last: 4 },
      ],
    })
    expect(outOf(program)).toEqual(outOf(chain))
  })

  it('begin at multiples of what the target asks for', () => {
    const { program, memory } = plannedOf(chain, 256)
    expect(offsetsOf(program)).toEqual({ a: 0, b: 256, c: 0, d: 256 })
    expect(memory.bytes).toBe(288)
    expect(plannedOf(chain, 4).memory.bytes).toBe(64)
  })

  it('of parts keep their distances and live as long as the whole', () => {
    const { program, memory } = plannedOf(
      programOf(`
  scratch a: f32[8] @0
  scratch low: f32[4] @32
  scratch whole: f32[8] @32
  scratch high: f32[4] @48
  scratch b: f32[8] @64
  launch @halves(x, low)
  launch @turn(x, a)
  launch @turn(a, b)
  launch @halves(b, high)
  launch @turn(whole, out)`),
    )
    expect(memory.blocks.map(({ buffers, first, last }) => [buffers, first, last])).toEqual([
      [['a'], 1, 2],
      [['whole', 'low', 'high'], 0, 4],
      [['b'], 2, 3],
    ])
    const { low, whole, high } = offsetsOf(program)
    expect([low! - whole!, high! - whole!]).toEqual([0, 16])
    expect(memory.bytes).toBe(96)
  })

  it('that no launch touches take nothing, nor does what has no elements', () => {
    const idle = `  scratch idle: f32[99] @32\n  scratch none: f32[0] @16\n  launch @turn(x, a)`
    const text = `  scratch a: f32[8] @448\n${idle}\n  launch @turn(a, out)`
    const { program, memory } = plannedOf(programOf(text))
    expect(offsetsOf(program)).toEqual({ a: 0 })
    expect(memory.bytes).toBe(32)
  })

  it('of a program without scratch are none', () => {
    const { memory } = plannedOf(programOf('  launch @turn(x, out)'))
    expect(memory).toEqual({ bytes: 0, unsharedBytes: 0, launches: 1, peakLaunch: 0, blocks: [] })
  })
})

describe('a result takes the place of its operand', () => {
  const kernelsOf = ({ program }: Planned) => program.items.map(({ kernel }) => kernel)

  it('where that lowers what lives at once', () => {
    const planned = plannedOf(
      programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  launch @turn(x, a)
  launch @neg(a, b)
  launch @turn(b, out)`),
    )
    expect(kernelsOf(planned)).toEqual(['turn', 'neg_in_place', 'turn'])
    expect(planned.memory.bytes).toBe(32)
    expect(planned.memory.blocks).toEqual([
      { buffers: ['a', 'b'], bytes: 32, offset: 0, first: 0, last: 2 },
    ])
    expect(printKernels({ programs: [], kernels: planned.program.kernels })).toContain(
      'kernel @neg_in_place(y: update f32[8]) {\n  parallel i in 8\n  y[i] = -1 * y[i]\n}',
    )
    expect(planned.program.kernels.map(({ name }) => name)).toEqual(['turn', 'neg_in_place'])
    expect(outOf(planned.program)).toEqual([-1, -2, -3, -4, -5, -6, -7, -8])
  })

  it('along a chain, with one kernel for equal launches', () => {
    const planned = plannedOf(
      programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  scratch c: f32[8] @64
  launch @turn(x, a)
  launch @neg(a, b)
  launch @neg(b, c)
  launch @turn(c, out)`),
    )
    expect(kernelsOf(planned)).toEqual(['turn', 'neg_in_place', 'neg_in_place', 'turn'])
    expect(planned.memory.bytes).toBe(32)
    expect(planned.memory.blocks[0]!.buffers).toEqual(['a', 'b', 'c'])
  })

  it('not where memory is lower than it must be elsewhere', () => {
    const planned = plannedOf(
      programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  scratch c: f32[8] @64
  scratch d: f32[8] @96
  scratch e: f32[8] @128
  launch @turn(x, a)
  launch @neg(a, b)
  launch @turn(b, c)
  launch @turn(c, d)
  launch @add(c, d, e)
  launch @turn(e, out)`),
    )
    // Between c and d two values live in any case, so neg may write anew.
    expect(kernelsOf(planned)).toEqual(['turn', 'neg', 'turn', 'turn', 'add_in_place', 'turn'])
    expect(planned.memory.bytes).toBe(64)
  })

  it.each([
    ['it is read at another index', '@turn(a, b)'],
    ['it is read again, under another name', '@add(a, a, b)'],
    ['the sum needs all of it', '@square(a, w, b)'],
  ])('not where %s', (_, launch) => {
    const planned = plannedOf(
      programOf(`
  input w: f32[8,8]
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  launch @turn(x, a)
  launch ${launch}
  launch @turn(b, out)`),
    )
    expect(planned.memory.bytes).toBe(64)
    expect(kernelsOf(planned)[1]).not.toContain('in_place')
  })

  it('not where either is a part of something larger', () => {
    const parts = plannedOf(
      programOf(`
  scratch whole: f32[16] @0
  scratch low: f32[8] @0
  scratch high: f32[8] @32
  scratch a: f32[8] @64
  scratch b: f32[8] @96
  launch @turn(x, low)
  launch @turn(x, a)
  launch @neg(a, high)
  launch @fold(whole, out)
  launch @neg(low, b)
  launch @turn(b, out)`),
    )
    expect(kernelsOf(parts)).toEqual(['turn', 'turn', 'neg', 'fold', 'neg', 'turn'])
  })

  it('not where somebody reads it later', () => {
    const later = plannedOf(
      programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  launch @turn(x, a)
  launch @neg(a, b)
  launch @add(a, b, out)`),
    )
    expect(later.memory.bytes).toBe(64)
    expect(kernelsOf(later)).toEqual(['turn', 'neg', 'add'])
  })
})

describe('offsets', () => {
  const block = (room: number, first: number, last: number) => ({ room, first, last })

  it('leave a hole that a later block fits into', () => {
    const blocks = [block(64, 0, 1), block(16, 0, 9), block(32, 2, 3), block(32, 2, 9)]
    expect(fitByTime(blocks)).toEqual([0, 64, 0, 32])
  })

  it('take the smallest hole that is large enough', () => {
    const [kept, next] = [block(48, 0, 9), block(32, 1, 9)]
    const blocks = [block(64, 0, 0), kept, block(32, 0, 0), block(16, 0, 9), next]
    expect(fitByTime(blocks)).toEqual([0, 64, 112, 144, 112])
  })

  it('are found by size where the order of time wastes room', () => {
    // In the order of time, the small one stands in the way of the large one.
    const blocks = [block(32, 0, 1), block(16, 1, 2), block(48, 2, 3)]
    const end = (offsets: readonly number[]) =>
      Math.max(...blocks.map(({ room }, i) => offsets[i]! + room))
    expect(end(fitByTime(blocks))).toBe(96)
    expect(end(fitBySize(blocks))).toBe(64)
    expect(fitBlocks(blocks, 64)).toEqual(fitBySize(blocks))
  })
})

describe('a wrong plan', () => {
  /** The plan of the chain with one offset changed. */
  function damaged(name: string, offset: number) {
    const { program, memory } = plannedOf(chain)
    const move = <T extends { readonly offset: number }>(one: T, isIt: boolean): T =>
      isIt ? { ...one, offset } : one
    const buffers = program.buffers.map(one => move(one, one.name === name))
    const blocks = memory.blocks.map(one => move(one, one.buffers.includes(name)))
    return { program: { ...program, buffers }, memory: { ...memory, blocks } }
  }

  it('that gives live blocks one range is refused by the verifier where a launch has both', () => {
    const { program } = damaged('b', 0)
    expect(verifyProgram(program).map(({ message }) => message)).toContain(
      'P6 a and b overlap and one of them is written',
    )
  })

  it('that ends a life too early is NaN in what a poisoned run gives, and P4', () => {
    const { program, memory } = plannedOf(chain)
    const blocks = memory.blocks.map(one => ({ ...one, last: one.last - 1 }))
    const wrong = poisoned(program, { ...memory, blocks })
    expect(outOf(wrong)).toEqual(new Array<number>(8).fill(NaN))
    expect(verifyProgram(wrong)[0]!.message).toBe('P4 a is read before it is written whole')
  })

  it('that puts a block over one that is read later shows as well', () => {
    const wide = programOf(`
  scratch a: f32[8] @0
  scratch b: f32[8] @32
  scratch c: f32[8] @64
  launch @turn(x, a)
  launch @neg(x, b)
  launch @turn(b, c)
  launch @add(a, c, out)`)
    const { program, memory } = plannedOf(wide)
    const from = offsetsOf(program).a!
    const buffers = program.buffers.map(one => (one.name === 'b' ? { ...one, offset: from } : one))
    const wrong = { ...program, buffers }
    expect(outOf(wrong)).not.toEqual(outOf(wide))
    const shown = poisoned(wrong, memory)
    expect(outOf(shown).every(Number.isNaN)).toBe(true)
    expect(verifyProgram(shown).map(({ message }) => message)).toContain(
      'P4 a is read before it is written whole',
    )
  })
})

it('is poisoned from the start, and again when its last reader has run', () => {
  const { program, memory } = plannedOf(chain)
  const text = printKernels({ programs: [poisoned(program, memory)], kernels: [] })
  const items = text.split('\n').filter(line => /^ {2}(launch|poison)/.test(line))
  expect(items.map(line => line.trim())).toEqual([
    'poison(a, b, c, d)',
    'launch @turn(x, a)',
    'launch @turn(a, b)',
    'poison(a)',
    'launch @turn(b, c)',
    'poison(b)',
    'launch @turn(c, d)',
    'poison(c)',
    'launch @turn(d, out)',
    'poison(d)',
  ])
})

it('holds blocks that cover every buffer once', () => {
  const { program } = plannedOf(chain)
  const blocks = blocksOf(chain, 16)
  expect(blocks.flatMap(({ buffers }) => buffers.map(({ name }) => name))).toEqual([...'abcd'])
  expect(arenaBytes(program, 'scratch')).toBe(
    Math.max(
      ...program.buffers.map(one => one.offset + (one.region === 'scratch' ? bytesOf(one) : 0)),
    ),
  )
})
