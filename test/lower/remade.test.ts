// Values drawn from key and counter are drawn again in every kernel that needs them: no mask and no
// noise lies in memory between the forward and the backward pass.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { runOnJs } from '../generic/on-js.ts'
import { difference } from '../generic/tolerances.ts'
import { drawn } from './programs.ts'
import { type Arguments, lowered, prepared } from './run.ts'

const graphOf = (text: string) => parseGraph('remade.ir', text, ops)

const programOf = (graph: Graph) => lowered(prepared(graph)).program

/** Scratch buffers as `u32[32,64]`. */
const scratchOf = (graph: Graph) =>
  programOf(graph)
    .buffers.filter(({ region }) => region === 'scratch')
    .map(({ type, shape }) => `${type}[${shape}]`)

/** The kernels that draw. */
const drawing = (graph: Graph) =>
  programOf(graph).kernels.filter(kernel =>
    printKernels({ programs: [], kernels: [kernel] }).includes('threefry'),
  )

const given = (graph: Graph): Arguments => ({
  ...drawn(graph),
  key: Literal.from([17, 4], 'u32'),
  counter: Literal.from(9, 'u32'),
})

function expectMeaningOnJs(graph: Graph): void {
  const values = given(graph)
  const got = runOnJs(graph, values).outputs
  for (const [name, wanted] of Object.entries(interpret(graph, values).outputs)) {
    expect(difference(got[name]!, wanted, 'graph', 'f32'), name).toBeUndefined()
  }
}

const NET = `graph @net(input %x: f32[32,24], param %v: f32[24,64], param %w: f32[64,16], rng %key: u32[2], rng %counter: u32[]) {
  %0 = matmul %x, %v : f32[32,64]
  %1 = tanh %0 : f32[32,64]
  %2 = dropout %1, %key, %counter {rate = 0.25, stream = 3} : f32[32,64]
  %3 = matmul %2, %w : f32[32,16]
  %4 = square %3 : f32[32,16]
  %5 = sum %4 {axes = [0, 1]} : f32[]
  return loss = %5
}`

describe('a dropout in a training graph', () => {
  const net = gradient(graphOf(NET), { of: 'loss' })

  it('keeps no mask: forward and backward draw it again', () => {
    expect(drawing(net).length).toBeGreaterThan(1)
    const masks = scratchOf(net).filter(buffer => /^(bool|u32)/.test(buffer))
    expect(masks).toEqual([])
  })

  it('keeps the activations once, not once more with elements left out', () => {
    // Those before dropout, and the cotangent that has come back to them.
    expect(scratchOf(net).filter(buffer => buffer === 'f32[32,64]')).toHaveLength(2)
  })

  it('gives on js what it means, with the same elements left out both ways', () => {
    expectMeaningOnJs(net)
    const masked = interpret(graphOf(NET.replace('loss = %5', 'loss = %5, h = %2')), given(net))
    const zeros = [...masked.outputs.h!.values()].filter(value => value === 0).length
    expect(zeros / (32 * 64)).toBeGreaterThan(0.2)
    expect(zeros / (32 * 64)).toBeLessThan(0.3)
  })
})

describe('a drawn value', () => {
  const DRAW = 'random_normal %key, %counter'

  it('is not kept for several kernels, through the functions that shape it', () => {
    const graph = graphOf(`graph @g(input %x: f32[40,6], rng %key: u32[2], rng %counter: u32[]) {
  %0 = ${DRAW} {stream = 1, shape = [40, 6]} : f32[40,6]
  %1 = mul %0, %x : f32[40,6]
  %2 = sum %1 {axes = [0]} : f32[6]
  %3 = add %0, %x : f32[40,6]
  %4 = sum %3 {axes = [1]} : f32[40]
  return a = %2, b = %4
}`)
    expect(scratchOf(graph)).toEqual([])
    expect(drawing(graph)).toHaveLength(2)
    expectMeaningOnJs(graph)
  })

  it('is kept where one kernel would draw each element several times', () => {
    const repeated =
      graphOf(`graph @g(input %x: f32[40,64], rng %key: u32[2], rng %counter: u32[]) {
  %0 = ${DRAW} {stream = 1, shape = [64]} : f32[64]
  %1 = broadcast_to %0 {shape = [40, 64], axes = [0]} : f32[40,64]
  %2 = mul %1, %x : f32[40,64]
  return a = %2
}`)
    expect(scratchOf(repeated)).toEqual(['f32[64]'])
    expectMeaningOnJs(repeated)
    const product = graphOf(`graph @g(input %x: f32[40,64], rng %key: u32[2], rng %counter: u32[]) {
  %0 = ${DRAW} {stream = 1, shape = [64]} : f32[64]
  %1 = matmul %x, %0 : f32[40]
  return a = %1
}`)
    expect(scratchOf(product)).toEqual(['f32[64]'])
    expectMeaningOnJs(product)
  })

  it('takes what is made of it along where one kernel would need that several times', () => {
    const graph =
      graphOf(`graph @g(input %x: f32[64], input %y: f32[40,64], rng %key: u32[2], rng %counter: u32[]) {
  %0 = dropout %x, %key, %counter {rate = 0.5, stream = 1} : f32[64]
  %1 = broadcast_to %0 {shape = [40, 64], axes = [0]} : f32[40,64]
  %2 = mul %1, %y : f32[40,64]
  return a = %2
}`)
    expect(scratchOf(graph)).toEqual(['f32[64]'])
    expectMeaningOnJs(graph)
  })
})
