// Layers on images: the same as ops on parameters of one's own, bit for bit; how a kernel starts;
// a network of them that learns; what they cost; and what a misfit is told.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  add,
  avgPool2d as avgPoolOp,
  compile,
  conv2d as convOp,
  f32,
  gradient,
  type Host,
  i32,
  layer,
  maxPool2d as maxPoolOp,
  mean,
  model,
  param,
  type Shape,
  type Slot,
  softmaxCrossEntropy,
  square,
  summarize,
  type Tensor,
  conv2dTranspose as transposeOp,
} from '../../src/index.ts'
import {
  avgPool2d,
  batchNorm,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  globalAvgPool,
  heNormal,
  maxPool2d,
  ones,
  relu,
  sequential,
} from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { refusalOf } from '../model/ops/evaluated.ts'

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(3 * i + 1))

const OPTIONS = {
  stride: 2,
  padding: [
    [1, 0],
    [2, 1],
  ],
  groups: 2,
} as const

/** Layers, and the ops on parameters of one's own: the same names, so the same values. */
const layered = model({
  inputs: { x: f32('batch', 7, 6, 4) },
  params: {
    down: conv2d(4, 6, [3, 2], { ...OPTIONS, bias: ones() }),
    up: conv2dTranspose(6, 4, 3, { stride: 2, padding: 'same', groups: 2 }),
    largest: maxPool2d({ size: 3, stride: 1 }),
    average: avgPool2d({ size: 2, padding: 'same' }),
  },
  body({ x }, { down, up, largest, average }) {
    const out = average(largest(up(down(x))))
    return { out, loss: mean(square(out)) }
  },
})

const byHand = model({
  inputs: { x: f32('batch', 7, 6, 4) },
  params: {
    down: { kernel: param([3, 2, 2, 6], heNormal()), b: param([6], ones()) },
    up: { kernel: param([3, 3, 2, 6], heNormal()), b: param([4]) },
  },
  body({ x }, { down, up }) {
    const small = add(convOp(x, down.kernel, OPTIONS), down.b)
    const options = { stride: 2, padding: 'same', groups: 2 } as const
    const large = add(transposeOp(small, up.kernel, options), up.b)
    const out = avgPoolOp(maxPoolOp(large, { size: 3, stride: 1 }), { size: 2, padding: 'same' })
    return { out, loss: mean(square(out)) }
  },
})

const js = { target: 'js', dims: { batch: 2 } } as const

describe('layers of convolution and pooling', () => {
  it('have the values and gradients of the ops, bit for bit', async () => {
    const { largest, average, ...params } = layered.init(3).params
    const first = await compile(gradient(layered, { of: 'loss', inputs: ['x'] }), js)
    const second = await compile(gradient(byHand, { of: 'loss', inputs: ['x'] }), js)
    const x = wave(2 * 7 * 6 * 4)
    const got = first({ x }, { ...params, largest, average })
    const wanted = second({ x }, params)
    expectTypeOf(got.out).toEqualTypeOf<Host<[2, 2, 3, 4], 'f32'>>()
    expectTypeOf(got.out).toEqualTypeOf(wanted.out)
    expect(got.out).toEqual(wanted.out)
    expect(got.inputGrads).toEqual(wanted.inputGrads)
    expect(got.grads).toEqual(wanted.grads)
    for (const { kernel, b } of [got.grads.down, got.grads.up]) {
      for (const { data } of [kernel, b]) expect(data.some(g => g !== 0)).toBe(true)
    }
  })

  it('start as what a result is summed of says: windows count, and so do groups', () => {
    const { down, up } = layered.init(3).params
    expectTypeOf(down.kernel).toEqualTypeOf<Host<[3, 2, 2, 6], 'f32'>>()
    expectTypeOf(up.kernel).toEqualTypeOf<Host<[3, 3, 2, 6], 'f32'>>()
    expect([down.kernel.shape, up.kernel.shape]).toEqual([
      [3, 2, 2, 6],
      [3, 3, 2, 6],
    ])
    expect([...down.b.data, ...up.b.data]).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    const wide = model({
      inputs: { x: f32('batch', 9, 9, 400) },
      params: { up: conv2dTranspose(400, 4, 3, { groups: 2 }), down: conv2d(400, 4, 3) },
      body: ({ x }, { up, down }) => ({ large: up(x), small: down(x) }),
    })
    const { params } = wide.init(1)
    const deviation = ({ data }: Host<Shape, 'f32'>) =>
      Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length)
    expect(deviation(params.up.kernel)).toBeCloseTo(Math.sqrt(2 / (9 * 200)), 2)
    expect(deviation(params.down.kernel)).toBeCloseTo(Math.sqrt(2 / (9 * 400)), 2)
    expect(deviation(params.up.kernel) / deviation(params.down.kernel)).toBeCloseTo(Math.SQRT2, 1)
  })

  it('have no bias where they are told so', () => {
    const m = model({
      inputs: { x: f32('batch', 8, 8, 3) },
      params: {
        c: conv2d(3, 4, 3, { bias: false }),
        up: conv2dTranspose(4, 3, 3, { bias: false, weights: ones() }),
      },
      body: ({ x }, { c, up }) => ({ out: up(c(x)) }),
    })
    expect(m.declarations.map(({ path }) => path)).toEqual(['c.kernel', 'up.kernel'])
    expect(m.toString()).not.toContain('add')
    const { params } = m.init()
    expectTypeOf(params.c).toEqualTypeOf<{ kernel: Host<[3, 3, 3, 4], 'f32'> }>()
    expect(Object.keys(params.c)).toEqual(['kernel'])
    expect(new Set(params.up.kernel.data)).toEqual(new Set([1]))
  })

  it('may stand in layers that are generic over widths', () => {
    const wide = <W extends number>(width: W) =>
      layer({
        name: 'wide',
        input: f32('n', 'h', 'w', width),
        output: f32('n', 'h', 'w', width),
        params: { c: conv2d(width, width, 3, { padding: 'same' }), net: sequential(globalAvgPool) },
        apply: (x, { c, net }) => add(c(x), mean(net(x))),
      })
    const m = model({
      inputs: { x: f32('batch', 8, 'w', 3) },
      params: { block: wide(3) },
      body: ({ x }, { block }) => ({ out: block(x) }),
    })
    expect(m.toString()).toMatch(/%out = add .* : f32\[batch,8,w,3\]/)
  })
})

const cnn = model({
  inputs: { x: f32('batch', 28, 28, 1), y: i32('batch') },
  params: {
    net: sequential(
      conv2d(1, 16, 3, { padding: 'same', bias: false }),
      batchNorm(16),
      relu,
      maxPool2d({ size: 2 }),
      conv2d(16, 32, 3, { padding: 'same', bias: false }),
      batchNorm(32),
      relu,
      maxPool2d({ size: 2 }),
      flatten,
      dense(7 * 7 * 32, 10),
    ),
  },
  body({ x, y }, { net }) {
    const logits = net(x)
    expectTypeOf(logits).toEqualTypeOf<Tensor<['batch', 10], 'f32'>>()
    return { loss: mean(softmaxCrossEntropy(logits, y)), logits }
  },
})

describe('a convolutional network', () => {
  it('learns', async () => {
    const dims = { batch: 4 }
    const options = { target: 'js', dims, loss: 'loss', optimizer: adam(0.01), seed: 1 } as const
    const t = await trainer(cnn, options)
    const data = { x: wave(4 * 784), y: Int32Array.of(3, 1, 4, 1) }
    const losses: number[] = []
    for (let step = 0; step < 6; step++) losses.push((await t.step(data)).loss)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 4)
    expect((await t.params()).net[4].kernel.shape).toEqual([3, 3, 16, 32])
    t.dispose()
  })

  it('is told part by part in a summary, with what each costs', () => {
    const summary = summarize(cnn, { of: 'loss', dims: { batch: 2 } })
    const rows = summary.rows.filter(({ name }) => name.startsWith('net.'))
    expect(rows.map(({ name, output, parameters }) => [name, output, parameters])).toEqual([
      ['net.0', [2, 28, 28, 16], 3 * 3 * 16],
      ['net.1', [2, 28, 28, 16], 32],
      ['net.3', [2, 14, 14, 16], 0],
      ['net.4', [2, 14, 14, 32], 3 * 3 * 16 * 32],
      ['net.5', [2, 14, 14, 32], 64],
      ['net.7', [2, 7, 7, 32], 0],
      ['net.9', [2, 10], 7 * 7 * 32 * 10 + 10],
    ])
    const [first, , pool, second] = rows
    expect(first!.forward).toBe(2 * (2 * 28 * 28 * 16) * (3 * 3 * 1))
    expect(second!.forward).toBe(2 * (2 * 14 * 14 * 32) * (3 * 3 * 16))
    // The cotangents of the kernel and of the image; the first image is an input and has none.
    expect(first!.backward).toBe(first!.forward)
    expect(second!.backward).toBe(2 * second!.forward)
    // One comparison per element that a window reads.
    expect(pool!.forward).toBe(2 * 14 * 14 * 16 * 4)
  })

  it('costs what its kernels compute, also with strides and groups', () => {
    const m = model({
      inputs: { x: f32(1, 8, 8, 4) },
      params: {
        scale: param([4]),
        down: conv2d(4, 6, 3, { stride: 2, padding: 'same', groups: 2, bias: false }),
        deep: conv2d(6, 6, 3, { padding: 'same', groups: 6 }),
        up: conv2dTranspose(6, 2, 3, { stride: 2, bias: false }),
      },
      body: ({ x }, p) => ({ loss: mean(p.up(p.deep(p.down(add(x, p.scale))))) }),
    })
    const costs = summarize(m, { of: 'loss', dims: {} }).rows.map(row => [
      row.name,
      row.forward,
      row.backward,
    ])
    const down = 2 * (4 * 4 * 6) * (3 * 3 * 2)
    const deep = 2 * (4 * 4 * 6) * (3 * 3)
    const up = 2 * (4 * 4 * 6) * (3 * 3 * 2)
    expect(costs).toContainEqual(['down', down, 2 * down])
    expect(costs).toContainEqual(['up', up, 2 * up])
    expect(costs.find(([name]) => name === 'deep')![1]).toBe(deep + 4 * 4 * 6)
  })
})

type Loose = (x: Tensor) => Tensor

describe('a misfit', () => {
  /** A model that calls a part without its type, so that only the build can refuse. */
  const build = (net: unknown, slot: Slot) =>
    model({
      inputs: { x: slot },
      params: { net: net as ReturnType<typeof sequential<[typeof relu]>> },
      body: ({ x }, { net: call }) => ({ out: (call as unknown as Loose)(x) }),
    })

  it.each([
    [
      sequential(conv2d(1, 8, 3), relu, conv2d(4, 8, 3)),
      f32('n', 9, 9, 1),
      'conv2d: input has 8 channels (axis 3 of [n, 7, 7, 8]) but the kernel expects 4 (axis 2 of [3, 3, 4, 8])',
    ],
    [
      conv2d(1, 8, 3, { stride: 2 }),
      f32('n', 2, 9, 1),
      'conv2d: kernel height 3 exceeds padded input height 2',
    ],
    [conv2d(1, 8, 3), f32('n', 784), 'conv2d: input must be [n, h, w, c], got [n, 784]'],
    [
      conv2dTranspose(4, 8, 3),
      f32('n', 2, 9, 1),
      'conv2dTranspose: input has 1 channels (axis 3 of [n, 2, 9, 1]) but the kernel expects 4 (axis 3 of [3, 3, 8, 4])',
    ],
    [
      sequential(relu, maxPool2d({ size: 3 })),
      f32('n', 2, 9, 1),
      'maxPool2d: window height 3 exceeds padded input height 2',
    ],
    [
      avgPool2d({ size: 2 }),
      i32('n', 2, 9, 1),
      "avgPool2d: expects f32, got i32; use cast(x, 'f32')",
    ],
    [conv2d(1, 8, 3), i32('n', 9, 9, 1), "conv2d: expects f32, got i32; use cast(x, 'f32')"],
  ])('is the sentence of the op, at the line of the call: %#', (net, slot, sentence) => {
    const error = refusalOf(() => build(net, slot))
    expect(error.message).toContain(`E101 ${sentence}`)
    expect(String(error)).toMatch(/made at \S*test\/nn\/convolution\.test\.ts:\d+/)
    expect(String(error)).toContain('({ out: (call as unknown as Loose)(x) })')
  })

  it('names the kernel by its path', () => {
    const net = sequential(relu, conv2d(4, 8, 3))
    expect(String(refusalOf(() => build(net, f32('n', 9, 9, 1))))).toContain('"net.1.kernel"')
  })

  const loosely = <F>(define: F) => define as unknown as (...given: unknown[]) => unknown

  it.each([
    [conv2d, [1, 8, 0], 'conv2d: size must be 1 or more, got 0'],
    [conv2d, [1, 8, [3, 1.5]], 'conv2d: size must be 1 or more, got 1.5'],
    [conv2d, [1, 8, 3, { stride: 0 }], 'conv2d: stride must be 1 or more, got 0'],
    [conv2d, [6, 8, 3, { groups: 4 }], 'conv2d: 6 inputs are not divisible by 4 groups'],
    [
      conv2dTranspose,
      [8, 6, 3, { groups: 4 }],
      'conv2dTranspose: 6 units are not divisible by 4 groups',
    ],
    [
      conv2dTranspose,
      [8, 6, 3, { outputPadding: 1 }],
      'conv2dTranspose: outputPadding must be less than the stride of 1, got 1',
    ],
    [maxPool2d, [{ size: [2, 0] }], 'maxPool2d: size must be 1 or more, got 0'],
    [
      avgPool2d,
      [
        {
          size: 2,
          padding: [
            [2, 0],
            [0, 0],
          ],
        },
      ],
      'avgPool2d: padding must be less than the window height 2, got 2',
    ],
  ])('of a declaration is told where it is declared: %#', (define, given, sentence) => {
    const declare = () => loosely<unknown>(define)(...given)
    expect(declare).toThrow(`E126 ${sentence}`)
    expect(declare).toThrow(/made at .*test\/nn\/convolution\.test\.ts/)
  })
})
