// The plan of scratch: lifetimes, offsets, results in the place of operands, and what a wrong plan
// does. Programs are given as text with one range for every value, as lowering makes them.

import { describe, expect, it } from 'vitest'
import { interpretProgram, placeBuffers } from '../../src/kernel/interpret.ts'
import { arenaBytes, bytesOf, type Launch, type Program } from '../../src/kernel/program.ts'
import { parseKernels, printKernels } from '../../src/kernel/text.ts'
import { assertProgram, verifyProgram } from '../../src/kernel/verify.ts'
import type { PlannedBlock } from '../../src/lower/lowered.ts'
import { blocksOf } from '../../src/lower/memory/blocks.ts'
import { fitBlocks, fitBySize } from '../../src/lower/memory/fit.ts'
import { fitByTime } from '../../src/lower/memory/fit-by-time.ts'
import { type Planned, planMemory } from '../../src/lower/memory/plan.ts'
import { poisoned } from '../../src/lower/memory/poison.ts'
import type { Fitted } from '../../src/lower/memory/ranges.ts'
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

kernel @both(x: read f32[8], y: write f32[16]) {
  parallel i in 8, j in 2
  y[i + 8 * j] = x[i]
}

kernel @twice(x: read f32[4], y: write f32[4]) {
  parallel i in 4
  y[i] = x[3 - i]
}

kernel @five(x: read f32[4], y: write f32[5]) {
  parallel i in 5
  y[i] = x[0]
}

kernel @fill(y: write f32[4]) {
  parallel i in 4
  y[i] = 0
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

/** A block whose bytes all live between the same launches. */
function block(
  buffers: readonly string[],
  bytes: number,
  offset: number,
  first: number,
  last: number,
): PlannedBlock {
  return { buffers, bytes, offset, first, last, ranges: [{ start: 0, bytes, first, last }] }
}

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
        block(['a'], 32, 0, 0, 1),
        block(['b'], 32, 32, 1, 2),
        block(['c'], 32, 0, 2, 3),
        block(['d'], 32, 32, 3, 4),
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
    expect(planned.memory.blocks).toEqual([block(['a', 'b'], 32, 0, 0, 2)])
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

describe('what is filled part by part', () => {
  /** Where a block lies, and its ranges as `start+bytes first-last`. */
  const rangesIn = ({ memory }: Planned, name: string) => {
    const found = memory.blocks.find(({ buffers }) => buffers.includes(name))!
    return found.ranges.map(({ start, bytes, first, last }) => `${start}+${bytes} ${first}-${last}`)
  }

  /** Launches with `a` while `high` is stored, or is not: `whole` is low and high. */
  const filling = (launches: string) =>
    programOf(`
  scratch a: f32[8] @0
  scratch low: f32[8] @32
  scratch whole: f32[16] @32
  scratch high: f32[8] @64
${launches}
  launch @fold(whole, out)`)

  it('leaves the place of a part to others until the part is stored', () => {
    const program = filling(`
  launch @turn(x, low)
  launch @turn(x, a)
  launch @turn(a, out)
  launch @turn(x, high)`)
    const planned = plannedOf(program)
    expect(rangesIn(planned, 'whole')).toEqual(['0+32 0-4', '32+32 3-4'])
    const { a, low, whole, high } = offsetsOf(planned.program)
    expect([low! - whole!, high! - whole!]).toEqual([0, 32])
    expect(a).toBe(high)
    expect(planned.memory.bytes).toBe(64)
    expect(outOf(planned.program)).toEqual(outOf(program))
    expect(outOf(poisoned(planned.program, planned.memory))).toEqual(outOf(program))
  })

  it('has the place of a part for itself while the part is computed from another block', () => {
    const program = filling(`
  launch @turn(x, low)
  launch @turn(x, a)
  launch @turn(a, high)`)
    const planned = plannedOf(program)
    expect(rangesIn(planned, 'whole')).toEqual(['0+32 0-3', '32+32 2-3'])
    expect(planned.memory.bytes).toBe(96)
    expect(outOf(planned.program)).toEqual(outOf(program))
  })

  it('leaves the place of a part to others when the part is not read any more', () => {
    const program = programOf(`
  scratch a: f32[8] @0
  scratch low: f32[8] @32
  scratch whole: f32[16] @32
  scratch b: f32[8] @96
  launch @both(x, whole)
  launch @fold(whole, a)
  launch @turn(a, b)
  launch @add(low, b, out)`)
    const planned = plannedOf(program)
    expect(rangesIn(planned, 'whole')).toEqual(['0+32 0-3', '32+32 0-1'])
    const { b, whole } = offsetsOf(planned.program)
    expect(b).toBe(whole! + 32)
    const shown = poisoned(planned.program, planned.memory)
    expect(outOf(shown)).toEqual(outOf(program))
    const poison = shown.items.flatMap(item => (item.kind === 'poison' ? [item.buffers] : []))
    expect(poison).toEqual([['a', 'whole', 'b'], ['whole_range'], ['a'], ['low', 'b']])
  })

  it('keeps the vector in which a gap begins, and what stands before it there', () => {
    const program = programOf(`
  scratch a: f32[4] @0
  scratch gap: f32[4] @48
  scratch whole: f32[8] @32
  scratch low: f32[5] @32
  scratch b: f32[4] @64
  launch @fill(gap)
  launch @halves(x, a)
  launch @twice(a, b)
  launch @five(b, low)
  launch @turn(whole, out)`)
    const planned = plannedOf(program)
    expect(rangesIn(planned, 'whole')).toEqual(['0+16 3-4', '16+16 0-4'])
    const { a, whole } = offsetsOf(planned.program)
    expect(a).toBe(whole)
    expect(planned.memory.bytes).toBe(48)
    expect(outOf(planned.program)).toEqual(outOf(program))
    expect(outOf(program).slice(0, 3)).toEqual([0, 0, 0])
  })

  it('shows as P4 and NaN where another block still has the place of a part', () => {
    const program = filling(`
  launch @turn(x, low)
  launch @turn(x, a)
  launch @turn(x, high)
  launch @turn(a, out)`)
    const { program: planned, memory } = plannedOf(program)
    expect(memory.bytes).toBe(96)
    const offset = offsetsOf(planned).high!
    const buffers = planned.buffers.map(one => (one.name === 'a' ? { ...one, offset } : one))
    const blocks = memory.blocks.map(one => (one.buffers[0] === 'a' ? { ...one, offset } : one))
    const wrong = poisoned({ ...planned, buffers }, { ...memory, blocks })
    expect(outOf(wrong)).toEqual(new Array<number>(8).fill(NaN))
    expect(verifyProgram(wrong).map(({ message }) => message)).toEqual([
      'P4 whole is read before it is written whole',
    ])
  })
})

describe('offsets', () => {
  const block = (room: number, first: number, last: number): Fitted => {
    return { room, first, last, ranges: [{ start: 0, bytes: room, first, last }] }
  }

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
    const bySize = fitBySize(blocks, 64, 1)
    expect(end(bySize)).toBe(64)
    expect(fitBlocks(blocks, 64)).toEqual(bySize)
  })

  /** A block of which ranges of given bytes begin to live at given launches, to the last one. */
  const filled = (last: number, ...parts: readonly (readonly [bytes: number, first: number])[]) => {
    let room = 0
    const ranges = parts.map(([bytes, first]) => {
      room += bytes
      return { start: room - bytes, bytes, first, last }
    })
    return { room, first: Math.min(...parts.map(([, first]) => first)), last, ranges }
  }

  it('of blocks that come earlier lie where a part of a later one will be', () => {
    const whole = filled(9, [64, 8], [32, 5])
    const placed = (last: number) => [block(64, 0, 7), block(32, 2, last), whole]
    expect(fitByTime(placed(4), [2])).toEqual([0, 64, 0])
    expect(fitByTime(placed(5), [2])).toEqual([0, 96, 0])
    expect(fitBySize(placed(4), 96, 1)).toEqual([0, 64, 0])
    expect(fitBySize(placed(5), 96, 1)).toEqual([0, 96, 0])
  })

  it('lie for a while where two later blocks will be, one after another', () => {
    const [first, second] = [filled(6, [32, 4], [32, 1]), filled(9, [64, 8], [32, 7])]
    const placed = (last: number) => [block(16, 1, 3), block(16, 3, last), first, second]
    expect(fitByTime(placed(6), [3])).toEqual([0, 64, 0, 0])
    expect(fitByTime(placed(7), [3])).toEqual([0, 96, 0, 0])
  })

  it('are found again with what reached too high before all else', () => {
    // Two hidden layers with batch norm: activations and their cotangents, and the gradients.
    const lives = [
      [0, 13],
      [1, 12],
      [2, 10],
      [3, 9],
      [9, 10],
      [10, 12],
      [12, 13],
      [13, 14],
    ] as const
    const gradients = filled(15, [192, 14], [64, 11])
    const blocks = [...lives.map(([first, last]) => block(64, first, last)), gradients]
    const end = (offsets: readonly number[]) =>
      Math.max(...blocks.map(({ room }, i) => offsets[i]! + room))
    expect(end(fitByTime(blocks, [8]))).toBe(384)
    expect(end(fitBySize(blocks, 320, 1))).toBe(384)
    expect(end(fitBlocks(blocks, 320))).toBe(320)
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
    const shorter = <T extends { readonly last: number }>(one: T) => ({
      ...one,
      last: one.last - 1,
    })
    const blocks = memory.blocks.map(one => ({ ...shorter(one), ranges: one.ranges.map(shorter) }))
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
    const offset = offsetsOf(program).a!
    const buffers = program.buffers.map(one => (one.name === 'b' ? { ...one, offset } : one))
    const blocks = memory.blocks.map(one => (one.buffers[0] === 'b' ? { ...one, offset } : one))
    const wrong = { ...program, buffers }
    expect(outOf(wrong)).not.toEqual(outOf(wide))
    const shown = poisoned(wrong, { ...memory, blocks })
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
