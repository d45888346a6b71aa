// The trainer: steps against a loop in plain arithmetic, params that stay, what is read, what is
// refused.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  add,
  cast,
  compile,
  constantOf,
  f32,
  gradient,
  mean,
  model,
  param,
  randomUniform,
  type Shape,
  select,
  square,
  sub,
  sum,
  type Tensor,
} from '../../src/index.ts'
import { adam, gradientDescent, momentum } from '../../src/optim/index.ts'
import { type Scalars, trainer } from '../../src/train/index.ts'
import { batch, classifier, stateful, values } from '../compile/models.ts'

const options = { loss: 'loss', target: 'js', dims: { batch: 6 }, seed: 2 } as const

/** Steps of `optimizer` on the classifier, computed from compiled gradients in double. */
async function byHand(steps: number, rate: number) {
  const run = await compile(gradient(classifier, { of: 'loss' }), {
    target: 'js',
    dims: { batch: 6 },
  })
  const { params } = classifier.init(2)
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const { loss, grads } = run(batch(6), params)
    losses.push(loss)
    for (const layer of ['hidden', 'head'] as const) {
      for (const name of ['w', 'b'] as const) {
        const [p, g] = [params[layer][name].data, grads[layer][name].data]
        for (let i = 0; i < p.length; i++) p[i] = p[i]! - rate * g[i]!
      }
    }
  }
  return { params, losses }
}

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) => {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(got[i]! - wanted[i]!), `element ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

describe('a trainer', () => {
  it('makes the steps that the gradients ask for', async () => {
    const t = await trainer(classifier, {
      ...options,
      optimizer: gradientDescent(0.3),
      debug: { verify: true },
    })
    const losses: number[] = []
    for (let step = 0; step < 5; step++) losses.push((await t.step(batch(6))).loss)
    const wanted = await byHand(5, 0.3)
    near(losses, wanted.losses, 1e-6)
    const params = await t.params()
    near(params.hidden.w.data, wanted.params.hidden.w.data, 1e-6)
    near(params.head.b.data, wanted.params.head.b.data, 1e-6)
    expect(t.stepCount).toBe(5)
  })

  it('updates all params of a model in one kernel', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    const { kernels, launches } = t.explain()
    // 5·4 + 4 + 4·3 + 3 params; results in scratch may be stored in place of their operands.
    const updating = kernels.filter(({ text }) => text.includes('update f32[39]'))
    expect(updating).toHaveLength(1)
    expect(launches.at(-1)).toMatchObject({ kernel: updating[0]!.name, phase: 'update' })
    expect(kernels.filter(({ text }) => /^kernel @copy/.test(text))).toEqual([])
  })

  it('repeats itself to the bit', async () => {
    const once = async () => {
      const t = await trainer(classifier, { ...options, optimizer: adam(0.01) })
      const losses: number[] = []
      for (let step = 0; step < 10; step++) losses.push((await t.step(batch(6, step))).loss)
      return { losses, params: await t.params(), state: await t.optimizerState() }
    }
    expect(await once()).toEqual(await once())
  })

  it('reads what it is asked to read', async () => {
    const t = await trainer(classifier, { ...options, optimizer: gradientDescent(0.1) })
    expect(Object.keys(await t.step(batch(6)))).toEqual(['loss'])
    expect(await t.step(batch(6), { read: 'none' })).toEqual({})
    const { probabilities } = await t.step(batch(6), { read: ['probabilities'] })
    expect(probabilities.shape).toEqual([6, 3])
    const later = await t.read(['loss', 'probabilities'])
    expect(later.probabilities).toEqual(probabilities)
  })

  it('makes steps in the order in which they were asked for', async () => {
    const [waiting, queued] = await Promise.all([
      trainer(classifier, { ...options, optimizer: momentum(0.1) }),
      trainer(classifier, { ...options, optimizer: momentum(0.1) }),
    ])
    const one: number[] = []
    for (const seed of [1, 2, 3]) one.push((await waiting.step(batch(6, seed))).loss)
    const all = await Promise.all([1, 2, 3].map(seed => queued.step(batch(6, seed))))
    expect(all.map(({ loss }) => loss)).toEqual(one)
  })

  it('takes batches of another size on the same params', async () => {
    const t = await trainer(classifier, { ...options, optimizer: gradientDescent(0.1) })
    await t.prepare({ batch: 2 })
    await t.step(batch(6))
    const before = await t.params()
    const { loss } = await t.step(batch(2), { dims: { batch: 2 } })
    const run = await compile(classifier, { target: 'js', dims: { batch: 2 } })
    expect(loss).toBeCloseTo(run(batch(2), before).loss, 6)
    expect(await t.params()).not.toEqual(before)
  })

  it('reads from the step that was last, whatever its size', async () => {
    const t = await trainer(classifier, { ...options, optimizer: gradientDescent(0.1) })
    await t.step(batch(6))
    await t.step(batch(2), { dims: { batch: 2 }, read: 'none' })
    expect((await t.read(['probabilities'])).probabilities.shape).toEqual([2, 3])
  })

  it('keeps params of two dtypes in a block each', async () => {
    const mixed = model({
      name: 'mixed',
      inputs: { x: f32(2) },
      params: {
        a: param([2], constantOf(1)),
        b: param([2], constantOf(2), { dtype: 'f64' }),
        c: param([3], constantOf(3), { dtype: 'f64' }),
      },
      body: ({ x }, { a, b, c }) => ({
        loss: add(add(sum(square(cast(sub(a, x), 'f64'))), sum(square(b))), sum(square(c))),
      }),
    })
    const t = await trainer(mixed, { loss: 'loss', optimizer: gradientDescent(0.25), target: 'js' })
    await t.step({ x: Float32Array.of(0, 5) })
    const { a, b, c } = await t.params()
    // p - 0.25 · 2 (p - target) is half way to the target.
    expect([a.data, b.data, c.data].map(data => Array.from(data))).toEqual([
      [0.5, 3],
      [1, 1],
      [1.5, 1.5, 1.5],
    ])
  })

  it('shares its params with other programs, as they are at the time', async () => {
    const t = await trainer(classifier, { ...options, optimizer: gradientDescent(0.5) })
    const program = select(classifier, { inputs: ['x'], outputs: ['probabilities'] })
    const predict = await t.executable(program, { dims: { batch: 1 } })
    const { x } = batch(1)
    const before = predict({ x }).probabilities
    await t.step(batch(6))
    const after = predict({ x }).probabilities
    expect(after).not.toEqual(before)
    const alone = await compile(program, { target: 'js', dims: { batch: 1 } })
    expect(after).toEqual(alone({ x }, await t.params()).probabilities)
  })

  it('begins where it is told to, and goes on from params that it is given', async () => {
    const { params } = classifier.init(9)
    const t = await trainer(classifier, { ...options, optimizer: gradientDescent(0.1), params })
    expect(await t.params()).toEqual(params)
    await t.step(batch(6))
    await t.setParams(params)
    expect(await t.params()).toEqual(params)
  })

  it('keeps state, and frozen params as they are', async () => {
    const frozen = model({
      name: 'frozen',
      inputs: { x: f32('batch', 3) },
      params: {
        w: param([3], constantOf(1)),
        fixed: param([3], constantOf(2), { trainable: false }),
      },
      body: ({ x }, { w, fixed }) => ({ loss: mean(square(sub(sub(x, w), fixed))) }),
    })
    const t = await trainer(frozen, { ...options, optimizer: adam(0.1) })
    await t.step({ x: values(18, 1) })
    const { w, fixed } = await t.params()
    expect(Array.from(fixed.data)).toEqual([2, 2, 2])
    expect(Array.from(w.data)).not.toContain(1)
    const s = await trainer(stateful, { ...options, optimizer: adam(0.1) })
    await s.step({ x: values(18, 1) })
    const { centre } = await s.state()
    expect(Array.from(centre.mean.data)).not.toContain(0)
  })

  it('remembers per param what the optimizer remembers', async () => {
    const t = await trainer(classifier, { ...options, optimizer: momentum(0.1, { beta: 0.5 }) })
    const before = await t.params()
    await t.step(batch(6))
    const after = await t.params()
    const { v } = (await t.optimizerState()) as { v: typeof after }
    const { data } = before.hidden.w
    near(
      after.hidden.w.data,
      data.map((p, i) => p - 0.1 * v.hidden.w.data[i]!),
      1e-7,
    )
    expect(v.head.w.shape).toEqual([4, 3])
  })

  it('draws anew in every step, and the same for the same seed', async () => {
    const noisy = model({
      name: 'noisy',
      inputs: {},
      params: { w: param([4], constantOf(0)) },
      body: (_, { w }) => {
        const noise = randomUniform([4])
        return { loss: sum(square(sub(w, noise))), noise }
      },
    })
    const draws = async (seed: number) => {
      const t = await trainer(noisy, {
        loss: 'loss',
        optimizer: gradientDescent(0),
        target: 'js',
        dims: {},
        seed,
      })
      const first = await t.step({}, { read: ['noise'] })
      const second = await t.step({}, { read: ['noise'] })
      return [first.noise, second.noise]
    }
    const [first, second] = await draws(1)
    expect(first).not.toEqual(second)
    expect(await draws(1)).toEqual([first, second])
    expect(await draws(2)).not.toEqual([first, second])
  })
})

describe('a trainer refuses', () => {
  const make = (more: object) =>
    trainer(classifier, { ...options, optimizer: adam(), ...more } as never)

  it.each<[string, object, RegExp]>([
    ['a loss that is no scalar', { loss: 'probabilities' }, /E201 .*probabilities.*only a scalar/],
    ['a loss that is not there', { loss: 'los' }, /E201 [\s\S]*did you mean 'loss'\?/],
    ['dims that are missing', { dims: {} }, /E107 compile: every dim must have a size/],
    [
      'an option that there is none of',
      { clipNrm: 1 },
      /E137 trainer: options must be .*"clipNrm"/,
    ],
    ['params that do not fit', { params: { hidden: 1 } }, /E108 run: .*param head/],
    [
      'a target that there is none for',
      { target: 'wgsl' },
      /E501 compile: target must be one of js/,
    ],
  ])('%s', async (_, more, wanted) => {
    await expect(make(more)).rejects.toThrow(wanted)
  })

  it('inputs that do not fit, and leaves its params alone', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    const before = await t.params()
    const loose = t.step as unknown as (inputs: unknown, more?: unknown) => Promise<unknown>
    const { x, y } = batch(6)
    await expect(async () => loose({ x })).rejects.toThrow(/E108 step: needs input y/)
    await expect(async () => loose({ x, y, z: y })).rejects.toThrow(/E108 step: .*no input z/)
    await expect(async () => loose({ x: y, y })).rejects.toThrow(
      /E108 step: input x is f32: pass a Float32Array/,
    )
    await expect(async () => loose(batch(5))).rejects.toThrow(
      /E108 step: input x is \[6, 5\], 30 elements, got 25\n {2}made at .*trainer\.test\.ts:\d+/,
    )
    await expect(async () => loose(batch(5), { dims: { batch: 4 } })).rejects.toThrow(
      /E108 step: input x is \[4, 5\], 20 elements, got 25/,
    )
    await expect(async () => loose(batch(6), { dims: { time: 4 } })).rejects.toThrow(
      /E107 compile: this program has no dim 'time'/,
    )
    await expect(async () => loose({ x, y }, { read: ['lss'] })).rejects.toThrow(
      /E108 read: this model has no output lss/,
    )
    expect([t.stepCount, await t.params()]).toEqual([0, before])
  })

  it('params of which one does not fit, and writes none of them', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    const before = await t.params()
    const { params } = classifier.init(7)
    const wrong = { ...params, head: { ...params.head, b: params.hidden.b } } as never
    await expect(t.setParams(wrong)).rejects.toThrow(/E108 run: param head\.b is \[3\], got \[4\]/)
    expect(await t.params()).toEqual(before)
  })

  it('sizes ahead of a step that do not fit, and more memory than it may take', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    await expect(t.prepare({ time: 2 })).rejects.toThrow(/E107 compile: .*no dim 'time'/)
    await expect(make({ maxBytes: 100 })).rejects.toThrow(/E136 compile: .*at most 100 B/)
  })

  it('inputs of a shared program that go by no name', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    const predict = await t.executable(classifier, { dims: { batch: 1 } })
    const loose = predict as unknown as (inputs: unknown) => unknown
    expect(() => loose(undefined)).toThrow(/E108 run: inputs go by name, got nothing/)
  })

  it('to read before the first step', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    await expect(t.read(['loss'])).rejects.toThrow(/E108 read: needs a step to read from/)
  })

  it('to work when it was disposed', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    t.dispose()
    await expect(async () => t.step(batch(6))).rejects.toThrow(/E108 trainer: was disposed/)
    await expect(async () => t.params()).rejects.toThrow(/E108 trainer: was disposed/)
  })

  it('a program of another model', async () => {
    const t = await trainer(classifier, { ...options, optimizer: adam() })
    await expect(t.executable(stateful, { dims: { batch: 1 } })).rejects.toThrow(
      /E108 executable: (?:param|state) \S+ is not in training/,
    )
  })
})

describe('what a step gives back', () => {
  it('holds scalars, those of unknown rank included, and no tensors', () => {
    type Given = Scalars<{
      loss: Tensor<[], 'f32'>
      maybe: Tensor<Shape, 'f32'>
      rows: Tensor<['batch', 3], 'f32'>
    }>
    expectTypeOf<Given>().toEqualTypeOf<{ readonly loss: number; readonly maybe: number }>()
  })
})
