// The choice of a side of every by_mode.

import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { chooseMode } from '../../src/passes/choose-mode.ts'

const parse = (text: string) => parseGraph('mode.ir', text, ops)

const chosen = (text: string, mode: 'train' | 'eval') => {
  const graph = chooseMode(parse(text), mode)
  expect(verifyGraph(graph)).toEqual([])
  return printGraph(graph)
}

const DROPOUT = `graph @g(input %x: f32[2], rng %key: u32[2], rng %counter: u32[]) {
  %0 = random_uniform %key, %counter {stream = 1, shape = [2]} : f32[2]
  %1 = mul %x, %0 : f32[2]
  %2 = by_mode %1, %x : f32[2]
  %3 = neg %2 : f32[2]
  return y = %3, z = %2
}
`

describe('chooseMode', () => {
  it('keeps one side, and nothing that only the other needed', () => {
    expect(chosen(DROPOUT, 'eval')).toBe(
      'graph @g(input %x: f32[2]) {\n  %0 = neg %x : f32[2]\n  return y = %0, z = %x\n}\n',
    )
    expect(chosen(DROPOUT, 'train')).toBe(
      DROPOUT.replace(/ {2}%2 = by_mode.*\n/, '')
        .replace('%3 = neg %2', '%2 = neg %1')
        .replace('y = %3, z = %2', 'y = %2, z = %1'),
    )
  })

  it('follows a choice between choices', () => {
    const text = `graph @g(input %a: f32[], input %b: f32[], input %c: f32[]) {
  %0 = by_mode %a, %b : f32[]
  %1 = by_mode %c, %0 : f32[]
  %2 = by_mode %0, %c {mode = train} : f32[]
  return x = %1, y = %2
}
`
    expect(chosen(text, 'eval')).toContain('return x = %b, y = %c')
    expect(chosen(text, 'train')).toContain('return x = %c, y = %a')
  })

  it('drops an update that leaves its target as it was, and keeps others', () => {
    const text = `graph @g(input %x: f32[], state %s: f32[], state %t: f32[]) {
  %0 = by_mode %x, %s : f32[]
  %1 = by_mode %x, %t : f32[]
  return y = %x
  update s = %0
  update t = %0
}
`
    expect(chosen(text, 'eval').match(/update .*/g)).toEqual(['update t = %s'])
    expect(chosen(text, 'train').match(/update .*/g)).toEqual(['update s = %x', 'update t = %x'])
  })

  it('reaches into graphs that attributes hold, each once', () => {
    const text = `graph @side(input %a: f32[], input %b: f32[]) {
  %0 = by_mode %a, %b : f32[]
  return y = %0
}

graph @g(input %a: f32[], input %b: f32[]) {
  %0 = call %a, %b {body = @side} : f32[]
  %1 = call %0, %b {body = @side} : f32[]
  return y = %1
}
`
    expect(chosen(text, 'train')).toContain(
      'graph @side(input %a: f32[], input %b: f32[]) {\n  return y = %a',
    )
    expect(chosen(text, 'eval')).not.toContain('by_mode')
  })

  it('gives the very graph back where there is no choice', () => {
    const graph = parse('graph @g(input %x: f32[]) {\n  %0 = neg %x : f32[]\n  return y = %x\n}\n')
    expect(chooseMode(graph, 'train')).toBe(graph)
  })
})
