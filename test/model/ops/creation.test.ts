// Tensors made from nothing or drawn: what they hold, where they can be made, which draw each is.

import { describe, expect, it } from 'vitest'
import { GraphBuilder, type Value } from '../../../src/ir/builder.ts'
import { interpret } from '../../../src/ir/interpret.ts'
import { type Shape, tensorType } from '../../../src/ir/type.ts'
import { add } from '../../../src/model/ops/binary.ts'
import { constant, full, iota } from '../../../src/model/ops/creation.ts'
import {
  bernoulli,
  randomBits,
  randomNormal,
  randomUniform,
} from '../../../src/model/ops/random.ts'
import { type Draw, traced, tracingFor } from '../../../src/model/tracing.ts'
import * as core from '../../../src/ops/distributions.ts'
import { randomBits as coreBits } from '../../../src/ops/random.ts'
import { GraphError } from '../../../src/support/diagnostic.ts'

/** The elements of what `body` makes. */
function made(body: () => Value): number[] {
  const into = new GraphBuilder()
  into.output('out', traced({ into }, body))
  return [...interpret(into.finish()).outputs.out!.values()]
}

describe('a constant', () => {
  it('holds the elements of numbers, rows, typed arrays and host tensors', () => {
    expect(made(() => constant(2.5))).toEqual([2.5])
    expect(
      made(() =>
        constant([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([1, 2, 3, 4])
    expect(made(() => constant([true, false]))).toEqual([1, 0])
    expect(made(() => constant(new Int32Array([5, -6])))).toEqual([5, -6])
    expect(made(() => constant(0.1))).toEqual([Math.fround(0.1)])
    expect(made(() => constant(0.1, 'f64'))).toEqual([0.1])
    const host = { shape: [2, 1], dtype: 'i32', data: new Int32Array([7, 8]) } as const
    expect(made(() => constant(host))).toEqual([7, 8])
  })

  it('refuses ragged rows at the line of the call', () => {
    const error = thrown(() => made(() => constant([[1, 2], [3]] as number[][])))
    expect(error.message).toMatch(/^E110 tensor: rows must have equal shape/)
    expect(error.source?.file).toMatch(/creation\.test\.ts$/)
  })
})

describe('full and iota', () => {
  it('repeat a value and count along an axis', () => {
    expect(made(() => full([2, 2], 3))).toEqual([3, 3, 3, 3])
    expect(made(() => full([2], 1, 'bool'))).toEqual([1, 1])
    expect(made(() => iota([2, 3], 0))).toEqual([0, 0, 0, 1, 1, 1])
    expect(made(() => iota([2, 3], -1, 'f32'))).toEqual([0, 1, 2, 0, 1, 2])
    expect(made(() => add(iota([3], 0), 5))).toEqual([5, 6, 7])
  })

  it('keep symbolic dims, in canonical form', () => {
    const into = new GraphBuilder()
    const shapes = traced({ into }, () => [full(['n', 2], 0).shape, iota(['n*m'], 0).shape])
    expect(shapes).toEqual([['n', 2], ['m*n']])
  })
})

describe('an op without operands', () => {
  it('builds into the innermost of what is traced', () => {
    const [outer, inner] = [new GraphBuilder(), new GraphBuilder()]
    traced({ into: outer }, () => {
      constant(1)
      traced({ into: inner }, () => constant(2))
      constant(3)
    })
    expect([outer.nodes().length, inner.nodes().length]).toEqual([2, 1])
  })

  it('is refused outside of a graph, also after a body that throws', () => {
    const failing = () =>
      traced({ into: new GraphBuilder() }, () => {
        throw new GraphError({ code: 'E104', subject: 'body', message: 'fails on purpose' })
      })
    expect(failing).toThrow('fails on purpose')
    for (const call of [() => constant(1), () => full([2], 0), () => iota([2], 0)]) {
      const error = thrown(call)
      expect(error.code).toBe('E120')
      expect(error.source?.file).toMatch(/creation\.test\.ts$/)
      expect(error.help).toBe('call it in the body of a model, layer or op')
    }
    expect(() => tracingFor('anything', made)).toThrow(/^E120 anything: /)
  })
})

type Name = 'randomBits' | 'randomUniform' | 'randomNormal' | 'bernoulli'

describe('a random op', () => {
  const shape = ['n', 4]
  const calls: Readonly<Record<Name, () => Value>> = {
    randomBits: () => randomBits(['n', 4]),
    randomUniform: () => randomUniform(['n', 4], { low: -1, high: 3, dtype: 'f64' }),
    randomNormal: () => randomNormal(['n', 4], { mean: 2, deviation: 0.5 }),
    bernoulli: () => bernoulli(['n', 4], { probability: 0.25 }),
  }

  const cores: Readonly<Record<Name, (draw: Draw) => Value>> = {
    randomBits: ({ key, counter, stream }) => coreBits(key, counter, { stream, shape }),
    randomUniform: ({ key, counter, stream }) =>
      core.randomUniform(key, counter, { stream, shape, low: -1, high: 3, dtype: 'f64' }),
    randomNormal: ({ key, counter, stream }) =>
      core.randomNormal(key, counter, { stream, shape, mean: 2, deviation: 0.5 }),
    bernoulli: ({ key, counter, stream }) =>
      core.bernoulli(key, counter, { stream, shape, probability: 0.25 }),
  }

  it('draws from what is traced, each call another stream', () => {
    const into = new GraphBuilder()
    const key = into.rng('key', tensorType('u32', [2]))
    const counter = into.rng('counter', tensorType('u32', []))
    let stream = 10
    const draw = () => ({ key, counter, stream: stream++ })
    for (const name of Object.keys(calls) as Name[]) {
      const found = into.definition(traced({ into, draw }, calls[name]).id)!
      const wanted = into.definition(cores[name]({ key, counter, stream: stream - 1 }).id)!
      expect(found.op).toBe(wanted.op)
      expect(found.attributes).toEqual(wanted.attributes)
      expect(found.operands).toEqual([key.id, counter.id])
      expect(found.results[0]!.type).toEqual(wanted.results[0]!.type)
      expect(found.origin.source?.location?.file).toMatch(/creation\.test\.ts$/)
    }
    expect(stream).toBe(14)
  })

  it.each(Object.entries(calls))('%s is refused in the body of an op', (name, call) => {
    const error = thrown(() => traced({ into: new GraphBuilder() }, call))
    expect(error.message).toMatch(new RegExp(`^E121 ${name}: must draw outside of the body`))
    expect(error.source?.file).toMatch(/creation\.test\.ts$/)
    expect(call).toThrow(/^E120/)
  })

  it('refuses a shape before it appends anything', () => {
    const into = new GraphBuilder()
    const key = into.rng('key', tensorType('u32', [2]))
    const draw = () => ({ key, counter: key, stream: 0 })
    const shapeOf = (): Shape => [-1]
    expect(() => traced({ into, draw }, () => randomBits(shapeOf()))).toThrow('got -1 in [-1]')
    expect(into.nodeCount).toBe(0)
  })
})

function thrown(call: () => unknown): GraphError {
  try {
    call()
  } catch (error) {
    if (error instanceof GraphError) return error
  }
  return expect.unreachable('expected a GraphError')
}
