// Composites on numbers worked out by hand, at the ends where naive formulas overflow, and on
// symbolic shapes; and what the options of the losses mean.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { softmaxCrossEntropy } from '../../src/ops/cross-entropy.ts'
import { sigmoidCrossEntropy, squaredError } from '../../src/ops/losses.ts'
import { oneHot } from '../../src/ops/one-hot.ts'
import { logSoftmax, logSumExp, softmax } from '../../src/ops/softmax.ts'
import { mean, variance } from '../../src/ops/statistics.ts'
import { cotangentsOf, tangentOf, tensor, typeOf, valuesOf } from './functions.ts'

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number

/** Compares lists of numbers within 1e-12. */
function expectClose(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length)
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 12)
}

describe('softmax and its logarithm', () => {
  it('stay finite where exponentials overflow', () => {
    const x = tensor([[1000, 1000, -1000]])
    expect(valuesOf(v => softmax(v), x)).toEqual([0.5, 0.5, 0])
    expectClose(
      valuesOf(v => logSoftmax(v), x),
      [-Math.LN2, -Math.LN2, -2000 - Math.LN2],
    )
  })

  it('give an element of minus infinity no weight', () => {
    expect(valuesOf(v => softmax(v), tensor([0, -infinity, 0]))).toEqual([0.5, 0, 0.5])
  })

  it('work along the axis that is named', () => {
    const x = tensor([
      [0, 0],
      [Math.log(3), 0],
    ])
    expectClose(
      valuesOf(v => softmax(v, 0), x),
      [0.25, 0.5, 0.75, 0.5],
    )
    expectClose(
      valuesOf(v => softmax(v, -1), x),
      [0.5, 0.5, 0.75, 0.25],
    )
  })

  it('keep the shape, symbolic dims included, and refuse an axis that is not there', () => {
    const type = tensorType('f32', ['batch', 10])
    expect(typeOf(v => softmax(v), type)).toEqual(type)
    expect(() => typeOf(v => softmax(v, 2), type)).toThrow('axis 2 is out of range')
    expect(() => typeOf(v => softmax(v), tensorType('i32', [3]))).toThrow('got i32')
  })
})

describe('logSumExp', () => {
  it('is the logarithm of the sum, without overflow', () => {
    expectClose(
      valuesOf(v => logSumExp(v), tensor([1000, 1000])),
      [1000 + Math.LN2],
    )
    expectClose(
      valuesOf(v => logSumExp(v, 0), tensor([[0], [0]])),
      [Math.LN2],
    )
  })

  it('is minus infinity with derivative 0 where nothing adds up', () => {
    const x = tensor([-infinity, -infinity])
    expect(valuesOf(v => logSumExp(v), x)).toEqual([-infinity])
    expect(cotangentsOf(v => logSumExp(v), x)).toEqual([[0, 0]])
    expect(tangentOf(v => logSumExp(v), x)).toEqual([0])
  })

  it('keeps infinity and NaN', () => {
    expect(valuesOf(v => logSumExp(v), tensor([infinity, 0]))).toEqual([infinity])
    expect(valuesOf(v => logSumExp(v), tensor([nan, 0]))).toEqual([nan])
  })

  it('keeps reduced axes on request', () => {
    const type = typeOf(
      v => logSumExp(v, 1, { keepDims: true }),
      tensorType('f32', ['batch', 10, 'time']),
    )
    expect(type).toEqual(tensorType('f32', ['batch', 1, 'time']))
  })
})

describe('mean and variance', () => {
  it('divide by the number of elements', () => {
    const x = tensor([
      [1, 2, 3],
      [5, 5, 5],
    ])
    expect(valuesOf(v => mean(v), x)).toEqual([3.5])
    expectClose(
      valuesOf(v => variance(v, 1), x),
      [2 / 3, 0],
    )
    expectClose(
      cotangentsOf(v => mean(v), x)[0]!,
      [1, 1, 1, 1, 1, 1].map(one => one / 6),
    )
    expectClose(cotangentsOf(v => variance(v, 1), x)[0]!, [-2 / 3, 0, 2 / 3, 0, 0, 0])
  })

  it('work on symbolic shapes', () => {
    const type = tensorType('f32', ['batch', 'time', 4])
    expect(typeOf(v => mean(v, [0, 1]), type)).toEqual(tensorType('f32', [4]))
    expect(typeOf(v => variance(v), type)).toEqual(tensorType('f32', []))
  })

  it('are NaN of nothing', () => {
    const empty = tensor([[], []])
    expect(valuesOf(v => mean(v, 1), empty)).toEqual([nan, nan])
  })
})

describe('oneHot', () => {
  it('marks the index, and nothing where it is out of range', () => {
    const indices = tensor([2, 0, -1, 3], 'i32')
    const rows = [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    expect(valuesOf(v => oneHot(v, 3), indices)).toEqual(rows)
    expect(typeOf(v => oneHot(v, 'classes', 'bool'), tensorType('i32', ['batch']))).toEqual(
      tensorType('bool', ['batch', 'classes']),
    )
  })
})

describe('squaredError', () => {
  it('gives opposite cotangents', () => {
    const [x, y] = [tensor([3]), tensor([1])]
    expect(valuesOf(squaredError, x, y)).toEqual([4])
    expect(cotangentsOf(squaredError, x, y)).toEqual([[4], [-4]])
  })
})

describe('sigmoidCrossEntropy', () => {
  const loss = (z: Value, y: Value) => sigmoidCrossEntropy(z, y)

  it('keeps the digits of a small loss and never overflows', () => {
    const losses = valuesOf(loss, tensor([40, -40, 1000, -1000]), tensor([1, 0, 0, 1]))
    expect(losses).toEqual([Math.exp(-40), Math.exp(-40), 1000, 1000])
  })

  it('is right at logit 0 in both modes', () => {
    const [z, y] = [tensor([0, 0]), tensor([0, 1])]
    expectClose(valuesOf(loss, z, y), [Math.LN2, Math.LN2])
    expect(cotangentsOf(loss, z, y)).toEqual([
      [0.5, -0.5],
      [-0, -0],
    ])
    expectClose(tangentOf(loss, z, y), [0.5, -0.5])
  })

  it('counts positive targets as often as it is told', () => {
    const weighted = (z: Value, y: Value) => sigmoidCrossEntropy(z, y, { positiveWeight: 3 })
    const [z, y] = [tensor([0, 0]), tensor([0, 1])]
    expectClose(valuesOf(weighted, z, y), [Math.LN2, 3 * Math.LN2])
    expectClose(cotangentsOf(weighted, z, y)[0]!, [0.5, -1.5])
  })
})

describe('softmaxCrossEntropy', () => {
  const loss = (z: Value, y: Value) => softmaxCrossEntropy(z, y)
  const logits = tensor([
    [0, Math.log(3)],
    [1000, 0],
  ])

  it('gives one loss per example, from class numbers or probabilities alike', () => {
    const wanted = [Math.log(4 / 3), 1000]
    expectClose(valuesOf(loss, logits, tensor([1, 1], 'i32')), wanted)
    const rows = tensor([
      [0, 1],
      [0, 1],
    ])
    expectClose(valuesOf(loss, logits, rows), wanted)
  })

  it('has softmax less the target as its gradient, where the probability underflows too', () => {
    expectClose(cotangentsOf(loss, logits, tensor([1, 1], 'i32'))[0]!, [0.25, -0.25, 1, -1])
  })

  it('gives labels the negative log-probabilities', () => {
    const rows = tensor([[0.5, 0.5]])
    const [, labels] = cotangentsOf(loss, tensor([[0, Math.log(3)]]), rows)
    expectClose(labels!, [Math.log(4), Math.log(4 / 3)])
  })

  it('gives NaN for a label that names no class', () => {
    expect(valuesOf(loss, logits, tensor([2, -1], 'i32'))).toEqual([nan, nan])
    const smoothed = (z: Value, y: Value) => softmaxCrossEntropy(z, y, { labelSmoothing: 0.1 })
    expect(valuesOf(smoothed, logits, tensor([2, -1], 'i32'))).toEqual([nan, nan])
  })

  it('leaves ignored examples out of loss and gradient, wherever their label points', () => {
    const masked = (z: Value, y: Value) => softmaxCrossEntropy(z, y, { ignoreIndex: -100 })
    const labels = tensor([-100, 1], 'i32')
    expect(valuesOf(masked, logits, labels)).toEqual([0, 1000])
    expectClose(cotangentsOf(masked, logits, labels)[0]!, [0, 0, 1, -1])
  })

  it('leaves an ignored example out exactly, where its logits are NaN or infinite too', () => {
    const broken = tensor([
      [nan, 0],
      [infinity, -infinity],
      [0, 0],
    ])
    const labels = tensor([-100, -100, 1], 'i32')
    for (const labelSmoothing of [0, 0.5]) {
      const masked = (z: Value, y: Value) =>
        softmaxCrossEntropy(z, y, { ignoreIndex: -100, labelSmoothing })
      const weighted = (z: Value, y: Value, classWeights: Value) =>
        softmaxCrossEntropy(z, y, { ignoreIndex: -100, labelSmoothing, classWeights })
      const ones = tensor([1, 1])
      const wanted = [0, 0, Math.LN2]
      expectClose(valuesOf(masked, broken, labels), wanted)
      expectClose(valuesOf(weighted, broken, labels, ones), wanted)
      const [plain] = cotangentsOf(masked, broken, labels)
      const slope = 0.5 * (1 - labelSmoothing)
      const gradient = [0, 0, 0, 0, slope, -slope]
      expectClose(plain!, gradient)
      expectClose(cotangentsOf(weighted, broken, labels, ones)[0]!, gradient)
    }
  })

  it('spreads labelSmoothing over all classes', () => {
    const smoothed = (z: Value, y: Value) => softmaxCrossEntropy(z, y, { labelSmoothing: 0.2 })
    const z = tensor([[0, Math.log(3)]])
    const wanted = 0.9 * Math.log(4 / 3) + 0.1 * Math.log(4)
    expectClose(valuesOf(smoothed, z, tensor([1], 'i32')), [wanted])
    expectClose(cotangentsOf(smoothed, z, tensor([1], 'i32'))[0]!, [0.25 - 0.1, 0.75 - 0.9])
  })

  it('multiplies by the weight of the class', () => {
    const weighted = (z: Value, y: Value, w: Value) =>
      softmaxCrossEntropy(z, y, { classWeights: w })
    const operands = [logits, tensor([1, 1], 'i32'), tensor([1, 2])] as const
    expectClose(valuesOf(weighted, ...operands), [2 * Math.log(4 / 3), 2000])
    expectClose(cotangentsOf(weighted, ...operands)[0]!, [0.5, -0.5, 2, -2])
  })

  it('weighs smoothed labels class by class, given as numbers or as probabilities', () => {
    const both = (z: Value, y: Value, w: Value) =>
      softmaxCrossEntropy(z, y, { classWeights: w, labelSmoothing: 0.5 })
    const [z, w] = [tensor([[0, Math.log(3)]]), tensor([1, 2])]
    const wanted = 0.25 * Math.log(4) + 2 * 0.75 * Math.log(4 / 3)
    expectClose(valuesOf(both, z, tensor([1], 'i32'), w), [wanted])
    expectClose(valuesOf(both, z, tensor([[0, 1]]), w), [wanted])
    const [fromNumbers] = cotangentsOf(both, z, tensor([1], 'i32'), w)
    // softmax · Σ w y − w y, with w y = (0.25, 1.5)
    expectClose(fromNumbers!, [0.25 * 1.75 - 0.25, 0.75 * 1.75 - 1.5])
  })

  it('works on symbolic shapes with every option', () => {
    const all = (z: Value, y: Value, w: Value) =>
      softmaxCrossEntropy(z, y, { classWeights: w, labelSmoothing: 0.1, ignoreIndex: 0 })
    const types = [
      tensorType('f32', ['batch', 'time', 'classes']),
      tensorType('i32', ['batch', 'time']),
      tensorType('f32', ['classes']),
    ]
    expect(typeOf(all, ...types)).toEqual(tensorType('f32', ['batch', 'time']))
  })

  it('refuses labels and options that do not fit', () => {
    const z = tensorType('f32', ['batch', 10])
    expect(() => typeOf(loss, z, tensorType('i32', ['batch', 10]))).toThrow(
      'logits [batch,10] need labels [batch], got [batch,10] (C4)',
    )
    expect(() => typeOf(loss, z, tensorType('f64', ['batch', 10]))).toThrow(
      'labels must be i32 (classes) or f32 (probabilities), got f64 (C3)',
    )
    expect(() => typeOf(loss, tensorType('f32'), tensorType('i32'))).toThrow('(C2)')
    const option = (options: Parameters<typeof softmaxCrossEntropy>[2]) =>
      typeOf((x, y) => softmaxCrossEntropy(x, y, options), z, z)
    expect(() => option({ ignoreIndex: 0 })).toThrow('only i32 labels can be ignored, got f32 (C6)')
    expect(() => option({ labelSmoothing: 2 })).toThrow('between 0 and 1, got 2')
    const weighted = (x: Value, y: Value) =>
      softmaxCrossEntropy(x, y, { classWeights: y, labelSmoothing: -1 })
    expect(() => typeOf(weighted, z, tensorType('f32', [10]))).toThrow(
      'label_smoothing must be between 0 and 1, got -1 (C5)',
    )
    expect(() =>
      typeOf((x, y, w) => softmaxCrossEntropy(x, y, { classWeights: w }), z, z, z),
    ).toThrow('classWeights must be f32[10], got f32[batch,10]')
  })
})
