// Sequences of layers: the same model as by hand, bit for bit; paths; what a misfit is told; and
// where a sequence may stand.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  block,
  compile,
  f32,
  flatten,
  gradient,
  type Host,
  i32,
  l2Penalty,
  layer,
  mean,
  model,
  mul,
  nodesOf,
  param,
  relu,
  repeat,
  type Shape,
  type Slot,
  softmaxCrossEntropy,
  summarize,
  type Tensor,
  tanh,
} from '../../src/index.ts'
import { batchNorm, dense, dropout, sequential } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { refusalOf } from '../model/ops/evaluated.ts'
import { attend } from '../types/parts.ts'

const inputs = { x: f32('batch', 2, 2), y: i32('batch') }

/** The same net twice: as a sequence, and part by part. */
const inOrder = model({
  inputs,
  params: { net: sequential(flatten, dense(4, 5), batchNorm(5), relu, dense(5, 3)) },
  body({ x, y }, { net }) {
    const logits = net(x)
    return { loss: mean(softmaxCrossEntropy(logits, y)), logits }
  },
})

const byHand = model({
  inputs,
  params: { l1: dense(4, 5), bn: batchNorm(5), l2: dense(5, 3) },
  body({ x, y }, { l1, bn, l2 }) {
    const logits = l2(relu(bn(l1(flatten(x)))))
    return { loss: mean(softmaxCrossEntropy(logits, y)), logits }
  },
})

const BATCH = 6
const options = { target: 'js', dims: { batch: BATCH } } as const
const data = {
  x: Float32Array.from({ length: BATCH * 4 }, (_, i) => Math.sin(3 * i)),
  y: Int32Array.from({ length: BATCH }, (_, i) => i % 3),
}

/** Both models with one set of values. */
function starts() {
  const { params, state } = inOrder.init(7)
  const [, l1, bn, , l2] = params.net
  const named = { params: { l1, bn, l2 }, state: { bn: state.net[2] } }
  return { ordered: { params, state }, named }
}

describe('a sequence', () => {
  it('has the values, gradients and new state of the same parts called by hand', async () => {
    const { ordered, named } = starts()
    const first = await compile(gradient(inOrder, { of: 'loss', inputs: ['x'] }), options)
    const second = await compile(gradient(byHand, { of: 'loss', inputs: ['x'] }), options)
    const got = first(data, ordered.params, ordered.state)
    const wanted = second(data, named.params, named.state)
    expectTypeOf(got.logits).toEqualTypeOf<Host<[6, 3], 'f32'>>()
    expect(got.loss).toBe(wanted.loss)
    expect(got.logits).toEqual(wanted.logits)
    expect(got.inputGrads).toEqual(wanted.inputGrads)
    const { l1, bn, l2 } = wanted.grads
    expect(got.grads.net).toEqual([{}, l1, bn, {}, l2])
    expect(got.grads.net[1].w.data.some(g => g !== 0)).toBe(true)
    expect(got.state.net).toEqual([{}, {}, wanted.state.bn, {}, {}])
    expect(got.state.net[2].mean.data).not.toEqual(ordered.state.net[2].mean.data)
  })

  it('is evaluated by the averages that training has left', async () => {
    const { ordered, named } = starts()
    const train = await compile(gradient(inOrder, { of: 'loss' }), options)
    const { state } = train(data, ordered.params, ordered.state)
    const got = (await compile(inOrder, options))(data, ordered.params, state)
    const wanted = (await compile(byHand, options))(data, named.params, { bn: state.net[2] })
    expect(got.logits).toEqual(wanted.logits)
    expect(got.state).toEqual(state)
  })

  it('is trained: parameters and state keep their positions', async () => {
    const t = await trainer(inOrder, { ...options, loss: 'loss', optimizer: adam(0.05), seed: 1 })
    const before = await t.step(data)
    for (let step = 0; step < 40; step++) await t.step(data)
    expect((await t.step(data)).loss).toBeLessThan(before.loss / 2)
    const { net } = await t.params()
    expectTypeOf(net[4].w).toEqualTypeOf<Host<[5, 3], 'f32'>>()
    expect(net[4].w.shape).toEqual([5, 3])
    expect((await t.state()).net[2].mean.shape).toEqual([5])
    t.dispose()
  })

  it('names what its parts declare by their positions; functions take one', () => {
    expect(inOrder.declarations.map(({ path, role }) => `${role} ${path}`)).toEqual([
      'param net.1.w',
      'param net.1.b',
      'param net.2.gamma',
      'param net.2.beta',
      'state net.2.mean',
      'state net.2.variance',
      'param net.4.w',
      'param net.4.b',
    ])
    const { params } = inOrder.init()
    expect(params.net).toHaveLength(5)
    expectTypeOf(params.net[1].w).toEqualTypeOf<Host<[4, 5], 'f32'>>()
    expect([params.net[0], params.net[3]]).toEqual([{}, {}])
  })

  it('has its parameters in a body, for penalties', () => {
    const m = model({
      inputs: { x: f32('batch', 4) },
      params: { net: sequential(dense(4, 5), relu) },
      body({ x }, { net }) {
        expectTypeOf(net.params[0].params.w).toEqualTypeOf<Tensor<[4, 5], 'f32'>>()
        return { out: net(x), penalty: l2Penalty(net.params[0].params.w, 1) }
      },
    })
    expect(m.toString()).toContain('l2_penalty %"net.0.w"')
  })

  it('is a row of a summary for its functions, beside those of its layers', () => {
    const summary = summarize(inOrder, { of: 'loss', dims: { batch: BATCH } })
    const rows = summary.rows.filter(({ name }) => name.startsWith('net'))
    expect(rows.map(({ name, output, parameters }) => [name, output, parameters])).toEqual([
      ['net', [6, 5], 0],
      ['net.1', [6, 5], 25],
      ['net.2', [6, 5], 10],
      ['net.4', [6, 3], 18],
    ])
    expect(summary.parameters).toBe(53)
    for (const { source } of rows) expect(source?.file).toMatch(/sequential\.test\.ts$/)
  })

  it('tells of every node the line of the call, also in sequences of sequences', () => {
    const deep = sequential(sequential(sequential(batchNorm(64))))
    const m = model({
      inputs: { x: f32('batch', 64) },
      params: { net: deep },
      body: ({ x }, { net }) => ({ out: net(x) }),
    })
    const sources = nodesOf(m.graph).map(({ origin }) => origin.source)
    expect(sources.length).toBeGreaterThan(5)
    for (const source of sources) expect(String(source)).toMatch(/sequential\.test\.ts/)
  })

  it('takes functions without a type, whose result only the build knows', () => {
    const m = model({
      inputs: { x: f32('batch', 4) },
      params: { net: sequential(dense(4, 5), x => mul(x, 2), dense(5, 3)) },
      body({ x }, { net }) {
        const out = net(x)
        expectTypeOf(out).toEqualTypeOf<Tensor<Shape, 'f32'>>()
        return { out }
      },
    })
    expect(m.graph.outputs.map(({ name }) => name)).toEqual(['out'])
    expect(m.toString()).toContain('return out = %out')
    expect(m.toString()).toMatch(/%out = add .* : f32\[batch,3\]/)
  })
})

/** What stands inside of what, each around the same dense layer. */
const core = sequential(dense(4, 4), tanh)
const wide = <W extends number>(width: W) =>
  layer({
    name: 'wide',
    input: f32('...', width),
    output: f32('...', width),
    params: { net: sequential(dense(width, width), tanh) },
    apply: (x, { net }) => net(x),
  })

describe('a sequence may stand', () => {
  const places = model({
    inputs: { x: f32('batch', 4) },
    params: {
      nested: sequential(core, sequential(relu, core)),
      lists: repeat(2, core),
      wide: wide(4),
      encoder: block({
        name: 'encoder',
        input: f32('...', 4),
        params: { core },
        body: (x, { core: net }) => relu(net(x)),
      }),
    },
    body({ x }, { nested, lists, wide: layered, encoder }) {
      let h = nested(x)
      for (const each of lists) h = each(h)
      expectTypeOf(h).toEqualTypeOf<Tensor<['batch', 4], 'f32'>>()
      const out = encoder(layered(h))
      expectTypeOf(out).toEqualTypeOf<Tensor<['batch', 4], 'f32'>>()
      return { out }
    },
  })

  it('in a sequence, in a list, in layers and blocks', async () => {
    const weights = places.declarations.map(({ path }) => path).filter(path => path.endsWith('w'))
    expect(weights).toEqual([
      'nested.0.0.w',
      'nested.1.1.0.w',
      'lists.0.0.w',
      'lists.1.0.w',
      'wide.net.0.w',
      'encoder.core.0.w',
    ])
    const { params } = places.init(2)
    expectTypeOf(params.nested[1][1][0].w).toEqualTypeOf<Host<[4, 4], 'f32'>>()
    expectTypeOf(params.lists[1][0].b).toEqualTypeOf<Host<[4], 'f32'>>()
    const run = await compile(places, { target: 'js', dims: { batch: 1 } })
    expect(run({ x: Float32Array.of(1, -2, 3, 0.5) }, params).out.data.some(v => v !== 0)).toBe(
      true,
    )
  })

  it('where it is called twice, unless a part keeps state', () => {
    const twice = (net: typeof core) =>
      model({
        inputs: { x: f32('batch', 4) },
        params: { net },
        body: ({ x }, { net: call }) => ({ out: call(call(x)) }),
      })
    expect(twice(core).toString()).toMatch(/(matmul[^$]*){2}/)
    const stateful = sequential(dense(4, 4), batchNorm(4)) as unknown as typeof core
    expect(() => twice(stateful)).toThrow(/^E123 batchNorm: "net\.1" keeps state/)
  })

  it('around dropout, which draws for each position', () => {
    const m = model({
      inputs: { x: f32('batch', 4) },
      params: { net: sequential(dropout(0.5), dropout(0.5)) },
      body: ({ x }, { net }) => ({ out: net(x) }),
    })
    const streams = [...m.toString().matchAll(/stream = (\d+)/g)].map(([, stream]) => stream)
    expect(new Set(streams).size).toBe(2)
  })
})

type Loose = (...args: readonly Tensor[]) => Tensor

describe('a misfit', () => {
  /** A model that calls a part without its type, so that only the build can refuse. */
  const build = (net: unknown, slot: Slot = f32('batch', 64)) =>
    model({
      inputs: { x: slot },
      params: { net: net as typeof core },
      body: ({ x }, { net: call }) => ({ out: (call as unknown as Loose)(x) }),
    })

  it.each([
    [
      sequential(dense(64, 128), relu, dense(64, 10)),
      'dense: expects [..., 64], got [batch, 128]',
      'dense "net.2"',
    ],
    [
      sequential(sequential(sequential(dense(64, 8), batchNorm(8)), dense(7, 1))),
      'dense: expects [..., 7], got [batch, 8]',
      'dense "net.0.1"',
    ],
    [sequential(dense(63, 8)), 'dense: expects [..., 63], got [batch, 64]', 'dense "net.0"'],
  ])('is told in the words of the part, at the line of the call: %#', (net, sentence, place) => {
    const error = refusalOf(() => build(net))
    expect(error.message).toContain(`E101 ${sentence}`)
    expect(String(error)).toMatch(/made at \S*sequential\.test\.ts:\d+/)
    expect(String(error)).toContain('({ out: (call as unknown as Loose)(x) })')
    expect(String(error)).toContain(`declare ${place} for the shape that it gets`)
  })

  it('of a dtype is told by the part that takes it', () => {
    expect(() => build(sequential(relu, dense(64, 8)), i32('batch', 64))).toThrow(
      "E101 relu: needs f32 or f64, got i32; use cast(x, 'f32')",
    )
  })

  it('of the number of tensors is told by the sequence', () => {
    const m = () =>
      model({
        inputs: { x: f32('batch', 4) },
        params: { net: core },
        body: ({ x }, { net }) => ({ out: (net as unknown as Loose)(x, x) }),
      })
    expect(m).toThrow('E102 sequential: takes one input, got 2')
  })

  it('of a function that gives no tensor is told by the next part, or the sequence', () => {
    const nothing = () => undefined as never
    expect(() => build(sequential(nothing))).toThrow(
      'E125 sequential: its body must return a tensor, got nothing',
    )
    expect(() => build(sequential(nothing, dense(1, 1)))).toThrow(
      'E104 dense: inputs must be tensors of the graph, got nothing',
    )
  })

  const define = sequential as unknown as (...parts: unknown[]) => unknown

  it.each([
    [[], 'must have a part, got none'],
    [[relu, param([2])], 'part 1 must be a layer or a function of one tensor, got a parameter'],
    [[undefined], 'part 0 must be a layer or a function of one tensor, got nothing'],
    [[[relu]], 'part 0 must be a layer or a function of one tensor, got a list'],
    [[attend(4)], 'part 0 must be a layer or a function of one tensor, got attend, which takes 2'],
  ])('of what can be no part is told where it is declared: %#', (parts, message) => {
    expect(() => define(...parts)).toThrow(`E126 sequential: ${message}`)
    expect(() => define(...parts)).toThrow(/made at .*sequential\.test\.ts/)
  })
})
