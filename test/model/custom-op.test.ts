// Ops of users: ordinary ops that print, parse, decompose, are evaluated and differentiated, with
// their own reverse rule or without.

import { describe, expect, it } from 'vitest'
import { gradient as gradientOf } from '../../src/autodiff/gradient.ts'
import { bindGraph } from '../../src/ir/bind.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph } from '../../src/ir/printer.ts'
import type { Tensor } from '../../src/ir/tensor.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { byMode } from '../../src/model/by-mode.ts'
import { op } from '../../src/model/custom-op.ts'
import { gradient } from '../../src/model/derivative.ts'
import { model } from '../../src/model/model.ts'
import { sigmoid } from '../../src/model/ops/activation.ts'
import { add, mul, sub } from '../../src/model/ops/binary.ts'
import { matmul } from '../../src/model/ops/contraction.ts'
import { constant } from '../../src/model/ops/creation.ts'
import { randomUniform } from '../../src/model/ops/random.ts'
import { sum } from '../../src/model/ops/reduction.ts'
import { reshape } from '../../src/model/ops/shape.ts'
import { param } from '../../src/model/param.ts'
import { f32, f64, i32 } from '../../src/model/slot.ts'
import { ops } from '../../src/ops/registry.ts'
import { decompose } from '../../src/passes/decompose.ts'
import { cases, seed } from '../counts.ts'
import * as checks from '../generic/checks.ts'

const swish = op({
  name: 'swish',
  input: f32('...'),
  output: f32('...'),
  forward: x => mul(x, sigmoid(x)),
})

const swishByHand = op({
  name: 'swishByHand',
  input: f32('...'),
  output: f32('...'),
  forward: x => mul(x, sigmoid(x)),
  vjp: ({ inputs: [x], out, ct }) => [mul(ct, add(out, mul(sigmoid(x), sub(constant(1), out))))],
})

const bilinear = op({
  name: 'bilinear',
  input: [f32('a', 'k'), f32('k', 'c')],
  output: f32('a', 'c'),
  forward: (x, y) => mul(matmul(x, y), 2),
})

/** The same in f64, where differences tell something. */
const precise = {
  swish64: op({
    name: 'swish64',
    input: f64('...'),
    output: f64('...'),
    forward: x => mul(x, sigmoid(x)),
    vjp: ({ inputs: [x], out, ct }) => [mul(ct, add(out, mul(sigmoid(x), sub(1, out))))],
  }),
  bilinear64: op({
    name: 'bilinear64',
    input: [f64('a', 'k'), f64('k', 'c')],
    output: f64('a', 'c'),
    forward: (x, y) => mul(matmul(x, y), 2),
  }),
}

const table = { ...ops, ...precise, swish, swishByHand, bilinear }

describe.each([
  ['swish', precise.swish64.op],
  ['bilinear', precise.bilinear64.op],
] as const)('the op %s passes the generic checks of any op', (_, contract) => {
  const repeats = cases({ test: 2, ci: 4, deep: 20 })

  it('evaluates to what its type rule says', () => {
    expect(checks.checkInterpreter(contract, seed, repeats, table)).toBe('pass')
  })

  it('survives printing and parsing', () => {
    expect(checks.checkText(contract, seed, repeats, table)).toBe('pass')
  })

  it('has derivatives that agree with differences, to second order', () => {
    expect(checks.checkVjp(contract, seed, repeats, table)).toBe('pass')
    expect(checks.checkJvp(contract, seed, repeats, table)).toBe('pass')
    expect(checks.checkSecondOrder(contract, seed, repeats, table)).toBe('pass')
  })
})

describe('a custom op', () => {
  const m = model({
    inputs: { x: f32('n', 3) },
    params: { w: param([3]) },
    body: ({ x }, { w }) => ({ loss: sum(swish(mul(x, w))) }),
  })

  it('is one node under its own name, and parses back with it', () => {
    const text = String(m)
    expect(text).toContain('= swish %1 : f32[n,3]')
    expect(printGraph(parseGraph('m.ir', text, table))).toBe(text)
    expect(() => parseGraph('m.ir', text, ops)).toThrow('E302')
  })

  it('decomposes into its forward', () => {
    const { graph } = decompose.run(bindGraph(m.graph, { n: 2 }), {})
    expect(printGraph(graph)).toContain('sigmoid')
    expect(printGraph(graph)).not.toContain('swish')
    expect(verifyGraph(graph, ['bound', 'core'])).toEqual([])
  })

  it('is differentiated by its own rule where it has one, else through its forward', () => {
    const by = (fn: typeof swish) => {
      const { graph } = model({
        inputs: {},
        params: { x: param([3]) },
        body: (_, { x }) => ({ loss: sum(fn(x)) }),
      })
      const values = { x: [-1, 0.5, 2] }
      const outputs = interpret(gradientOf(graph, { of: 'loss' }), values).outputs
      return [...outputs['grads.x']!.values()]
    }
    const [through, own] = [by(swish), by(swishByHand as unknown as typeof swish)]
    through.forEach((value, i) => {
      expect(own[i]).toBeCloseTo(value, 12)
    })
  })

  it('may say that an input has no influence', () => {
    const gate = op({
      name: 'gate',
      input: [f32('n'), f32('n')],
      output: f32('n'),
      forward: (x, y) => mul(x, y),
      vjp: ({ inputs: [, y], ct }) => [mul(ct, y), null],
    })
    const program = gradient(
      model({
        inputs: {},
        params: { x: param([2]), y: param([2]) },
        body: (_, { x, y }) => ({ loss: sum(gate(x, y)) }),
      }),
      { of: 'loss' },
    )
    const { outputs } = interpret(program.graph, { x: [1, 2], y: [3, 4] })
    expect([...outputs['grads.x']!.values()]).toEqual([3, 4])
    expect([...outputs['grads.y']!.values()]).toEqual([0, 0])
  })

  it('has no cotangent to give for an integer input', () => {
    const scaled = op({
      name: 'scaled',
      input: [f32('n'), i32('n')],
      output: f32('n'),
      forward: x => mul(x, 2),
      vjp: ({ ct }) => [mul(ct, 2), null],
    })
    const program = gradient(
      model({
        inputs: { i: i32(2) },
        params: { x: param([2]) },
        body: ({ i }, { x }) => ({ loss: sum(scaled(x, i)) }),
      }),
      { of: 'loss' },
    )
    const { outputs } = interpret(program.graph, { i: [1, 1], x: [1, 2] })
    expect([...outputs['grads.x']!.values()]).toEqual([2, 2])
  })
})

/** The message of an op applied to a parameter [2], or of its derivative. */
function messageOf(definition: object, derivative = false): string {
  const made = (op as unknown as (definition: object) => (x: Tensor) => Tensor)({
    name: 'odd',
    input: f32('...'),
    output: f32('...'),
    ...definition,
  })
  const build = () =>
    model({
      inputs: {},
      params: { x: param([2]) },
      body: (_, { x }) => ({ loss: sum(made(x)) as Tensor<[], 'f32'> }),
    })
  try {
    const m = build()
    if (derivative) gradient(m, { of: 'loss' })
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing thrown'
}

describe('a custom op is refused', () => {
  const forward = (x: Tensor) => mul(x as Tensor<[2], 'f32'>, 2)

  it('where its forward gives something else than it declares, at its definition', () => {
    const wrong = messageOf({ output: f32('...', 3), forward })
    expect(wrong).toContain('E125 odd: declares output [..., 3], but its body returned [2]')
    expect(wrong).toMatch(/made at .*custom-op\.test\.ts/)
    expect(messageOf({ output: i32('...'), forward })).toContain('declares i32, but its body')
    expect(messageOf({ forward: () => 3 })).toContain('its body must return a tensor, got 3')
    expect(messageOf({ forward: async () => 3 })).toContain('got a promise')
  })

  it('where its forward cannot work on the operands', () => {
    const flat = { forward: (x: Tensor) => reshape(x, [7]) }
    expect(messageOf(flat)).toContain('E101 reshape')
  })

  it('where its forward draws or depends on the mode', () => {
    const drawing = { forward: (x: Tensor) => add(x as Tensor<[2], 'f32'>, randomUniform([2])) }
    expect(messageOf(drawing)).toContain('E121')
    const moody = { forward: (x: Tensor) => byMode({ train: x, eval: x }) }
    expect(messageOf(moody)).toContain('E125 odd: its body must not depend on the mode, got byMode')
  })

  it.each([
    [() => null, 'vjp must return a list of 1, one per input, got null'],
    [() => [], 'vjp must return a list of 1, one per input, got 0'],
    [() => [2], 'vjp must return f32[2] for input 0, got 2'],
    [({ ct }: { ct: Tensor }) => [sum(ct)], 'vjp must return f32[2] for input 0, got f32[]'],
  ])('where its reverse rule gives something else than cotangents: %#', (vjp, message) => {
    expect(messageOf({ forward, vjp }, true)).toContain(`E125 odd: ${message}`)
  })

  it('by the parser and the verifier where operands do not fit, as a call is', () => {
    const text = 'graph @g(input %x: i32[2]) {\n  %0 = swish %x : f32[2]\n  return y = %0\n}\n'
    expect(() => parseGraph('g.ir', text, table)).toThrow(
      "E101 swish: expects f32, got i32; use cast(x, 'f32') (C1)",
    )
    const written = 'graph @g(input %x: f32[2]) {\n  %0 = odd %x : f32[7]\n  return y = %0\n}\n'
    const odd = op({ name: 'odd', input: f32('n'), output: f32(7), forward: x => reshape(x, [7]) })
    expect(() => parseGraph('g.ir', written, { ...ops, odd })).toThrow(
      /E101 odd: its forward fails: reshape: .* \(C2\)/,
    )
    const shy = op({ name: 'shy', input: f32('n'), output: f32('n', 1), forward: x => x })
    const declared = written.replace('odd', 'shy')
    expect(() => parseGraph('g.ir', declared, { ...ops, shy })).toThrow(
      'E101 shy: declares output [n, 1], but its body returned [2] (C3)',
    )
  })

  it('where operands come from two graphs', () => {
    const [a, b] = [new GraphBuilder(), new GraphBuilder()]
    const x = a.input('x', { dtype: 'f32', shape: [1, 1] }) as Tensor<[1, 1], 'f32'>
    const y = b.input('y', { dtype: 'f32', shape: [1, 1] }) as Tensor<[1, 1], 'f32'>
    expect(() => bilinear(x, y)).toThrow('E104')
  })
})
