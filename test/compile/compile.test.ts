// compile: a program gives what the reference interpreter gives, and refuses what does not fit.

import { describe, expect, it } from 'vitest'
import {
  compile,
  fromGraph,
  gradient,
  type HostTensor,
  interpret,
  jvp,
  ops,
  parseGraph,
  select,
} from '../../src/index.ts'
import { batch, classifier, stateful, values } from './models.ts'

type Tree = number | HostTensor | { readonly [key: string]: Tree }

const isTensor = (tree: object): tree is HostTensor => 'dtype' in tree

/** All numbers of a host tree, with their paths. */
function numbers(tree: Tree, path = ''): [string, number][] {
  if (typeof tree === 'number') return [[path, tree]]
  if (isTensor(tree)) return Array.from(tree.data, (x, i) => [`${path}[${i}]`, x])
  return Object.entries(tree).flatMap(([key, part]) =>
    numbers(part, path === '' ? key : `${path}.${key}`),
  )
}

function close(got: Tree, wanted: (name: string) => readonly number[]) {
  const byName = new Map<string, number[]>()
  for (const [path, value] of numbers(got)) {
    const name = path.replace(/\[\d+\]$/, '')
    byName.set(name, [...(byName.get(name) ?? []), value])
  }
  for (const [name, found] of byName) {
    const expected = wanted(name)
    expect(found.length, name).toBe(expected.length)
    found.forEach((value, i) => {
      const error = Math.abs(value - expected[i]!)
      expect(error, `${name}[${i}]`).toBeLessThanOrEqual(2e-6 * (1 + Math.abs(expected[i]!)))
    })
  }
}

const { params } = classifier.init(3)
const flatParams = {
  'hidden.w': params.hidden.w,
  'hidden.b': params.hidden.b,
  'head.w': params.head.w,
  'head.b': params.head.b,
}
const hosts = (size: number) => {
  const { x, y } = batch(size)
  return {
    x: { shape: [size, 5], dtype: 'f32' as const, data: x },
    y: { shape: [size], dtype: 'i32' as const, data: y },
  }
}

describe('a compiled program', () => {
  it('gives what the interpreter gives, gradients nested like params', async () => {
    const program = gradient(classifier, { of: 'loss' })
    const run = await compile(program, {
      target: 'js',
      dims: { batch: 6 },
      debug: { verify: true },
    })
    const result = run(batch(6), params)
    const { outputs } = interpret(program.graph, { ...hosts(6), ...flatParams })
    close(result as never, name => Array.from(outputs[name]!.values()))
    expect(result.grads.hidden.w.shape).toEqual([5, 4])
    expect(Object.keys(result.grads)).toEqual(['hidden', 'head'])
  })

  it('runs at several sizes, one executable each', async () => {
    for (const size of [1, 2, 17]) {
      const run = await compile(classifier, { target: 'js', dims: { batch: size } })
      const { outputs } = interpret(classifier.graph, { ...hosts(size), ...flatParams })
      close(run(batch(size), params) as never, name => Array.from(outputs[name]!.values()))
      run.dispose()
    }
  })

  it('hands out copies that a later run leaves alone, equal to the bit for equal values', async () => {
    const run = await compile(classifier, { target: 'js', dims: { batch: 4 } })
    const first = run(batch(4), params)
    const kept = Float32Array.from(first.probabilities.data)
    run(batch(4, 9), params)
    expect(first.probabilities.data).toEqual(kept)
    expect(run(batch(4), params)).toEqual(first)
    expect(first.probabilities.data.buffer).toBeInstanceOf(ArrayBuffer)
  })

  it('takes hosts as well as arrays, and NaN as data', async () => {
    const run = await compile(classifier, { target: 'js', dims: { batch: 4 } })
    const { x, y } = batch(4)
    const host = { shape: [4, 5] as [4, 5], dtype: 'f32' as const, data: x }
    expect(run({ x: host, y }, params)).toEqual(run({ x, y }, params))
    const bad = x.slice()
    bad[0] = Number.NaN
    expect(run({ x: bad, y }, params).loss).toBeNaN()
  })

  it('returns the new state, and keeps one side of byMode', async () => {
    const start = { params: stateful.init(1).params, state: { centre: { mean: values3(0.5) } } }
    const x = values(12, 2)
    const means = [0, 1, 2].map(j => (x[j]! + x[3 + j]! + x[6 + j]! + x[9 + j]!) / 4)
    const trained = gradient(stateful, { of: 'loss' })
    const train = await compile(trained, { target: 'js', dims: { batch: 4 } })
    const after = train({ x }, start.params, start.state)
    means.forEach((mean, j) => {
      expect(after.state.centre.mean.data[j]).toBeCloseTo(0.5 * 0.5 + 0.5 * mean, 6)
    })
    const evaluate = await compile(stateful, { target: 'js', dims: { batch: 4 } })
    const { out, state } = evaluate({ x }, start.params, start.state)
    expect(out.data[0]).toBeCloseTo((x[0]! - 0.5) * start.params.scale.data[0]!, 6)
    expect(state).toEqual(start.state)
    const asTrained = await compile(stateful, { target: 'js', dims: { batch: 4 }, mode: 'train' })
    const first = asTrained({ x }, start.params, start.state).out.data[0]!
    expect(first).toBeCloseTo((x[0]! - means[0]!) * start.params.scale.data[0]!, 6)
  })

  it('differentiates along tangents', async () => {
    const forward = jvp(classifier, { of: 'loss', wrt: ['head'] })
    const run = await compile(forward, { target: 'js', dims: { batch: 4 } })
    const reverse = await compile(gradient(classifier, { of: 'loss' }), {
      target: 'js',
      dims: { batch: 4 },
    })
    const { grads } = reverse(batch(4), params)
    const w = { shape: [4, 3] as [4, 3], dtype: 'f32' as const, data: values(12, 5) }
    const b = { shape: [3] as [3], dtype: 'f32' as const, data: values(3, 6) }
    const tangents = { head: { w, b } }
    const { tangent } = run(batch(4), params, {}, { tangents })
    const inner = (a: Float32Array, c: Float32Array) => a.reduce((sum, v, i) => sum + v * c[i]!, 0)
    const wanted = inner(grads.head.w.data, w.data) + inner(grads.head.b.data, b.data)
    expect(tangent).toBeCloseTo(wanted, 6)
  })

  it('shares names with a selection that needs fewer inputs', async () => {
    const predict = select(classifier, { inputs: ['x'], outputs: ['probabilities'] })
    const run = await compile(predict, { target: 'js', dims: { batch: 2 } })
    const { probabilities } = run({ x: batch(2).x }, params)
    expect(probabilities.data[0]! + probabilities.data[1]! + probabilities.data[2]!).toBeCloseTo(1)
  })

  it('runs parsed graphs, updates of state included', async () => {
    const graph = parseGraph(
      'count.ir',
      `graph @count(input %x: i32[n], state %total: i32[n]) {
        %0 = add %x, %total : i32[n]
        return sum = %0
        update "total" = %0
      }`,
      ops,
    )
    const run = await compile(fromGraph(graph), { target: 'js', dims: { n: 2 } } as never)
    const state = { total: { shape: [2], dtype: 'i32', data: Int32Array.of(1, 2) } }
    const result = run({ x: Int32Array.of(10, 20) } as never, {} as never, state as never) as never
    const { sum, state: after } = result as Record<string, { data?: unknown; total?: unknown }>
    expect(sum?.data).toEqual(Int32Array.of(11, 22))
    expect(after?.total).toEqual({ shape: [2], dtype: 'i32', data: Int32Array.of(11, 22) })
  })
})

const values3 = (value: number) => ({
  shape: [3] as [3],
  dtype: 'f32' as const,
  data: new Float32Array(3).fill(value),
})
