// The verifier on kernels that text cannot spell, and how it is asked.

import { describe, expect, test } from 'vitest'
import { axisIndex, index } from '../../src/kernel/index.ts'
import type { Loops } from '../../src/kernel/kernel.ts'
import type { Program } from '../../src/kernel/program.ts'
import * as s from '../../src/kernel/scalar.ts'
import {
  assertKernel,
  assertProgram,
  verifyKernel,
  verifyProgram,
} from '../../src/kernel/verify.ts'
import { GraphError } from '../../src/support/diagnostic.ts'
import { example, examples, kernelOf } from './files.ts'

const i = { name: 'i', extent: 8 }
const at = [axisIndex(i)]
const base: Loops = {
  kind: 'kernel',
  name: 'k',
  params: [
    { name: 'x', access: 'read', type: 'f32', shape: [8] },
    { name: 'y', access: 'write', type: 'f32', shape: [8] },
  ],
  parallel: [i],
  rows: [],
  body: [{ kind: 'store', buffer: 'y', index: at, value: s.load('f32', 'x', at) }],
}

const storing = (value: s.Scalar, index = at): Loops => ({
  ...base,
  body: [{ kind: 'store', buffer: 'y', index, value }],
})

const messages = (kernel: Loops) => verifyKernel(kernel).map(finding => finding.message)

describe('names that only code can get wrong', () => {
  test.each<[string, Loops, string]>([
    ['a buffer', storing(s.load('f32', 'q', at)), 'K1 the load of q needs a parameter or row'],
    ['an accumulator', storing(s.acc('f32', 's')), 'K1 s is not available here'],
    [
      'an axis',
      storing(s.load('f32', 'x', [axisIndex({ name: 'j', extent: 8 })])),
      'K1 the axis j is not available here',
    ],
    [
      'another extent',
      storing(s.load('f32', 'x', [axisIndex({ name: 'i', extent: 4 })])),
      'K1 the axis i has extent 8 here, got 4',
    ],
    [
      'an extent',
      { ...base, parallel: [{ name: 'i', extent: -1 }] },
      'K1 the extent of i needs a non-negative integer, got -1',
    ],
    [
      'a dim',
      { ...base, rows: [{ name: 'e', type: 'f32', shape: [1.5] }] },
      'K1 a dim of e needs a non-negative integer, got 1.5',
    ],
    [
      'an identifier',
      { ...base, rows: [{ name: 'e; evil()', type: 'f32', shape: [] }] },
      'K1 a name needs letters, digits and _, got "e; evil()"',
    ],
  ])('%s', (_, kernel, message) => {
    expect(messages(kernel).join('\n')).toContain(message)
  })

  test('a load with another type than its buffer', () => {
    expect(messages(storing(s.cast('f32', s.load('i32', 'x', at))))).toEqual([
      'K2 the load of x needs f32, got i32',
    ])
  })

  test('an accumulator used with another type', () => {
    const acc = { name: 'm', combine: '+', value: s.load('f32', 'x', at), at: undefined } as const
    const loop = { kind: 'loop', order: 'over', axes: [i], accs: [acc], body: [] } as const
    const store = {
      kind: 'store',
      buffer: 'y',
      index: [index(0)],
      value: s.cast('f32', s.acc('i32', 'm')),
    } as const
    expect(messages({ ...base, parallel: [], body: [loop, store] })).toContain(
      'K2 m is f32, got a use as i32',
    )
  })
})

describe('findings', () => {
  test('are all collected, each with its rule and what it is about', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[8], y: write i32[8], z: write f32[8]) {
      parallel i in 8
      y[i] = x[i + 1] }`)
    const findings = verifyKernel(kernel)
    expect(findings.map(finding => finding.rule)).toEqual(['K4', 'K2', 'K5'])
    expect(findings[2]?.about).toBe(kernel.params[2])
  })

  test('make one error that names the kernel', () => {
    const wrong = { ...base, body: [] }
    expect(() => assertKernel(wrong)).toThrow(GraphError)
    expect(() => assertKernel(wrong)).toThrow('E304 @k: K5 the write parameter y needs a store')
    expect(() => assertKernel(example('softmax'))).not.toThrow()
  })

  test('of a program say which kernel or buffer', () => {
    const [program] = examples.programs
    expect(() => assertProgram(program!)).not.toThrow()
    const without: Program = { ...program!, kernels: [] }
    expect(() => assertProgram(without)).toThrow('E304 @full_sum: P2 there is no kernel @chunks')
    const buffers = program!.buffers.map(buffer =>
      buffer.name === 'y' ? { ...buffer, offset: 16, shape: [-1] } : buffer,
    )
    expect(
      verifyProgram({ ...program!, buffers, items: [] }).map(({ message }) => message),
    ).toEqual([
      'P1 y needs non-negative integers as dims, got [-1]',
      'P1 the output y has no offset, got 16',
    ])
  })
})
