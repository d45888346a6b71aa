// What a value is made from, and what is made from it.

import { describe, expect, it } from 'vitest'
import { nodesOf } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { ancestors, descendants, rootsOf } from '../../src/ir/traverse.ts'
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

const nodes = nodesOf(graph)

describe('reachability', () => {
  it('goes from outputs and updates to what they are computed from', () => {
    expect(rootsOf(graph)).toEqual([4, 3])
    expect([...ancestors(nodes, rootsOf(graph))].sort()).toEqual([0, 1, 2, 3, 4])
    expect([...ancestors(nodes, [3])].sort()).toEqual([1, 3])
  })

  it('goes from a value to all that depends on it', () => {
    expect([...descendants(nodes, [0])].sort()).toEqual([0, 2, 4, 5])
    expect([...descendants(nodes, [1])].sort()).toEqual([1, 3, 4])
  })
})
