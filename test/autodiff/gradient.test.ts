// Derivatives of whole graphs: values against closed forms, composition, origins, and every
// refusal.

import { describe, expect, it } from 'vitest'
import { gradient, gradients, jvp } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { defineComposite, defineOp, operator } from '../../src/ir/define.ts'
import { type Graph, nodesOf } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { notImplemented } from '../../src/ir/op.ts'
import { operand } from '../../src/ir/sample.ts'
import { ancestors, rootsOf } from '../../src/ir/traverse.ts'
import { tensorType } from '../../src/ir/type.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import * as s from '../../src/kernel/scalar.ts'
import { add, mul, neg, square } from '../../src/ops/arithmetic.ts'
import { broadcastAlong, sum } from '../../src/ops/broadcast.ts'
import { fullLike } from '../../src/ops/creation.ts'
import { exp } from '../../src/ops/exponential.ts'
import { gather } from '../../src/ops/indexing.ts'
import { floor } from '../../src/ops/piecewise.ts'
import { argmax } from '../../src/ops/reduction.ts'
import { cast } from '../../src/ops/select.ts'
import { mean, variance } from '../../src/ops/statistics.ts'
import { GraphError } from '../../src/support/diagnostic.ts'
import { angle, sinCos } from './sin-cos.ts'

const scalar = tensorType('f64')

/** A graph of one f64 scalar param `w` with one output `loss`. */
function ofScalar(body: (w: Value) => Value): Graph {
  const builder = new GraphBuilder()
  return builder.output('loss', body(builder.param('w', scalar))).finish()
}

const at = (graph: Graph, w: number, output: string) =>
  interpret(graph, { w }).outputs[output]!.at(0)

function errorOf(act: () => unknown): GraphError {
  try {
    act()
  } catch (error) {
    if (error instanceof GraphError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('gradient', () => {
  it('sums the cotangents of a value that is used several times', () => {
    const graph = gradient(
      ofScalar(w => add(mul(w, w), mul(fullLike(w, -10), w))),
      { of: 'loss' },
    )
    expect(verifyGraph(graph)).toEqual([])
    expect(at(graph, 3, 'grads.w')).toBe(-4)
  })

  it('composes: derivatives of derivatives get their own names', () => {
    let graph = ofScalar(w => exp(neg(square(w))))
    for (const of of ['loss', 'grads.w', 'grads2.w']) graph = gradient(graph, { of })
    const w = 0.7
    const bell = Math.exp(-w * w)
    expect(at(graph, w, 'grads.w')).toBeCloseTo(-2 * w * bell, 14)
    expect(at(graph, w, 'grads2.w')).toBeCloseTo((4 * w * w - 2) * bell, 14)
    expect(at(graph, w, 'grads3.w')).toBeCloseTo((12 * w - 8 * w ** 3) * bell, 14)
  })

  it('agrees with forward mode over reverse mode', () => {
    const reverse = gradient(
      ofScalar(w => exp(neg(square(w)))),
      { of: 'loss' },
    )
    const forward = jvp(reverse, { of: 'grads.w' })
    const twice = gradient(reverse, { of: 'grads.w' })
    const tangent = interpret(forward, { w: 0.3, 'tangents.w': 2 }).outputs.tangent!.at(0)
    expect(tangent).toBeCloseTo(2 * at(twice, 0.3, 'grads2.w'), 14)
  })

  it('names the gradients of inputs apart from those of params', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f64', ['batch']))
    const w = builder.param('w', tensorType('f64', ['batch']))
    const graph = gradient(builder.output('loss', sum(mul(x, w))).finish(), {
      of: 'loss',
      wrt: ['x', 'w'],
    })
    const { outputs } = interpret(graph, { x: [1, 2], w: [3, 4] })
    expect([...outputs['inputGrads.x']!.values()]).toEqual([3, 4])
    expect([...outputs['grads.w']!.values()]).toEqual([1, 2])
  })

  it('gives zeros to a param without influence unless it was asked for by name', () => {
    const builder = new GraphBuilder()
    const w = builder.param('w', scalar)
    builder.param('unused', tensorType('f64', [2]))
    const graph = builder.output('loss', square(w)).finish()
    const { outputs } = interpret(gradient(graph, { of: 'loss' }), { w: 3, unused: [1, 2] })
    expect([...outputs['grads.unused']!.values()]).toEqual([0, 0])
    const error = errorOf(() => gradient(graph, { of: 'loss', wrt: ['unused'] }))
    expect(error.code).toBe('E202')
    expect(error.message).toContain('is computed without %unused')
  })

  it('differentiates a composite without a rule through its body', () => {
    const cube = defineComposite({
      name: 'cube',
      operands: ['x'],
      type: ({ x }) => x,
      body: ({ x }) => mul(x, square(x)),
      samples: draw => ({ operands: [operand('f64', draw.shape())], attributes: {} }),
    })
    const graph = ofScalar(w => w.builder.append(cube, [w], {})[0]!)
    const twice = gradient(gradient(graph, { of: 'loss' }), { of: 'grads.w' })
    expect(at(twice, 2, 'grads.w')).toBe(12)
    expect(at(twice, 2, 'grads2.w')).toBe(12)
    const tangent = interpret(jvp(graph, { of: 'loss' }), { w: 2, 'tangents.w': 1 }).outputs
      .tangent!
    expect(tangent.at(0)).toBe(12)
  })

  it('leaves no node behind that nothing needs, and keeps those that were there', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f64', [3]))
    const w = builder.param('w', tensorType('f64', [3]))
    const unused = exp(x)
    const graph = builder.output('loss', sum(mul(x, exp(w)))).finish()
    for (const derivative of [gradient(graph, { of: 'loss' }), jvp(graph, { of: 'loss' })]) {
      const needed = ancestors(nodesOf(derivative), rootsOf(derivative))
      const idle = derivative.order.filter(id => !needed.has(id))
      expect(idle).toEqual([unused.id])
    }
  })

  it('handles an op of two results, whichever of them is used', () => {
    const [w, sine, cosine] = [angle.at(0), Math.sin(angle.at(0)), Math.cos(angle.at(0))]
    const results = (value: Value) => value.builder.append(sinCos, [value], {})
    const both = ofScalar(value => mul(results(value)[0]!, results(value)[1]!))
    const second = ofScalar(value => results(value)[1]!)
    expect(at(gradient(both, { of: 'loss' }), w, 'grads.w')).toBeCloseTo(
      cosine ** 2 - sine ** 2,
      14,
    )
    expect(at(gradient(second, { of: 'loss' }), w, 'grads.w')).toBeCloseTo(-sine, 14)
    const forward = interpret(jvp(both, { of: 'loss' }), { w, 'tangents.w': 1 }).outputs.tangent!
    expect(forward.at(0)).toBeCloseTo(cosine ** 2 - sine ** 2, 14)
  })

  it('gives the cotangent of an intermediate value and passes through it', () => {
    const builder = new GraphBuilder()
    const w = builder.param('w', scalar)
    const hidden = square(w)
    const loss = square(hidden)
    const [dHidden, dW] = gradients(builder, loss, [hidden, w])
    const graph = builder.output('dHidden', dHidden!).output('dW', dW!).finish()
    expect(at(graph, 2, 'dHidden')).toBe(8)
    expect(at(graph, 2, 'dW')).toBe(32)
  })

  it('makes every backward node know its forward node, layer path and source line', () => {
    const builder = new GraphBuilder()
    const w = builder.param('w', scalar)
    const hidden = builder.scope('encoder', () => builder.scope('fc', () => exp(w)))
    const graph = builder.output('loss', mul(hidden, hidden)).finish()
    const backward = nodesOf(gradient(graph, { of: 'loss' })).filter(({ id }) => !graph.nodes[id])
    expect(backward.length).toBeGreaterThan(2)
    for (const { origin } of backward) {
      expect(graph.nodes[origin.forward!.id]!.op.name).toBe(origin.forward!.op)
      expect(origin.source!.location!.file).toContain('gradient.test.ts')
    }
    const ofExp = backward.filter(({ origin }) => origin.forward!.op === 'exp')
    expect(new Set(ofExp.map(({ origin }) => origin.path))).toEqual(new Set(['encoder.fc']))
  })
})

describe('origins', () => {
  it('are there for every node that a derivative adds: bodies, sums, zeros and tangents too', () => {
    const builder = new GraphBuilder()
    const w = builder.param('w', tensorType('f64', [3]))
    builder.param('unused', tensorType('f64', [2]))
    const graph = builder.output('loss', mean(mul(broadcastAlong(variance(exp(w)), [3], [0]), w)))
    const independent = builder.output('flat', sum(floor(w))).finish()
    const derivatives = [
      gradient(graph.finish(), { of: 'loss' }),
      jvp(graph.finish(), { of: 'loss' }),
      jvp(independent, { of: 'flat' }),
    ]
    for (const derivative of derivatives) {
      const added = nodesOf(derivative).filter(({ id }) => independent.nodes[id] === undefined)
      expect(added.length).toBeGreaterThan(0)
      for (const { origin } of added) expect(origin.forward).toBeDefined()
    }
  })
})

describe('refusals', () => {
  it('a derivative is asked of a float scalar only', () => {
    const builder = new GraphBuilder()
    const x = builder.param('x', tensorType('f64', [3]))
    const graph = builder.output('loss', square(x)).output('best', argmax(x)).finish()
    expect(errorOf(() => gradient(graph, { of: 'loss' })).message).toContain(
      'E201 gradient: %0 must be a float scalar, got f64[3]',
    )
    expect(errorOf(() => gradient(graph, { of: 'best' })).message).toContain('got i32[]')
    expect(errorOf(() => jvp(graph, { of: 'best' })).code).toBe('E201')
  })

  it('a wrong name is met with the nearest right one', () => {
    const graph = ofScalar(square)
    const output = errorOf(() => gradient(graph, { of: 'los' }))
    expect(output.code).toBe('E201')
    expect(output.help).toBe('did you mean "loss"?')
    const argument = errorOf(() => gradient(graph, { of: 'loss', wrt: ['x'] }))
    expect(argument.message).toContain('"x" must be an argument of the graph, which has w')
  })

  it('an integer argument has no derivative', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('i32'))
    const graph = builder.output('loss', square(cast(x, 'f64'))).finish()
    expect(errorOf(() => gradient(graph, { of: 'loss', wrt: ['x'] })).message).toContain(
      'a derivative needs float values, got %x: i32[]',
    )
  })

  it('zero everywhere names the node whose derivative is zero', () => {
    const error = errorOf(() => gradient(ofScalar(floor), { of: 'loss', wrt: ['w'] }))
    expect(error.code).toBe('E202')
    expect(error.message).toContain('every path passes through  %0 = floor %w')
    expect(error.message).toContain('path: %w -> %0')
  })

  it('a path through a choice names the choice and where it was made', () => {
    const builder = new GraphBuilder()
    const scores = builder.param('scores', tensorType('f64', [3]))
    const table = builder.input('table', tensorType('f64', [3]))
    const best = argmax(square(scores))
    const graph = builder.output('loss', gather(table, best)).finish()
    const error = errorOf(() => gradient(graph, { of: 'loss' }))
    expect(error.code).toBe('E203')
    expect(error.message).toContain('must depend differentiably on %scores')
    expect(error.message).toMatch(
      /every path passes through {2}%1 = argmax %0 {2}\(.*gradient.test.ts/,
    )
    expect(error.message).toContain('path: %scores -> %0 -> %1')
    expect(error.source!.file).toContain('gradient.test.ts')
    expect(errorOf(() => jvp(graph, { of: 'loss' })).code).toBe('E203')
  })

  it('several blocked paths are told one by one, and those beyond three are counted', () => {
    const builder = new GraphBuilder()
    const scores = builder.param('scores', tensorType('f64', [3]))
    const table = builder.input('table', tensorType('f64', [3]))
    const picks = [1, 2, 3, 4].map(i => gather(table, argmax(mul(scores, fullLike(scores, i)))))
    const graph = builder
      .output(
        'loss',
        picks.reduce((a, b) => add(a, b)),
      )
      .finish()
    const { message } = errorOf(() => gradient(graph, { of: 'loss' }))
    expect(message).not.toContain('every path')
    expect(message.match(/a path ends at/g)).toHaveLength(3)
    expect(message).toContain('and 1 more')
  })

  it('a rule that is not written says why', () => {
    const half = operator(
      defineOp({
        name: 'half_written',
        family: 'binary',
        operands: ['x', 'y'],
        type: ({ x }) => x,
        evaluate: ({ x }) => x,
        vjp: ({ ct }) => ({ x: ct, y: notImplemented('its integral has no closed form') }),
        jvp: { x: ({ t }) => t, y: () => notImplemented('its integral has no closed form') },
        lowering: { kind: 'elementwise', scalar: ([x]) => s.neg(x!) },
        samples: draw => ({ operands: [operand('f64', draw.shape())], attributes: {} }),
      }),
      () => undefined,
    ).op
    const graph = ofScalar(w => w.builder.append(half, [fullLike(w, 1), exp(w)], {})[0]!)
    for (const transform of [gradient, jvp]) {
      const error = errorOf(() => transform(graph, { of: 'loss' }))
      expect(error.code).toBe('E204')
      expect(error.message).toContain('half_written for %1, which is not written')
      expect(error.message).toContain('its integral has no closed form')
    }
    const fine = ofScalar(w => w.builder.append(half, [w, fullLike(w, 1)], {})[0]!)
    expect(at(gradient(fine, { of: 'loss' }), 3, 'grads.w')).toBe(1)
  })

  it('does not visit operands that no wanted value depends on', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f64', [3]))
    const w = builder.param('w', scalar)
    const loss = sum(mul(exp(x), broadcastAlong(w, [3], [0])))
    const graph = gradient(builder.output('loss', loss).finish(), { of: 'loss' })
    const backward = nodesOf(graph).filter(({ origin }) => origin.forward !== undefined)
    expect(backward.map(({ origin }) => origin.forward!.op)).not.toContain('exp')
  })
})
