// What is computed again to take less scratch: which values, by which launches, and what stays as
// it is. Programs are text.

import { describe, expect, it } from 'vitest'
import type { Launch, Program } from '../../src/kernel/program.ts'
import { parseKernels, printKernels } from '../../src/kernel/text.ts'
import { verifyProgram } from '../../src/kernel/verify.ts'
import { again } from '../../src/lower/memory/again.ts'
import { blocksOf } from '../../src/lower/memory/blocks.ts'
import { inlined } from '../../src/lower/memory/inlined.ts'
import { recompute } from '../../src/lower/memory/recompute.ts'
import { TARGET } from './run.ts'

const KERNELS = `
kernel @double(x: read f32[64], y: write f32[64]) {
  parallel i in 64
  y[i] = x[i] * 2
}
kernel @positive(x: read f32[64], y: write f32[64]) {
  parallel i in 64
  y[i] = max(x[i], 0)
}
kernel @both(x: read f32[64], y: write f32[64], z: write f32[64]) {
  parallel i in 64
  y[i] = max(x[i], 0)
  z[i] = x[i] * 3
}
kernel @add(x: read f32[64], y: read f32[64], z: write f32[64]) {
  parallel i in 64
  z[i] = x[i] + y[i]
}
kernel @rows(x: read f32[8,8], y: write f32[64]) {
  parallel i in 64
  y[i] = x[mod(i, 8), div(i, 8)]
}
kernel @turn(x: read f32[64], y: write f32[64]) {
  parallel i in 64
  over j in 1 {
    s += x[63 - i]
  }
  y[i] = s
}
kernel @shift(x: read f32[64], y: write f32[64]) {
  parallel i in 64
  y[i] = x[i + 1] else 0
}
kernel @bump(x: update f32[64]) {
  parallel i in 64
  x[i] = x[i] + 1
}
`

/** A program on inputs x, state p and output o; every value of scratch has a range of its own. */
function programOf(scratch: readonly string[], launches: readonly string[]): Program<Launch> {
  const buffers = [
    'input x: f32[64]',
    'state p: f32[64] @0',
    ...scratch.map((name, i) => `scratch ${name}: f32[64] @${256 * i}`),
    'output o: f32[64]',
  ]
  const text = `program @p {\n  ${[...buffers, ...launches.map(one => `launch ${one}`)].join('\n  ')}\n}\n${KERNELS}`
  const { programs, kernels } = parseKernels('recompute.kir', text)
  const [program] = programs
  const used = new Set(launches.map(one => one.slice(1, one.indexOf('('))))
  const items = program!.items.filter(item => item.kind === 'launch')
  return { ...program!, items, kernels: kernels.filter(({ name }) => used.has(name)) }
}

const launchesIn = ({ items }: Program<Launch>) =>
  items.map(({ kernel, args }) => `@${kernel}(${args.join(', ')})`)

const blockOf = (program: Program<Launch>, name: string) =>
  blocksOf(program, 16).find(({ buffers }) => buffers.some(buffer => buffer.name === name))!

/** a is made first and read last; between the two b, c and d are. */
const LONG = ['@double(x, a)', '@turn(a, b)', '@turn(b, c)', '@turn(c, d)', '@add(a, d, o)']
const long = programOf(['a', 'b', 'c', 'd'], LONG)

describe('a value that is idle', () => {
  it('is made again before those who read it late, by the same kernel', () => {
    const change = again(long, blockOf(long, 'a'), 2)!
    expect(launchesIn(change.program)).toEqual([
      ...LONG.slice(0, 4),
      '@double(x, a_again)',
      '@add(a_again, d, o)',
    ])
    expect(verifyProgram(change.program)).toEqual([])
  })

  it('is made alone where its launch makes others too', () => {
    const launches = ['@both(x, a, b)', '@turn(b, c)', '@turn(c, d)', '@add(a, d, o)']
    const program = programOf(['a', 'b', 'c', 'd'], launches)
    const change = again(program, blockOf(program, 'a'), 2)!
    expect(launchesIn(change.program)).toEqual([
      ...launches.slice(0, 3),
      '@both_again(x, a_again)',
      '@add(a_again, d, o)',
    ])
    expect(verifyProgram(change.program)).toEqual([])
  })

  it.each<[string, readonly string[]]>([
    [
      'what it is made of has changed',
      ['@double(p, a)', '@turn(a, b)', '@bump(p)', '@add(a, b, o)'],
    ],
    [
      'another launch updates it',
      ['@double(x, a)', '@bump(a)', '@turn(a, b)', '@turn(b, c)', '@add(a, c, o)'],
    ],
    ['nobody reads it later', ['@double(x, a)', '@turn(a, b)', '@turn(b, c)', '@turn(c, o)']],
  ])('is kept where %s', (_, launches) => {
    const program = programOf(['a', 'b', 'c'], launches)
    expect(again(program, blockOf(program, 'a'), 2)).toBeUndefined()
  })
})

describe('a value that is made point by point', () => {
  it('is computed by whoever reads it, rounded as it was', () => {
    const change = inlined(long, blockOf(long, 'a'))!
    expect(launchesIn(change.program)).toEqual([
      '@turn_inline(x, b)',
      '@turn(b, c)',
      '@turn(c, d)',
      '@add_inline(x, d, o)',
    ])
    const text = printKernels({ programs: [], kernels: change.program.kernels })
    expect(text).toContain('s += f32(x_1[-i + 63] * 2)')
    expect(text).toContain('z[i] = f32(x_1[i] * 2) + y[i]')
    expect(verifyProgram(change.program)).toEqual([])
  })

  it('is found under the shape of whoever reads it', () => {
    const program = programOf(['a', 'b'], ['@double(x, a)', '@rows(a, b)', '@add(a, b, o)'])
    const change = inlined(program, blockOf(program, 'a'))!
    const text = printKernels({ programs: [], kernels: change.program.kernels })
    expect(text).toContain('y[i] = f32(x_1[8*mod(i, 8) + div(i, 8)] * 2)')
    expect(verifyProgram(change.program)).toEqual([])
  })

  it('is not rounded where it is what was loaded', () => {
    const program = programOf(['a', 'b'], ['@positive(x, a)', '@turn(a, b)', '@add(a, b, o)'])
    const change = inlined(program, blockOf(program, 'a'))!
    const text = printKernels({ programs: [], kernels: change.program.kernels })
    expect(text).toContain('s += max(x_1[-i + 63], 0)')
  })

  it('leaves its launch to the others that are stored there', () => {
    const program = programOf(['a', 'b', 'c'], ['@both(x, a, b)', '@turn(b, c)', '@add(a, c, o)'])
    const change = inlined(program, blockOf(program, 'a'))!
    expect(launchesIn(change.program)).toEqual([
      '@both_inline(x, b)',
      '@turn(b, c)',
      '@add_inline(x, c, o)',
    ])
  })

  it.each<[string, readonly string[]]>([
    ['it is read beyond its ends', ['@double(x, a)', '@shift(a, b)', '@add(a, b, o)']],
    ['it is gathered in a loop', ['@turn(x, a)', '@turn(a, b)', '@add(a, b, o)']],
    [
      'what it is made of has changed',
      ['@double(p, a)', '@bump(p)', '@turn(a, b)', '@add(a, b, o)'],
    ],
  ])('is stored where %s', (_, launches) => {
    const program = programOf(['a', 'b'], launches)
    expect(inlined(program, blockOf(program, 'a'))).toBeUndefined()
  })
})

describe('a budget', () => {
  it('changes nothing where it is kept', () => {
    expect(recompute(long, 1024, TARGET)).toEqual({ program: long, recomputed: [] })
  })

  it('is met by what costs least, and says what that is', () => {
    const { program, recomputed } = recompute(long, 512, TARGET)
    expect(verifyProgram(program)).toEqual([])
    expect(recomputed.map(({ buffer, bytes }) => [buffer, bytes])).toEqual([['a', 256]])
    expect(recomputed[0]!.flops).toBeGreaterThan(0)
    expect(recomputed[0]!.estimatedMs).toBeGreaterThan(0)
  })

  it('is missed where nothing helps', () => {
    const short = programOf(['a', 'b'], ['@turn(x, a)', '@turn(a, b)', '@turn(b, o)'])
    expect(recompute(short, 16, TARGET).program).toBe(short)
  })
})
