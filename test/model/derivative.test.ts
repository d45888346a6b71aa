// Derivatives of models: what they return and under which names, the values against differences and
// between the two modes, and every sentence of what is refused at both times.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { interpret } from '../../src/ir/interpret.ts'
import type { Tensor } from '../../src/ir/tensor.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { byMode } from '../../src/model/by-mode.ts'
import { gradient, jvp } from '../../src/model/derivative.ts'
import type { GradientRule, JvpRule } from '../../src/model/derivative-type.ts'
import { ones, zeros } from '../../src/model/initializers.ts'
import { type Model, model } from '../../src/model/model.ts'
import { add, mul } from '../../src/model/ops/binary.ts'
import { argmax, mean, sum } from '../../src/model/ops/reduction.ts'
import { cast } from '../../src/model/ops/select.ts'
import { square, tanh } from '../../src/model/ops/unary.ts'
import { param } from '../../src/model/param.ts'
import { repeat } from '../../src/model/repeat.ts'
import { f32, i32 } from '../../src/model/slot.ts'
import { dense } from '../../src/nn/dense.ts'
import { batchNorm, residual } from '../types/parts.ts'
import { row } from './given.ts'

type OutputsOf<M> = M extends Model<infer _I, infer _P, infer _S, infer O, infer _T> ? O : never
type TangentsOf<M> = M extends Model<infer _I, infer _P, infer _S, infer _O, infer T> ? T : never

const net = model({
  name: 'net',
  inputs: { x: f32('n', 2), y: i32('n') },
  params: {
    l1: dense(2, 3),
    blocks: repeat(2, residual(3)),
    frozen: { w: param([3], ones(), { trainable: false }), v: param([3], ones()) },
    table: param([3], zeros(), { dtype: 'i32' }),
    scale: param([], ones()),
    unused: param([2]),
  },
  body({ x, y }, { l1, blocks, frozen, table, scale }) {
    let h = tanh(l1(x))
    for (const block of blocks) h = block(h)
    const z = mul(add(mul(mul(h, frozen.w), frozen.v), cast(table, 'f32')), scale)
    return { loss: mean(square(z)), z, y, best: argmax(z, 1) }
  },
})

describe('gradient', () => {
  const program = gradient(net, { of: 'loss', inputs: ['x'] })

  it('returns what the model did, and gradients nested like params and inputs', () => {
    expect(program.outputs).toEqual({
      loss: 'loss',
      z: 'z',
      y: 'y',
      best: 'best',
      grads: {
        l1: { w: 'grads.l1.w', b: 'grads.l1.b' },
        blocks: [
          { fc: { w: 'grads.blocks.0.fc.w', b: 'grads.blocks.0.fc.b' } },
          { fc: { w: 'grads.blocks.1.fc.w', b: 'grads.blocks.1.fc.b' } },
        ],
        frozen: { v: 'grads.frozen.v' },
        scale: 'grads.scale',
        unused: 'grads.unused',
      },
      inputGrads: { x: 'inputGrads.x' },
    })
    type Out = OutputsOf<typeof program>
    expectTypeOf<Out['grads']['l1']['w']>().toEqualTypeOf<Tensor<[2, 3], 'f32'>>()
    expectTypeOf<Out['grads']['blocks'][1]['fc']['b']>().toEqualTypeOf<Tensor<[3], 'f32'>>()
    expectTypeOf<Out['inputGrads']>().toEqualTypeOf<{ x: Tensor<['n', 2], 'f32'> }>()
    expectTypeOf<keyof Out>().toEqualTypeOf<'loss' | 'z' | 'y' | 'best' | 'grads' | 'inputGrads'>()
  })

  it('has none for what is frozen or no float, in types as in fact', () => {
    type Grads = OutputsOf<typeof program>['grads']
    expectTypeOf<keyof Grads>().toEqualTypeOf<'l1' | 'blocks' | 'frozen' | 'scale' | 'unused'>()
    expectTypeOf<Grads['frozen']>().toEqualTypeOf<{ v: Tensor<[3], 'f32'> }>()
    const text = String(program)
    expect(text).not.toContain('grads.frozen.w')
    expect(text).not.toContain('grads.table')
  })

  it('mirrors only the params asked for', () => {
    const some = gradient(net, { of: 'loss', wrt: ['scale', 'blocks'] })
    expectTypeOf<keyof OutputsOf<typeof some>['grads']>().toEqualTypeOf<'scale' | 'blocks'>()
    expect(Object.keys((some.outputs as { grads: object }).grads).sort()).toEqual([
      'blocks',
      'scale',
    ])
    expect(some.init(2)).toEqual(net.init(2))
  })

  it('has no grads where nothing is trained', () => {
    const still = model({
      inputs: { x: f32(3) },
      params: { w: param([3], ones(), { trainable: false }) },
      body: ({ x }, { w }) => ({ loss: sum(mul(x, w)) }),
    })
    const only = gradient(still, { of: 'loss', inputs: ['x'] })
    expectTypeOf<keyof OutputsOf<typeof only>>().toEqualTypeOf<'loss' | 'inputGrads'>()
    expect(Object.keys(only.outputs)).toEqual(['loss', 'inputGrads'])
  })

  it('keeps declarations, initial values and a name', () => {
    expect(program.declarations).toBe(net.declarations)
    expect(program.init(5)).toEqual(net.init(5))
    expect(program.name).toBe('net')
    expect(verifyGraph(program.graph)).toEqual([])
  })

  it('agrees with the forward derivative in a random direction', () => {
    const forward = jvp(net, { of: 'loss' })
    const values = valuesOf(net)
    const reverse = interpret(program.graph, values).outputs
    const tangents = Object.fromEntries(
      forward.graph.arguments
        .filter(({ name }) => name.startsWith('tangents.'))
        .map(({ name, type }, i) => [name, drawn(type.shape as number[], i + 50)]),
    )
    const { tangent } = interpret(forward.graph, { ...values, ...tangents }).outputs
    let inner = 0
    for (const [name, direction] of Object.entries(tangents)) {
      const grad = reverse[`grads.${name.slice('tangents.'.length)}`]!
      direction.data.forEach((t, i) => {
        inner += t * grad.at(i)
      })
    }
    expect(tangent!.at(0)).toBeCloseTo(inner, 5)
  })

  it('of a gradient is a second derivative, under names of its own', () => {
    const cubic = model({
      inputs: {},
      params: { x: param([], ones()) },
      body: (_, { x }) => ({ y: mul(mul(x, x), x) }),
    })
    const first = gradient(cubic, { of: 'y' })
    const second = gradient(first, { of: 'grads.x' })
    const third = gradient(second, { of: 'grads2.x' })
    expectTypeOf<OutputsOf<typeof third>['grads3']>().toEqualTypeOf<{ x: Tensor<[], 'f32'> }>()
    const { outputs } = interpret(third.graph, { x: 2 })
    const got = ['y', 'grads.x', 'grads2.x', 'grads3.x'].map(name => outputs[name]!.at(0))
    expect(got).toEqual([8, 12, 12, 6])
    expect(third.outputs).toMatchObject({ grads3: { x: 'grads3.x' } })
  })

  it('differentiates training by default, and evaluation where asked', () => {
    const two = model({
      inputs: {},
      params: { x: param([], ones()) },
      body: (_, { x }) => ({ y: byMode({ train: mul(x, 3), eval: mul(x, 5) }) }),
    })
    const slope = (mode?: 'train' | 'eval') => {
      const { graph } = gradient(two, { of: 'y', ...(mode === undefined ? {} : { mode }) })
      expect(String(gradient(two, { of: 'y' }))).not.toContain('by_mode')
      return interpret(graph, { x: 1 }).outputs['grads.x']!.at(0)
    }
    expect([slope(), slope('train'), slope('eval')]).toEqual([3, 3, 5])
    expect(interpret(two.graph, { x: 1 }).outputs.y!.at(0)).toBe(5)
  })

  it('returns new state in training, and none in evaluation', () => {
    const normed = model({
      inputs: { x: f32('n', 3) },
      params: { bn: batchNorm(3) },
      body: ({ x }, { bn }) => ({ loss: mean(square(bn(x))) }),
    })
    const targets = (mode: 'train' | 'eval') =>
      gradient(normed, { of: 'loss', mode }).graph.updates.map(({ target }) => target)
    expect(targets('train')).toEqual(['bn.mean', 'bn.variance'])
    expect(targets('eval')).toEqual([])
  })

  it('gives zeros for a param that has no influence, unless it was asked for', () => {
    const { outputs } = interpret(program.graph, valuesOf(net))
    expect([...outputs['grads.unused']!.values()]).toEqual([0, 0])
    expect(() => gradient(net, { of: 'loss', wrt: ['unused'] })).toThrow(
      'E202 gradient: %loss must depend on %unused',
    )
    const idle = model({
      inputs: { x: f32(2), z: f32(2) },
      body: ({ x }) => ({ loss: sum(x) }),
    })
    expect(() => gradient(idle, { of: 'loss', inputs: ['z'] })).toThrow('E202')
  })
})

describe('jvp', () => {
  it('takes directions for the params, and returns a tangent of any shape', () => {
    const program = jvp(net, { of: 'z', wrt: ['scale', 'frozen'] })
    type Program = typeof program
    expectTypeOf<OutputsOf<Program>['tangent']>().toEqualTypeOf<Tensor<['n', 3], 'f32'>>()
    expectTypeOf<TangentsOf<Program>>().toEqualTypeOf<{
      scale: Tensor<[], 'f32'>
      frozen: { v: Tensor<[3], 'f32'> }
    }>()
    const directions = program.graph.arguments.filter(({ name }) => name.startsWith('tangents.'))
    expect(directions.map(({ name, role }) => [name, role])).toEqual([
      ['tangents.scale', 'input'],
      ['tangents.frozen.v', 'input'],
    ])
  })

  it('composes with gradient: the product of the Hessian with a direction', () => {
    const quartic = model({
      inputs: {},
      params: { x: param([2], ones()) },
      body: (_, { x }) => ({ y: sum(square(square(x))) }),
    })
    const product = jvp(gradient(quartic, { of: 'y' }), { of: 'grads.x' })
    const values = { x: [1, 2], 'tangents.x': [1, 10] }
    expect([...interpret(product.graph, values).outputs.tangent!.values()]).toEqual([12, 480])
    const other = gradient(jvp(quartic, { of: 'y' }), { of: 'tangent' })
    expectTypeOf<TangentsOf<typeof other>>().toEqualTypeOf<{ x: Tensor<[2], 'f32'> }>()
    expect([...interpret(other.graph, values).outputs['grads.x']!.values()]).toEqual([12, 480])
  })

  it('is taken once', () => {
    const once = jvp(net, { of: 'loss' }) as unknown as typeof net
    expect(() => jvp(once, { of: 'loss' })).toThrow(
      'E201 jvp: the program must have no directions yet, got a jvp',
    )
  })
})

type Out = OutputsOf<typeof net>
const plain = model({
  inputs: { x: f32('n') },
  params: { w: param([2], ones()) },
  body: ({ x }) => ({ x }),
})
const grads = gradient(net, { of: 'loss' })

const sentences = [
  row<GradientRule<Out, 'z'>>(
    "gradient: output 'z' is f32 [n, 3]; only a scalar f32 can be differentiated",
    () => gradient(net, { of: 'z' as 'loss' }),
  ),
  row<GradientRule<Out, 'best'>>(
    "gradient: output 'best' is i32 [n]; only a scalar f32 can be differentiated",
    () => gradient(net, { of: 'best' as 'loss' }),
  ),
  row<GradientRule<OutputsOf<typeof plain>, 'x'>>(
    'gradient: this model has no scalar f32 output; use mean(...) or sum(...)',
    () => gradient(plain, { of: 'x' as never }),
  ),
  row<GradientRule<OutputsOf<typeof grads>, 'grads.l1'>>(
    "gradient: 'grads.l1' holds several outputs; name one of them",
    () => gradient(grads, { of: 'grads.l1' as never }),
  ),
  row<GradientRule<OutputsOf<typeof grads>, 'grads.l1.w'>>(
    "gradient: output 'grads.l1.w' is f32 [2, 3]; only a scalar f32 can be differentiated",
    () => gradient(grads, { of: 'grads.l1.w' as never }),
  ),
  row<JvpRule<Out, 'best'>>("jvp: output 'best' is i32; only floats can be differentiated", () =>
    jvp(net, { of: 'best' as 'loss' }),
  ),
  row<JvpRule<OutputsOf<typeof grads>, 'grads'>>(
    "jvp: 'grads' holds several outputs; name one of them",
    () => jvp(grads, { of: 'grads' as never }),
  ),
]

describe('what cannot be differentiated', () => {
  it.each(sentences)('is said alike at both times: %s', (sentence, call) => {
    expect(call).toThrow(`E201 ${sentence}`)
    expect(call).toThrow(/made at .*derivative\.test\.ts/)
  })

  it('are names that are not there; the nearest is offered', () => {
    expectTypeOf<GradientRule<Out, 'los'>>().toEqualTypeOf<'loss'>()
    expect(() => gradient(net, { of: 'los' as 'loss' })).toThrow(
      /no output 'los'; the model has loss, z, y, best[\s\S]*did you mean 'loss'\?/,
    )
    expect(() => gradient(net, { of: 'loss', wrt: ['l2' as 'l1'] })).toThrow(
      /E201 gradient: there is no param 'l2'[\s\S]*did you mean 'l1'\?/,
    )
    expect(() => gradient(net, { of: 'loss', inputs: ['w' as 'x'] })).toThrow(
      "E201 gradient: there is no input 'w'; the model has x, y",
    )
    expect(() => jvp(net, { of: 'los' as 'loss' })).toThrow("E201 jvp: there is no output 'los'")
  })

  it('are params without a trainable float, asked for by name', () => {
    expect(() => gradient(net, { of: 'loss', wrt: ['table'] })).toThrow(
      "E201 gradient: param 'table' must hold a trainable float, got none",
    )
  })

  it('is asked for in a list', () => {
    expect(() => gradient(net, { of: 'loss', wrt: 'l1' as never })).toThrow(
      'E201 gradient: wrt must be a list of names, got "l1"',
    )
    expect(() => gradient(net, { of: 'loss', inputs: 'x' as never })).toThrow(
      'E201 gradient: inputs must be a list of names, got "x"',
    )
  })

  it('is an integer input', () => {
    expect(() => gradient(net, { of: 'loss', inputs: ['y'] })).toThrow('E201')
  })
})

function drawn(shape: readonly number[], seed: number) {
  const size = shape.reduce((a, b) => a * b, 1)
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(seed * 7 + i * 3))
  return { shape, dtype: 'f32' as const, data }
}

/** Values for the arguments of a model, four rows. */
function valuesOf(of: { readonly graph: Model['graph'] }) {
  const sized = of.graph.arguments.filter(({ name }) => !name.startsWith('tangents.'))
  return Object.fromEntries(
    sized.map(({ name, type }, i) => {
      const shape = type.shape.map(dim => (typeof dim === 'number' ? dim : 4))
      if (type.dtype === 'f32') return [name, drawn(shape, i)]
      const data = new Int32Array(shape.reduce((a, b) => a * b, 1))
      return [name, { shape, dtype: 'i32' as const, data }]
    }),
  )
}
