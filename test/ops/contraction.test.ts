// Products over any axes, on small matrices worked out by hand, and the sentences of their errors.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { nodesOf } from '../../src/ir/graph.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { tensorType } from '../../src/ir/type.ts'
import { dot, matmul } from '../../src/ops/contraction.ts'
import { counting, elements, known } from './known.ts'

const symbolic = (...shapes: (number | string)[][]) => {
  const builder = new GraphBuilder()
  return shapes.map((shape, i) => builder.input(`x${i}`, tensorType('f32', shape)))
}

const typeOf = (a: (number | string)[], b: (number | string)[]) => {
  const [x, y] = symbolic(a, b)
  return matmul(x!, y!).type.shape
}

describe('matmul', () => {
  const a = known([
    [1, 2],
    [3, 4],
  ])
  const b = known([
    [5, 6],
    [7, 8],
  ])

  it('multiplies matrices, either of them transposed', () => {
    expect(elements(matmul(a, b))).toEqual([19, 22, 43, 50])
    expect(elements(matmul(a, b, { transposeB: true }))).toEqual([17, 23, 39, 53])
    expect(elements(matmul(a, b, { transposeA: true }))).toEqual([26, 30, 38, 44])
    expect(elements(matmul(a, b, { transposeA: true, transposeB: true }))).toEqual([23, 31, 34, 46])
  })

  it('is batched over leading axes, which broadcast', () => {
    const rows = counting([2, 1, 3])
    const columns = counting([2, 3, 1])
    expect(elements(matmul(rows, columns))).toEqual([5, 50])
    expect(typeOf(['batch', 'time', 8], [8, 4])).toEqual(['batch', 'time', 4])
    expect(typeOf(['batch', 1, 2, 8], [5, 8, 4])).toEqual(['batch', 5, 2, 4])
    expect(typeOf([2, 8], ['batch', 8, 4])).toEqual(['batch', 2, 4])
    expect(elements(matmul(known([[1, 1, 1]]), columns))).toEqual([3, 12])
  })

  it('prints bare where nothing is out of the ordinary, whatever the ranks', () => {
    const [x, y, z] = symbolic(['batch', 8, 4], [4, 2], ['batch', 4, 3])
    matmul(x!, y!)
    matmul(x!, z!)
    const builder = x!.builder as GraphBuilder
    const text = printGraph(builder.finish())
    expect(text).toContain('matmul %x0, %x1 : f32[batch,8,2]')
    expect(text).toContain('matmul %x0, %x2 : f32[batch,8,3]')
  })

  it('repeats no second operand of rank 2', () => {
    const [x, w] = symbolic(['batch', 'time', 8], [8, 4])
    matmul(x!, w!)
    const graph = (x!.builder as GraphBuilder).finish()
    expect(nodesOf(graph).map(({ op }) => op.name)).toEqual(['matmul'])
  })

  it('multiplies integers exactly before they wrap', () => {
    const x = known([[123456789, 2]], 'i32')
    const wrapped = Number(BigInt.asIntN(32, 123456789n ** 2n + 4n))
    expect(elements(matmul(x, x, { transposeB: true }))).toEqual([wrapped])
  })

  it('is 0 where nothing is summed', () => {
    expect(elements(matmul(counting([2, 0]), counting([0, 1])))).toEqual([0, 0])
  })

  it('says which axes do not fit, and what would', () => {
    const sizes = 'contracting axes must have equal size, got 784 and 512 (C1)'
    expect(() => typeOf([32, 784], [512, 128])).toThrow(sizes)
    expect(() => typeOf([32, 784], [128, 784])).toThrow('transpose the second operand')
    expect(() => typeOf([784, 32], [784, 128])).toThrow('transpose the first operand')
    expect(() => typeOf(['batch', 2, 8], ['time', 8, 4])).toThrow(
      'batch dims: cannot broadcast [batch] with [time]: batch vs time at axis -1',
    )
    expect(() => typeOf([32, 784], [784])).toThrow('right operand needs rank >= 2, got [784]')
    const [x] = symbolic([2, 2])
    const i = (x!.builder as GraphBuilder).input('i', tensorType('i32', [2, 2]))
    expect(() => matmul(x!, i)).toThrow('x and y must have equal dtype, got f32 and i32 (C5)')
  })
})

describe('dot', () => {
  it('sums over the last axis of the first and the first axis of the second', () => {
    expect(elements(dot(known([1, 2, 3]), known([4, 5, 6])))).toEqual([32])
    expect(dot(counting([2, 3, 4]), counting([4, 5, 6])).type.shape).toEqual([2, 3, 5, 6])
  })

  it('takes any axes, negative ones included', () => {
    const [x, y] = [counting([2, 3]), counting([2, 3])]
    expect(elements(dot(x, y, { batch: [[0], [0]], contract: [[-1], [-1]] }))).toEqual([5, 50])
    expect(
      elements(
        dot(x, y, {
          contract: [
            [0, 1],
            [0, 1],
          ],
        }),
      ),
    ).toEqual([55])
    expect(elements(dot(x, y, { contract: [[], []] })).length).toBe(36)
  })

  it('refuses axes that are out of range, repeated or without a partner', () => {
    const [x, y] = [counting([2, 2]), counting([2, 2])]
    expect(() => dot(x, y, { contract: [[2], [0]] })).toThrow(
      'dot: axis 2 is out of range for [2,2]',
    )
    expect(() =>
      dot(x, y, {
        contract: [
          [0, -2],
          [0, 1],
        ],
      }),
    ).toThrow('axes of x must be named once')
    expect(() => dot(x, y, { contract: [[0], []] })).toThrow(
      'as many axes of x as of y, got 1 and 0',
    )
    expect(() => dot(x, counting([3, 2]), { batch: [[0], [0]], contract: [[1], [1]] })).toThrow(
      'batch axes must have equal size, got 2 and 3 (C2)',
    )
  })
})
