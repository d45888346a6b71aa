// Models: what declarations and a body become, the names of everything, state, random draws, and
// what is refused.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { nodesOf } from '../../src/ir/graph.ts'
import type { Host, Tensor } from '../../src/ir/tensor.ts'
import type { Hosts } from '../../src/ir/typed-graph.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { streamOf } from '../../src/model/hash.ts'
import { ones, zeros } from '../../src/model/initializers.ts'
import { layer } from '../../src/model/layer.ts'
import { model } from '../../src/model/model.ts'
import { relu } from '../../src/model/ops/activation.ts'
import { add, mul } from '../../src/model/ops/binary.ts'
import { randomUniform } from '../../src/model/ops/random.ts'
import { mean } from '../../src/model/ops/reduction.ts'
import { param } from '../../src/model/param.ts'
import { repeat } from '../../src/model/repeat.ts'
import { f32, i32, type Slot } from '../../src/model/slot.ts'
import { dense } from '../../src/nn/dense.ts'
import { batchNorm, residual } from '../types/parts.ts'

const parts = {
  l1: dense(4, 3),
  bn: batchNorm(3),
  blocks: repeat(2, residual(3)),
  head: { w: param([3]), scale: param([], ones()) },
}

const small = model({
  name: 'small',
  inputs: { x: f32('batch', 4) },
  params: parts,
  body({ x }, { l1, bn, blocks, head }) {
    let h = bn(relu(l1(x)))
    for (const block of blocks) h = block(h)
    return { loss: mean(mul(mul(h, head.w), head.scale)), h }
  },
})

describe('a model', () => {
  it('has the paths of its declarations for names', () => {
    const paths = [
      'l1.w',
      'l1.b',
      'bn.gamma',
      'bn.beta',
      'blocks.0.fc.w',
      'blocks.0.fc.b',
      'blocks.1.fc.w',
      'blocks.1.fc.b',
      'head.w',
      'head.scale',
    ]
    const named = (role: string) =>
      small.graph.arguments.filter(argument => argument.role === role).map(({ name }) => name)
    expect(named('input')).toEqual(['x'])
    expect(named('param')).toEqual(paths)
    expect(named('state')).toEqual(['bn.mean', 'bn.variance'])
    expect(named('rng')).toEqual([])
    expect(small.params).toEqual({
      l1: { w: 'l1.w', b: 'l1.b' },
      bn: { gamma: 'bn.gamma', beta: 'bn.beta' },
      blocks: [
        { fc: { w: 'blocks.0.fc.w', b: 'blocks.0.fc.b' } },
        { fc: { w: 'blocks.1.fc.w', b: 'blocks.1.fc.b' } },
      ],
      head: { w: 'head.w', scale: 'head.scale' },
    })
    expect(small.state).toEqual({ bn: { mean: 'bn.mean', variance: 'bn.variance' } })
    expect(small.outputs).toEqual({ loss: 'loss', h: 'h' })
  })

  it('is a well-formed graph that prints, under its name', () => {
    expect(verifyGraph(small.graph)).toEqual([])
    expect(small.name).toBe('small')
    expect(String(small)).toMatch(/^graph @small\(input %x: f32\[batch,4\]/)
  })

  it('lists what it declares, before any body', () => {
    const of = (path: string) => small.declarations.find(each => each.path === path)
    expect(of('l1.w')).toMatchObject({ role: 'param', trainable: true })
    expect(of('l1.w')!.initializer.name).toBe('heNormal')
    expect(of('bn.mean')).toMatchObject({ role: 'state', trainable: false })
    expect(of('head.scale')!.type).toEqual({ dtype: 'f32', shape: [] })
  })

  it('knows which layer made each node, and where the user called', () => {
    const paths = new Set(nodesOf(small.graph).map(({ origin }) => origin.path))
    expect([...paths]).toEqual([
      'l1',
      undefined,
      'bn',
      'blocks.0.fc',
      'blocks.0',
      'blocks.1.fc',
      'blocks.1',
    ])
    const files = nodesOf(small.graph).map(({ origin }) => origin.source?.location?.file)
    expect(files.every(file => /test\/(?:model|types)\//.test(file ?? ''))).toBe(true)
  })

  it('has typed initial values, nested like its params', () => {
    const { params, state } = small.init(1)
    expectTypeOf(params.l1.w).toEqualTypeOf<Host<[4, 3], 'f32'>>()
    expectTypeOf(params.blocks[1].fc.b).toEqualTypeOf<Host<[3], 'f32'>>()
    expectTypeOf(params.head.scale).toEqualTypeOf<number>()
    expectTypeOf(state).toEqualTypeOf<
      Hosts<{ bn: { mean: Tensor<[3], 'f32'>; variance: Tensor<[3], 'f32'> } }>
    >()
    expect(params.l1.w).toMatchObject({ shape: [4, 3], dtype: 'f32' })
    expect(params.l1.w.data).toBeInstanceOf(Float32Array)
    expect(params.head.scale).toBe(1)
    expect(state.bn.variance.data).toEqual(Float32Array.of(1, 1, 1))
  })

  it('infers its body whatever the order of the properties', () => {
    const m = model({
      body({ x }, { l1 }) {
        expectTypeOf(x).toEqualTypeOf<Tensor<['n', 4], 'f32'>>()
        const h = l1(x)
        expectTypeOf(h).toEqualTypeOf<Tensor<['n', 3], 'f32'>>()
        return { h }
      },
      params: { l1: dense(4, 3) },
      inputs: { x: f32('n', 4) },
    })
    expectTypeOf(m.init().state).toEqualTypeOf<Readonly<Record<never, never>>>()
    expect(m.init().state).toEqual({})
  })

  it('needs neither params, nor calls of its layers, nor uses of its params', () => {
    const bare = model({ inputs: { x: f32(3) }, body: ({ x }) => ({ x }) })
    expect(String(bare)).toBe('graph @main(input %x: f32[3]) {\n  return x = %x\n}\n')
    const idle = model({
      inputs: { x: f32(3) },
      params: { l: dense(3, 3), w: param([2]), bn: batchNorm(3) },
      body: ({ x }) => ({ x }),
    })
    expect(idle.graph.arguments).toHaveLength(8)
    expect(idle.graph.updates).toEqual([])
  })

  it('gives parts of one declaration parameters of their own', () => {
    const shared = dense(2, 2)
    const m = model({
      inputs: { x: f32('n', 2) },
      params: { a: shared, b: shared },
      body: ({ x }, { a, b }) => ({ y: a(b(x)) }),
    })
    expect(m.declarations.map(({ path }) => path)).toEqual(['a.w', 'a.b', 'b.w', 'b.b'])
    const { params } = m.init(3)
    expect(params.a.w.data).not.toEqual(params.b.w.data)
  })

  it('shares the parameters of a layer that is called twice', () => {
    const m = model({
      inputs: { x: f32('n', 2) },
      params: { l: dense(2, 2) },
      body: ({ x }, { l }) => ({ y: l(l(x)) }),
    })
    expect(m.declarations).toHaveLength(2)
    expect(String(m).match(/matmul/g)).toHaveLength(2)
  })
})

describe('state', () => {
  it('is updated in programs that train, and stays in those that evaluate', () => {
    const text = String(small)
    const updates = small.graph.updates.map(({ target, value }) => {
      const node = small.graph.nodes[value]!
      return [target, node.op.name, node.attributes.mode]
    })
    expect(updates).toEqual([
      ['bn.mean', 'by_mode', 'eval'],
      ['bn.variance', 'by_mode', 'eval'],
    ])
    expect(text).toContain('update "bn.mean" = ')
  })

  it('belongs to one call', () => {
    const twice = () =>
      model({
        inputs: { x: f32('n', 3) },
        params: { enc: { bn: batchNorm(3) } },
        body: ({ x }, { enc }) => ({ y: enc.bn(enc.bn(x)) }),
      })
    expect(twice).toThrow(
      'E123 batchNorm: "enc.bn" keeps state and must be called once in a program, got a second call',
    )
    expect(twice).toThrow(/first called at .*model\.test\.ts:\d+:\d+/)
  })

  const counting = (apply: (x: Tensor) => unknown) =>
    layer({
      name: 'counting',
      input: f32('...'),
      output: f32('...'),
      state: { n: param([2], zeros()) },
      apply: apply as never,
    })

  it.each([
    [(x: Tensor) => x, 'E125 counting: must return the new state "n", f32[2], got nothing'],
    [(x: Tensor) => ({ output: x, state: { n: 2 } }), 'the new state "n", f32[2], got 2'],
    [(x: Tensor) => ({ output: x, state: { n: x } }), 'the new state "n", f32[2], got f32[3]'],
    [
      (x: Tensor) => ({ output: x, state: { m: x } }),
      'E125 counting: has no state "m", but its body returned one',
    ],
  ])('must be returned whole: %#', (apply, message) => {
    const run = () =>
      model({
        inputs: { x: f32(3) },
        params: { c: counting(apply) },
        body: ({ x }, { c }) => ({ y: c(x) }),
      })
    expect(run).toThrow(message)
  })

  it('of a layer and of its parts lie side by side', () => {
    const outer = layer({
      name: 'outer',
      input: f32('...', 3),
      output: f32('...', 3),
      params: { bn: batchNorm(3) },
      state: { count: param([], zeros()) },
      apply: (x, { bn }, { count }) => ({ output: bn(x), state: { count: add(count, 1) } }),
    })
    const m = model({
      inputs: { x: f32('n', 3) },
      params: { list: [dense(3, 3), outer] },
      body: ({ x }, { list: [first, second] }) => ({ y: second(first(x)) }),
    })
    const { state } = m.init()
    expectTypeOf(state.list[1].count).toEqualTypeOf<number>()
    expect(m.state).toEqual({
      list: [
        {},
        { count: 'list.1.count', bn: { mean: 'list.1.bn.mean', variance: 'list.1.bn.variance' } },
      ],
    })
    expect(state.list[1].count).toBe(0)
  })
})

const noise = layer({
  name: 'noise',
  input: f32('...'),
  output: f32('...'),
  apply: x => add(x, add(randomUniform([]), randomUniform([]))),
})

describe('random draws', () => {
  const streamsOf = (m: { readonly graph: Parameters<typeof nodesOf>[0] }) =>
    nodesOf(m.graph)
      .filter(({ op }) => op.family === 'random')
      .map(({ attributes }) => attributes.stream)

  it('bring the arguments to draw from exactly where there are some', () => {
    const m = model({
      inputs: { x: f32(2) },
      params: { noise },
      body: ({ x }, { noise: disturb }) => ({ y: disturb(x) }),
    })
    const drawn = m.graph.arguments.filter(({ role }) => role === 'rng')
    expect(drawn.map(({ name, type }) => [name, type])).toEqual([
      ['key', { dtype: 'u32', shape: [2] }],
      ['counter', { dtype: 'u32', shape: [] }],
    ])
  })

  it('have streams of their layer and number there, whatever else the model does', () => {
    const expected = new Set<number>()
    const streams = [streamOf('b', 0, expected), streamOf('b', 1, expected)]
    const one = model({
      inputs: { x: f32(2) },
      params: { b: noise },
      body: ({ x }, { b }) => ({ y: b(x) }),
    })
    const two = model({
      inputs: { x: f32(2) },
      params: { a: noise, b: noise },
      body: ({ x }, { a, b }) => ({ y: b(a(x)) }),
    })
    expect(streamsOf(one)).toEqual(streams)
    expect(streamsOf(two).slice(2)).toEqual(streams)
    expect(new Set(streamsOf(two)).size).toBe(4)
  })

  it('never share a stream, even where two names have one number', () => {
    const taken = new Set<number>()
    const first = streamOf('a', 0, taken)
    expect(streamOf('a', 0, taken)).toBe((first + 1) >>> 0)
    expect(taken.size).toBe(2)
  })

  it('are numbered for ever: these are streams of saved programs', () => {
    expect([streamOf('', 0, new Set()), streamOf('blocks.0.drop', 1, new Set())]).toEqual([
      3725483175, 3376836509,
    ])
  })

  it('need the names key and counter', () => {
    const run = () =>
      model({
        inputs: { key: f32(2) },
        params: { noise },
        body: ({ key }, { noise: disturb }) => ({ y: disturb(key) }),
      })
    expect(run).toThrow('has an argument "key" of its own, got an input of that name')
    expect(run).toThrow('E105')
  })
})

describe('a model is refused', () => {
  const build = model as unknown as (definition: object) => unknown
  const inputs = { x: f32('n', 2) }
  const body = ({ x }: { x: Tensor }) => ({ x })

  it.each([
    ['no inputs', { body }, 'E126 model: inputs must be slots by name, got nothing'],
    ['inputs in a list', { inputs: [f32(2)], body }, 'E126 model: inputs must be slots by name'],
    ['an input that is no slot', { inputs: { x: [2] }, body }, 'input "x" must be a slot'],
    [
      'an input of unknown rank',
      { inputs: { x: f32('...', 2) }, body },
      'E126 model: input "x" must have a known rank',
    ],
    [
      'an empty name',
      { inputs: { '': f32(2) }, body },
      'E105 inputs: a name must not be empty or hold a dot, got ""',
    ],
    [
      'a dotted name',
      { inputs, params: { l: { 'a.b': param([1]) } }, body },
      'E105 params: a name must not be empty or hold a dot, got "a.b" in "l"',
    ],
    [
      'a name that plain records lose',
      { inputs, params: { ['__proto__']: param([1]) }, body },
      'E105 params: a name must not be __proto__',
    ],
    [
      'one name for an input and a parameter',
      { inputs, params: { x: param([1]) }, body },
      'E105 model: "x" must be an input or a parameter, got both',
    ],
    [
      'a parameter and a state of one name',
      {
        inputs,
        params: {
          l: layer({
            name: 'l',
            input: f32('...'),
            output: f32('...'),
            params: { n: param([1]) },
            state: { n: param([1]) },
            apply: ((x: Tensor) => x) as never,
          }),
        },
        body,
      },
      'E105 params: "l.n" is declared twice',
    ],
    [
      'state that is no parameter',
      {
        inputs,
        params: {
          l: layer({
            name: 'l',
            input: f32('...'),
            output: f32('...'),
            state: { n: 2 as never },
            apply: ((x: Tensor) => x) as never,
          }),
        },
        body,
      },
      'E126 state: state "l.n" must be declared by param, got 2',
    ],
    [
      'a part that is none',
      { inputs, params: { l: 3 }, body },
      'E126 params: "l" must be a parameter, a layer or a tree of them, got 3',
    ],
    [
      'a slot for a parameter',
      { inputs, params: { l: f32(2) as Slot }, body },
      'E126 params: "l" must be a parameter, a layer or a tree of them, got an object',
    ],
    [
      'params without names',
      { inputs, params: dense(2, 2), body },
      'E126 model: params must be a tree with names, got a layer',
    ],
    ['no outputs', { inputs, body: () => ({}) }, 'E125 model: the body must return an output'],
    [
      'a body that returns nothing',
      { inputs, body: () => undefined },
      'E125 model: the body must return a record of tensors, got nothing',
    ],
    [
      'a body that returns a tensor without a name',
      { inputs, body: ({ x }: { x: Tensor }) => x },
      'E125 model: the body must return a record of tensors, got a single tensor',
    ],
    [
      'an output that is no tensor',
      { inputs, body: () => ({ loss: 0.5 }) },
      'E125 model: output "loss" must be a tensor, got 0.5',
    ],
    [
      'an asynchronous body',
      { inputs, body: async ({ x }: { x: Tensor }) => ({ x }) },
      'E125 model: the body must run at once, got a promise',
    ],
    ...['grads', 'inputGrads', 'params', 'state', 'tangent'].map(name => [
      `the output name ${name}`,
      { inputs, body: ({ x }: { x: Tensor }) => ({ [name]: x }) },
      `E105 model: an output must not be named grads, inputGrads, params, state, tangent, got "${name}"`,
    ]),
  ] as [string, object, string][])('with %s', (_, definition, message) => {
    expect(() => build(definition)).toThrow(message)
    expect(() => build(definition)).toThrow(/made at .*model\.test\.ts/)
  })
})

describe('a parameter', () => {
  const declare = param as unknown as (...parts: unknown[]) => unknown

  it('says its dtype and whether training changes it', () => {
    expectTypeOf(param([2, 3]).dtype).toEqualTypeOf<'f32'>()
    const table = param([2], zeros(), { dtype: 'i32', trainable: false })
    expectTypeOf(table.dtype).toEqualTypeOf<'i32'>()
    expectTypeOf(table.trainable).toEqualTypeOf<false>()
    expect(table).toMatchObject({ dtype: 'i32', trainable: false, shape: [2] })
    expect(param([2]).initializer.name).toBe('zeros')
    expect(param([2, 2]).initializer.name).toBe('heNormal')
  })

  it.each([
    [['batch', 2], 'E126 param: a shape must be a list of sizes, got [batch, 2]'],
    [[-1], 'got [-1]'],
    [[1.5], 'got [1.5]'],
    [3, 'got 3'],
  ])('has sizes for dims: %s', (shape, message) => {
    expect(() => declare(shape)).toThrow(message)
  })

  it('has an initializer and a dtype that exist', () => {
    expect(() => declare([2], zeros)).toThrow('E126 param: must have an initializer, got function')
    expect(() => declare([2], zeros(), { dtype: 'f16' })).toThrow('E126 param: the dtype must be')
  })
})

describe('repeat', () => {
  it('makes a tuple', () => {
    const three = repeat(3, dense(2, 2))
    expectTypeOf(three.length).toEqualTypeOf<3>()
    expect(three).toHaveLength(3)
  })

  it.each([-1, 1.5, Number.NaN])('refuses to make %s parts', count => {
    expect(() => repeat(count, dense(2, 2))).toThrow('E126 repeat: must have a count')
  })
})

it('an input may be of any dtype', () => {
  const m = model({ inputs: { y: i32('n') }, body: ({ y }) => ({ y }) })
  expect(m.graph.arguments[0]!.type).toEqual({ dtype: 'i32', shape: ['n'] })
})
