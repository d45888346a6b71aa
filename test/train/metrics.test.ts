// Accuracy and the confusion matrix: every form of prediction, tables that add up, and what does
// not fit together.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostTensor } from '../../src/ir/literal.ts'
import { accuracy, confusionMatrix } from '../../src/train/metrics.ts'
import { runs } from '../counts.ts'

const floats = (shape: readonly number[], values: readonly number[]): HostTensor => ({
  shape,
  dtype: 'f32',
  data: Float32Array.from(values),
})

const integers = (values: readonly number[], shape = [values.length]): HostTensor => ({
  shape,
  dtype: 'i32',
  data: Int32Array.from(values),
})

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/** Some examples: classes, and for each a true and a predicted one. */
const examples = fc.integer({ min: 1, max: 6 }).chain(classes => {
  const one = fc.nat({ max: classes - 1 })
  return fc.record({ classes: fc.constant(classes), pairs: fc.array(fc.tuple(one, one)) })
})

describe('accuracy', () => {
  it('takes the greatest score of a row, the first of equals', () => {
    const scores = floats([4, 3], [0.1, 0.7, 0.2, 5, 5, 1, -3, -2, -1, 0, 0, 0])
    expect(accuracy(scores, integers([1, 0, 2, 0]))).toBe(1)
    expect(accuracy(scores, integers([1, 1, 2, 2]))).toBe(0.5)
  })

  it('takes a probability of class 1, and class numbers', () => {
    const probabilities = floats([4], [0.2, 0.6, 0.5, 1])
    expect(accuracy(probabilities, integers([0, 1, 0, 1]))).toBe(1)
    expect(accuracy(floats([4, 1], [0.2, 0.6, 0.5, 1]), floats([4], [0, 1, 1, 0]))).toBe(0.5)
    expect(accuracy(integers([7, 3, 0]), integers([7, 0, 3], [3, 1]))).toBeCloseTo(1 / 3, 12)
  })

  it('is that of the op argmax where a score is no number', () => {
    expect(accuracy(floats([1, 3], [1, Number.NaN, Number.NaN]), integers([1]))).toBe(1)
    expect(accuracy(floats([2], [Number.NaN, 1]), integers([0, 1]))).toBe(1)
  })

  it('of nothing is no number', () => {
    expect(accuracy(floats([0, 3], []), integers([]))).toBeNaN()
  })

  it.each([
    [floats([2, 3], [0, 0, 0, 0, 0, 0]), integers([0, 3]), '0 to 2, got 3 at example 1'],
    [floats([2, 3], [0, 0, 0, 0, 0, 0]), integers([-1, 0]), '0 to 2, got -1 at example 0'],
    [floats([2], [0, 1]), floats([2], [0, 2]), '0 to 1, got 2 at example 1'],
    [integers([0, 1]), floats([2], [0, 0.5]), '0 on, got 0.5 at example 1'],
    [
      integers([0, -2]),
      integers([0, 1]),
      'predictions: a label must be an integer from 0 on, got -2',
    ],
  ])('refuses a label that is out of range: %#', (predictions, labels, sentence) => {
    const expected = { code: 'E312', message: expect.stringContaining(sentence) }
    expect(() => accuracy(predictions, labels)).toThrow(expect.objectContaining(expected))
  })

  it.each([
    [floats([3, 2], [0, 0, 0, 0, 0, 0]), integers([0, 1]), 'one number of examples, got 3 and 2'],
    [floats([2, 2], [0, 1, 2]), integers([0, 1]), 'predictions must have 4 elements for f32[2,2]'],
    [floats([2, 2], [0, 1, 1, 0]), integers([0, 1, 1, 0], [2, 2]), 'class numbers [n], got [2,2]'],
    [
      floats([1, 1, 2], [0, 1]),
      integers([0]),
      'predictions must be [n] or [n, classes], got [1,1,2]',
    ],
    [floats([2, 0], []), integers([0, 0]), 'predictions must be [n] or [n, classes], got [2,0]'],
    [floats([2], [0.5, 3.5]), integers([0, 1]), 'probabilities from 0 to 1, got 3.5 at example 1'],
    [floats([], [1]), integers([0]), 'predictions must have an axis of examples, got a scalar'],
  ])('refuses arrays that do not fit: %#', (predictions, labels, sentence) => {
    const expected = { code: 'E110', message: expect.stringContaining(sentence) }
    expect(() => accuracy(predictions, labels)).toThrow(expect.objectContaining(expected))
    expect(() => accuracy(predictions, labels)).toThrow('metrics.test.ts')
  })
})

describe('a confusion matrix', () => {
  const answers = integers([0, 1, 1, 2, 2, 2, 0])
  const truth = integers([0, 1, 2, 2, 2, 1, 0])

  it('counts true classes in rows and predicted ones in columns', () => {
    const matrix = confusionMatrix(answers, truth, ['cat', 'dog', 'owl'])
    expect(matrix.counts).toEqual([
      [2, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
    ])
    expect(matrix.classes).toEqual(['cat', 'dog', 'owl'])
    expect(matrix.recall).toEqual([1, 1 / 2, 2 / 3])
    expect(matrix.precision).toEqual([1, 1 / 2, 2 / 3])
    expect([matrix.total, matrix.accuracy]).toEqual([7, 5 / 7])
  })

  it('is a table with totals', () => {
    expect(String(confusionMatrix(answers, truth, ['cat', 'dog', 'owl']))).toMatchInlineSnapshot(`
      "true \\ predicted      cat     dog     owl  total   recall
      cat                     2       0       0      2  100.0 %
      dog                     0       1       1      2   50.0 %
      owl                     0       1       2      3   66.7 %
      total                   2       2       3      7
      precision         100.0 %  50.0 %  66.7 %          71.4 %"
    `)
  })

  it('shows a class without examples or answers by a dash', () => {
    const lines = String(confusionMatrix(integers([0, 0]), integers([0, 0]), 2)).split('\n')
    expect(lines[2]).toMatch(/^1 +0 +0 +0 +-$/)
    expect(lines[4]).toMatch(/^precision +100\.0 % +- +100\.0 %$/)
  })

  it('knows the number of classes from scores, or from the greatest class number', () => {
    expect(confusionMatrix(floats([1, 4], [0, 1, 0, 0]), integers([0])).classes).toHaveLength(4)
    expect(confusionMatrix(integers([2]), integers([0])).classes).toEqual(['0', '1', '2'])
    expect(confusionMatrix(floats([1], [0.9]), integers([0])).counts).toEqual([
      [0, 1],
      [0, 0],
    ])
    expect(confusionMatrix(integers([]), integers([])).counts).toEqual([])
  })

  it('adds up, whatever the examples', () => {
    const adds = fc.property(examples, ({ classes, pairs }) => {
      const [labels, predicted] = [pairs.map(([label]) => label), pairs.map(([, answer]) => answer)]
      const matrix = confusionMatrix(integers(predicted), integers(labels), classes)
      expect(matrix.total).toBe(pairs.length)
      expect(total(matrix.counts.flat())).toBe(pairs.length)
      matrix.counts.forEach((row, i) => {
        const examplesOf = labels.filter(label => label === i).length
        const answersFor = predicted.filter(answer => answer === i).length
        expect(total(row)).toBe(examplesOf)
        expect(total(matrix.counts.map(other => other[i]!))).toBe(answersFor)
        expect(matrix.recall[i]).toBe(row[i]! / examplesOf)
        expect(matrix.precision[i]).toBe(row[i]! / answersFor)
      })
      expect(matrix.accuracy).toBe(accuracy(integers(predicted), integers(labels)))
    })
    fc.assert(adds, runs())
  })

  it('refuses answers and labels that are none of its classes', () => {
    const run = (predicted: number, label: number) => () =>
      confusionMatrix(integers([predicted]), integers([label]), 3)
    const outside = { code: 'E312', message: expect.stringContaining('from 0 to 2, got 3') }
    expect(run(0, 3)).toThrow(expect.objectContaining(outside))
    expect(run(3, 0)).toThrow(expect.objectContaining(outside))
  })

  it('makes no table of a class number that can only be a mistake', () => {
    const run = () => confusionMatrix(integers([2 ** 31 - 1]), integers([0]))
    expect(run).toThrow('a label must be an integer from 0 to 4095, got 2147483647 at example 0')
  })

  it('refuses scores for another number of classes', () => {
    const run = () => confusionMatrix(floats([1, 3], [0, 0, 0]), integers([0]), ['a', 'b'])
    const expected = 'confusionMatrix: predictions must have a column for each of 2 classes, got 3'
    expect(run).toThrow(expected)
  })
})
