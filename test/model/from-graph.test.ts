// Models of graphs that were not traced.

import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/ir/interpret.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import type { Tensor } from '../../src/ir/tensor.ts'
import { gradient } from '../../src/model/derivative.ts'
import { fromGraph } from '../../src/model/from-graph.ts'
import { ops } from '../../src/ops/registry.ts'

const TEXT = `graph @report(input %x: f32[n,2], param %"l.0.w": f32[2,3], param %"l.0.b": f32[3], param %"l.1.s": f32[], state %"bn.mean": f32[3]) {
  %0 = matmul %x, %"l.0.w" : f32[n,3]
  %1 = sum %0 {axes = [0, 1]} : f32[]
  %2 = mul %1, %"l.1.s" : f32[]
  return loss = %2, "aux.h" = %0
}
`

const report = fromGraph(parseGraph('report.ir', TEXT, ops))

describe('fromGraph', () => {
  it('nests names by their dots, lists where keys count up', () => {
    expect(report.params).toEqual({ l: [{ w: 'l.0.w', b: 'l.0.b' }, { s: 'l.1.s' }] })
    expect(report.state).toEqual({ bn: { mean: 'bn.mean' } })
    expect(report.outputs).toEqual({ loss: 'loss', aux: { h: 'aux.h' } })
    expect(String(report)).toBe(TEXT)
  })

  it('starts matrices by heNormal, and all else at zero', () => {
    const { params, state } = report.init(1) as unknown as {
      params: { l: [{ w: { data: Float32Array }; b: { data: Float32Array } }, { s: number }] }
      state: { bn: { mean: { data: Float32Array } } }
    }
    expect(params.l[0].w.data.every(value => value !== 0)).toBe(true)
    expect(params.l[0].b.data).toEqual(new Float32Array(3))
    expect(params.l[1].s).toBe(0)
    expect(state.bn.mean.data).toEqual(new Float32Array(3))
  })

  it('starts with the values of a report where there are some', () => {
    const host = { shape: [2, 3] as [2, 3], dtype: 'f32' as const, data: new Float32Array(6) }
    type Params = { w: Tensor<[2, 3], 'f32'> }
    const graph = parseGraph('g', 'graph @g(param %w: f32[2,3]) {\n  return w = %w\n}\n', ops)
    const m = fromGraph<object, Params, never, Params>(graph, { params: { w: host } })
    expect(m.init(3).params.w).toBe(host)
    expect(m.init(3).state).toEqual({})
  })

  it('makes a model like any other', () => {
    const program = gradient(report, { of: 'loss' })
    const values = {
      x: [[1, 2]],
      'l.0.w': [
        [1, 0, 0],
        [0, 1, 0],
      ],
      'l.0.b': [0, 0, 0],
      'l.1.s': 2,
      'bn.mean': [0, 0, 0],
    }
    const { outputs } = interpret(program.graph, values)
    expect(outputs['grads.l.1.s']!.at(0)).toBe(3)
    expect(program.outputs).toMatchObject({
      grads: { l: [{ w: 'grads.l.0.w' }, { s: 'grads.l.1.s' }] },
    })
    expect(() => gradient(report, { of: 'loss', wrt: ['l'] })).toThrow('E202')
  })

  it('refuses names that cannot nest', () => {
    const text = 'graph @g(param %a: f32[], param %"a.b": f32[]) {\n  return a = %a\n}\n'
    expect(() => fromGraph(parseGraph('g', text, ops))).toThrow(
      'E105 names: "a" must be a value or hold others, got "a.b" beside it',
    )
  })

  it('needs sizes to start a parameter', () => {
    const text = 'graph @g(param %w: f32[n,2]) {\n  return w = %w\n}\n'
    const open = fromGraph(parseGraph('g', text, ops))
    expect(() => open.init()).toThrow('E107 w: every dim must have a size here')
  })
})
