// What becomes one kernel, and what must not: work that would be repeated, values that several
// kernels need, accumulations and what follows them.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { neg } from '../../src/ops/arithmetic.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { transpose } from '../../src/ops/movement.ts'
import { difference } from '../generic/tolerances.ts'
import { caseOf, drawn, expectMeaning } from './programs.ts'
import { lowered, runLowered } from './run.ts'

const launchesOf = (text: string) => {
  const made = caseOf(text)
  expectMeaning(made)
  return made.launches
}

describe('a chain of elementwise values and movements', () => {
  it('is part of the one kernel that it leads to', () => {
    expect(
      launchesOf(`graph @g(input %x: f32[3,4], input %y: f32[4]) {
  %0 = exp %x : f32[3,4]
  %1 = transpose %0 {permutation = [1, 0]} : f32[4,3]
  %2 = broadcast_to %y {shape = [4, 3], axes = [1]} : f32[4,3]
  %3 = add %1, %2 : f32[4,3]
  %4 = sum %3 {axes = [0]} : f32[3]
  return out = %4
}`),
    ).toEqual(['exp_add_sum'])
  })

  it('is computed once where two kernels need it and it is dear, in the loop of the first', () => {
    const launches = launchesOf(`graph @g(input %x: f32[5,4]) {
  %0 = tanh %x : f32[5,4]
  %1 = sum %0 {axes = [0]} : f32[4]
  %2 = sum %0 {axes = [1]} : f32[5]
  return a = %1, b = %2
}`)
    expect(launches).toEqual(['tanh_sum', 'sum'])
  })

  it('is computed twice where that costs less than to keep it', () => {
    const launches = launchesOf(`graph @g(input %x: f32[5,4]) {
  %0 = neg %x : f32[5,4]
  %1 = sum %0 {axes = [0]} : f32[4]
  %2 = sum %0 {axes = [1]} : f32[5]
  return a = %1, b = %2
}`)
    expect(launches).toEqual(['neg_sum', 'neg_sum_1'])
  })

  it('is not repeated for every element that a broadcast makes of it', () => {
    const launches = launchesOf(`graph @g(input %x: f32[4], input %y: f32[100,4]) {
  %0 = exp %x : f32[4]
  %1 = broadcast_to %0 {shape = [100, 4], axes = [0]} : f32[100,4]
  %2 = mul %1, %y : f32[100,4]
  return a = %2
}`)
    expect(launches).toEqual(['exp', 'mul'])
  })

  it('is computed for the rows that a gather takes, unless it takes them often', () => {
    const gather = (ids: number) => `graph @g(input %x: f32[10,4], input %ids: i32[${ids}]) {
  %0 = exp %x : f32[10,4]
  %1 = gather %0, %ids {axis = 0} : f32[${ids},4]
  return a = %1
}`
    expect(launchesOf(gather(3))).toEqual(['exp_gather'])
    expect(launchesOf(gather(300))).toEqual(['exp', 'gather'])
  })

  it('takes what lies outside of a padded value from the padding', () => {
    const made = caseOf(`graph @g(input %x: f32[3,2]) {
  %0 = exp %x : f32[3,2]
  %1 = pad %0 {low = [1, 0], high = [0, 2], interior = [1, 0], value = 0.5} : f32[6,4]
  %2 = reverse %1 {axes = [1]} : f32[6,4]
  %3 = cumsum %2 {axis = 0, exclusive = true, reverse = true} : f32[6,4]
  return a = %3
}`)
    expect(made.launches).toEqual(['exp_cumsum'])
    expectMeaning(made)
  })
})

describe('an accumulation', () => {
  it('ends in the elementwise value that it leads to', () => {
    const made = caseOf(`graph @g(input %x: f32[6,5], param %w: f32[5,7], param %b: f32[7]) {
  %0 = matmul %x, %w : f32[6,7]
  %1 = broadcast_to %b {shape = [6, 7], axes = [0]} : f32[6,7]
  %2 = add %0, %1 : f32[6,7]
  %3 = tanh %2 : f32[6,7]
  %4 = sum %3 {axes = [0]} : f32[7]
  %5 = sum %3 {axes = [1]} : f32[6]
  return h = %3, a = %4, b = %5
}`)
    expect(made.launches).toEqual(['matmul_add_tanh', 'sum', 'sum_1'])
    expectMeaning(made)
  })

  it('is stored where something else needs it too', () => {
    const made = caseOf(`graph @g(input %x: f32[6,5]) {
  %0 = sum %x {axes = [1]} : f32[6]
  %1 = exp %0 : f32[6]
  %2 = cumsum %0 {axis = 0} : f32[6]
  return a = %1, b = %2
}`)
    expect(made.launches).toEqual(['sum_exp', 'cumsum'])
    expect(made.text).toContain('scratch v0: f32[6]')
    expectMeaning(made)
  })

  it('takes one of two that lead to the same value', () => {
    const made = caseOf(`graph @g(input %x: f32[6,5], input %u: f32[5,7], input %v: f32[5,7]) {
  %0 = matmul %x, %u : f32[6,7]
  %1 = matmul %x, %v : f32[6,7]
  %2 = add %0, %1 : f32[6,7]
  return a = %2
}`)
    expect(made.launches).toEqual(['matmul', 'matmul_add'])
    expectMeaning(made)
  })
})

describe('a contraction', () => {
  it('is a loop over products where a side has no free axis, or for integers', () => {
    const made =
      caseOf(`graph @g(input %x: f32[6,5], input %v: f32[5], input %n: i32[3,5], input %m: i32[5,4]) {
  %0 = matmul %x, %v {batch = [[], []], contract = [[1], [0]]} : f32[6]
  %1 = matmul %n, %m {batch = [[], []], contract = [[1], [0]]} : i32[3,4]
  %2 = matmul %v, %v {batch = [[], []], contract = [[], []]} : f32[5,5]
  return a = %0, b = %1, c = %2
}`)
    expect(made.lowered.program.kernels.map(({ kind }) => kind)).toEqual([
      'kernel',
      'kernel',
      'kernel',
    ])
    expectMeaning(made)
  })

  it('has its axes in roles, several of each', () => {
    const made = caseOf(`graph @g(input %x: f32[2,3,4,5,6], input %y: f32[5,7,2,3,8]) {
  %0 = matmul %x, %y {batch = [[0], [2]], contract = [[3, 1], [0, 3]]} : f32[2,4,6,7,8]
  return a = %0
}`)
    expect(made.text).toContain('batch b in 2\n  rows i0 in 4, i1 in 6\n  cols j0 in 7, j1 in 8\n')
    expect(made.text).toContain(
      'over k0 in 5, k1 in 3\n  z += x0[b, k1, i0, k0, i1] * x1[k0, j0, b, k1, j1]',
    )
    expectMeaning(made)
  })
})

describe('an empty extent', () => {
  it('launches nothing where there are no points, and stores what is known of nothing', () => {
    const made = caseOf(`graph @g(input %x: f32[0,5], input %y: f32[0,3]) {
  %0 = sum %x {axes = [0]} : f32[5]
  %1 = exp %x : f32[0,5]
  %2 = matmul %x, %y {batch = [[], []], contract = [[0], [0]]} : f32[5,3]
  %3 = max %y {axes = [0]} : f32[3]
  return a = %0, b = %1, c = %2, d = %3
}`)
    expect(made.launches).toEqual(['sum', 'matmul', 'max'])
    expect(made.text).toContain('y0[i] = -inf')
    expectMeaning(made)
  })
})

describe('a constant', () => {
  it('is a buffer with its elements, or a literal where all are equal', () => {
    const made = caseOf(`graph @g(input %x: f32[3]) {
  %0 = constant {value = f32[3] [1, 2, 4]} : f32[3]
  %1 = constant {value = f32[3] [5, 5, 5]} : f32[3]
  %2 = mul %x, %0 : f32[3]
  %3 = add %2, %1 : f32[3]
  %4 = constant {value = f32[2] [6, 7]} : f32[2]
  return a = %3
}`)
    expect([...made.lowered.constants.values()].map(String)).toEqual(['f32[3] [1, 2, 4]'])
    expect(made.text).toContain('y0[i] = x0[i] * x1[i] + 5')
    expectMeaning(made)
  })
})

describe('a very deep graph', () => {
  it('is cut into kernels of a size that can be walked', () => {
    const builder = new GraphBuilder('deep')
    let x = builder.input('x', tensorType('f32', [4, 4]))
    for (let i = 0; i < 3000; i++) x = i % 3 === 0 ? transpose(x) : neg(x)
    const graph = builder.output('y', matmul(x, x)).finish()
    const { program } = lowered(graph)
    expect(program.items).toHaveLength(16)
    const given = drawn(graph)
    const got = runLowered(graph, lowered(graph), given).outputs.y!
    expect(difference(got, interpret(graph, given).outputs.y!, 'accumulation')).toBeUndefined()
  })
})
