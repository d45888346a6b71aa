// Graphs as ops: several results, derivatives through the body, and bodies that cannot be called.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { nodesOf } from '../../src/ir/graph.ts'
import { inlineGraph } from '../../src/ir/inline.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { add, mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { call } from '../../src/ops/call.ts'
import { elements, known } from './known.ts'

const type = tensorType('f64', [2])

function productAndSum() {
  const builder = new GraphBuilder('pair')
  const [x, w] = [builder.input('x', type), builder.param('w', type)]
  return builder.output('product', mul(x, w)).output('sum', add(x, w)).finish()
}

describe('call', () => {
  it('gives every output of the body', () => {
    const [product, total] = call(productAndSum(), [known([2, 3]), known([5, 7])])
    expect(elements(product!)).toEqual([10, 21])
    expect(elements(total!)).toEqual([7, 10])
  })

  it('is one node with several results, differentiated through its body', () => {
    const builder = new GraphBuilder()
    const [x, w] = [builder.input('x', type), builder.param('w', type)]
    const [product, total] = call(productAndSum(), [x, w])
    const graph = builder.output('f', sum(mul(product!, total!))).finish()
    expect(nodesOf(graph)[0]!.results).toHaveLength(2)
    const { outputs } = interpret(gradient(graph, { of: 'f' }), { x: [2, 3], w: [5, 7] })
    // d/dw of x·w·(x + w) = x² + 2·x·w
    expect(Array.from(outputs['grads.w']!.values())).toEqual([24, 51])
  })

  it('may return an argument as it is', () => {
    const builder = new GraphBuilder('same')
    const x = builder.input('x', type)
    const body = builder.output('x', x).finish()
    expect(elements(call(body, [known([1, 2])])[0]!)).toEqual([1, 2])
  })

  it('refuses operands that the body does not take', () => {
    const body = productAndSum()
    expect(() => call(body, [known([1, 2])])).toThrow('@pair takes 2 operands, got 1 (C1)')
    expect(() => call(body, [known([1, 2]), known([1])])).toThrow(
      'argument "w" of @pair must be f64[2], got f64[1] (C1)',
    )
    expect(() => call(body, [])).toThrow('takes one or more operands')
  })

  it('refuses a body with updates or without outputs', () => {
    const stateful = new GraphBuilder('stateful')
    const s = stateful.state('s', type)
    const updating = stateful.output('s', s).update('s', mul(s, s)).finish()
    expect(() => call(updating, [known([1, 2])])).toThrow(
      'no updates, got one of "s" in @stateful (C2)',
    )
    const silent = new GraphBuilder('silent')
    silent.input('x', type)
    expect(() => call(silent.finish(), [known([1, 2])])).toThrow(
      '@silent must have an output, got none (C3)',
    )
  })
})

describe('inlineGraph', () => {
  it('appends the nodes of a graph in order, each anew', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', type)
    const [product] = inlineGraph(productAndSum(), [x, x], builder)
    const graph = builder.output('y', product!).finish()
    expect(nodesOf(graph).map(({ op }) => op.name)).toEqual(['mul', 'add'])
    const { outputs } = interpret(graph, { x: [3, 4] })
    expect(Array.from(outputs.y!.values())).toEqual([9, 16])
  })
})
