// Who makes, uses and reaches a value.

import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../src/ir/parser.ts'
import { ancestors, definitions, descendants, rootsOf, users } from '../../src/ir/traverse.ts'
import { ops } from '../../src/ops/registry.ts'

// Ids are %x 0, %w 1, then the nodes in order from 2.
const graph = parseGraph(
  'test.ir',
  `graph @g(input %x: f32[4], param %w: f32[4]) {
    %2 = mul %x, %x : f32[4]
    %3 = exp %w : f32[4]
    %4 = add %2, %3 : f32[4]
    %5 = neg %2 : f32[4]
    return y = %4
    update w = %3
  }`,
  ops,
)

describe('definitions', () => {
  it('name the argument or the node and result that makes each value', () => {
    const found = definitions(graph)
    expect(found.get(0)!.argument?.name).toBe('x')
    expect(found.get(4)!.node).toBe(graph.nodes[4])
    expect(found.get(4)).toMatchObject({ result: 0 })
    expect(found.size).toBe(6)
  })
})

describe('users', () => {
  it('come in definition order, each once', () => {
    const ids = (value: number) =>
      users(graph)
        .get(value)
        ?.map(node => node.id)
    expect(ids(0)).toEqual([2])
    expect(ids(2)).toEqual([4, 5])
    expect(ids(4)).toBeUndefined()
  })
})

describe('reachability', () => {
  it('goes from outputs and updates to what they are computed from', () => {
    expect(rootsOf(graph)).toEqual([4, 3])
    expect([...ancestors(graph, rootsOf(graph))].sort()).toEqual([2, 3, 4])
    expect([...ancestors(graph, [3])]).toEqual([3])
  })

  it('goes from a value to all that depends on it', () => {
    expect([...descendants(graph, [0])].sort()).toEqual([0, 2, 4, 5])
    expect([...descendants(graph, [1])].sort()).toEqual([1, 3, 4])
  })
})
