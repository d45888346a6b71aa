// Where values lie: views instead of copies, parts stored in place, state updated in place, outputs
// of their own.

import { describe, expect, it } from 'vitest'
import { tensorType } from '../../src/ir/type.ts'
import { asLoops } from '../../src/kernel/kernel.ts'
import { layoutState } from '../../src/lower/state.ts'
import { caseOf, expectMeaning, kernelOf } from './programs.ts'
import { scratchBytes, TARGET } from './run.ts'

describe('a movement that keeps the order of elements', () => {
  it('is its operand under another shape, at another offset', () => {
    const made = caseOf(`graph @g(param %p: f32[44], input %x: f32[3,5], input %y: f32[3,5]) {
  %0 = slice %p {start = [4], end = [24]} : f32[20]
  %1 = reshape %0 {shape = [5, 4]} : f32[5,4]
  %2 = slice %p {start = [24], end = [44]} : f32[20]
  %3 = reshape %2 {shape = [5, 4]} : f32[5,4]
  %4 = matmul %x, %1 : f32[3,4]
  %5 = matmul %y, %3 : f32[3,4]
  return a = %4, b = %5
}`)
    expect(made.launches).toEqual(['matmul', 'matmul'])
    expect(made.text).toContain('state state_16: f32[5,4] @16')
    expect(made.text).toContain('state state_96: f32[5,4] @96')
    expectMeaning(made)
  })

  it('is an index where no buffer can begin', () => {
    const made = caseOf(`graph @g(param %p: f32[7], input %q: f32[8]) {
  %0 = slice %p {start = [1], end = [5]} : f32[4]
  %1 = slice %q {start = [4], end = [8]} : f32[4]
  %2 = add %0, %1 : f32[4]
  return a = %2
}`)
    expect(made.text).toContain('y0[i] = x0[i + 1] + x1[i + 4]')
    expectMeaning(made)
  })

  it('is an index where it is the front part of an input, which is a buffer of its own', () => {
    const made = caseOf(`graph @g(input %q: f32[8], input %r: f32[4]) {
  %0 = slice %q {start = [0], end = [4]} : f32[4]
  %1 = add %0, %r : f32[4]
  return a = %1
}`)
    expect(made.text).toContain('kernel @add(x0: read f32[8], x1: read f32[4], y0: write f32[4])')
    expectMeaning(made)
  })

  it('reads computed elements without div and mod where rows end together', () => {
    const made = caseOf(`graph @g(input %x: f32[2,3,4]) {
  %0 = neg %x : f32[2,3,4]
  %1 = reshape %0 {shape = [2, 12]} : f32[2,12]
  %2 = reshape %1 {shape = [4, 6]} : f32[4,6]
  %3 = cumsum %2 {axis = 1} : f32[4,6]
  return a = %3
}`)
    expect(made.launches).toEqual(['neg_cumsum'])
    expect(made.text).not.toContain('div')
    expectMeaning(made)
  })
})

describe('a concatenation', () => {
  const step = (parts: string, more = '') => `graph @g(input %x: f32[6,4], input %dy: f32[6,3]) {
  %0 = matmul %x, %dy {batch = [[], []], contract = [[0], [0]]} : f32[4,3]
  %1 = sum %dy {axes = [0]} : f32[3]
  %2 = reshape %0 {shape = [12]} : f32[12]
  %3 = full {value = 0, shape = [1], dtype = f32} : f32[1]
  %4 = concat ${parts} {axis = 0} : f32[16]
  %5 = exp %4 : f32[16]
  return a = %5${more}
}`

  it('has gaps filled before what stands beside them', () => {
    const made = caseOf(step('%2, %1, %3'))
    expect(made.launches).toEqual(['full', 'matmul', 'sum', 'exp'])
    expect(made.text).toContain('launch @full(part)')
    expectMeaning(made)
  })

  it('fills gaps that begin in one vector from the last to the first', () => {
    const made = caseOf(`graph @g(input %x: f32[6]) {
  %0 = sum %x {axes = [0]} : f32[]
  %1 = reshape %0 {shape = [1]} : f32[1]
  %2 = full {value = 2, shape = [1], dtype = f32} : f32[1]
  %3 = full {value = 3, shape = [3], dtype = f32} : f32[3]
  %4 = concat %1, %2, %3 {axis = 0} : f32[5]
  %5 = exp %4 : f32[5]
  return a = %5
}`)
    expect(made.launches).toEqual(['full', 'full_1', 'sum', 'exp'])
    expectMeaning(made)
  })

  it('loads its parts by index where one of them could not be stored in place', () => {
    const made = caseOf(step('%3, %2, %1'))
    expect(made.launches).toEqual(['matmul', 'sum', 'exp'])
    expectMeaning(made)
  })

  it('has a part that lies elsewhere already stored twice by the launch that makes it', () => {
    const made = caseOf(step('%2, %1, %3', ', b = %1'))
    expect(made.launches).toEqual(['full', 'matmul', 'sum', 'exp'])
    expect(made.text).toContain('y0[i] = s\n  y1[i] = s')
    expectMeaning(made)
  })

  it('of concatenations is filled at once', () => {
    const made = caseOf(`graph @g(input %x: f32[6,4]) {
  %0 = sum %x {axes = [0]} : f32[4]
  %1 = max %x {axes = [0]} : f32[4]
  %2 = concat %0, %1 {axis = 0} : f32[8]
  %3 = min %x {axes = [0]} : f32[4]
  %4 = concat %3, %2 {axis = 0} : f32[12]
  %5 = cumsum %4 {axis = 0} : f32[12]
  return a = %5
}`)
    expect(made.launches).toEqual(['sum_max_min', 'cumsum'])
    expect(scratchBytes(made.lowered.program)).toBe(48)
    expectMeaning(made)
  })
})

describe('an update', () => {
  const adam = `graph @step(state %p: f32[20], state %m: f32[20], input %g: f32[20], input %rate: f32[]) {
  %0 = full {value = 0.5, shape = [20], dtype = f32} : f32[20]
  %1 = mul %m, %0 : f32[20]
  %2 = add %1, %g : f32[20]
  %3 = broadcast_to %rate {shape = [20], axes = [0]} : f32[20]
  %4 = mul %3, %2 : f32[20]
  %5 = sub %p, %4 : f32[20]
  update p = %5
  update m = %2
}`

  it('of several states that belong together is one kernel in place', () => {
    const made = caseOf(adam)
    expect(made.launches).toHaveLength(1)
    const kernel = kernelOf(made, made.launches[0]!)
    expect(kernel.params.map(({ access }) => access)).toEqual(['read', 'read', 'update', 'update'])
    expect(asLoops(kernel).body).toHaveLength(2)
    expect(scratchBytes(made.lowered.program)).toBe(0)
    expectMeaning(made)
  })

  it('exchanges two states', () => {
    const made = caseOf(`graph @swap(state %p: f32[8], state %q: f32[8]) {
  update p = %q
  update q = %p
}`)
    expect(made.launches).toEqual(['copy'])
    expectMeaning(made)
  })

  it('goes through scratch where it reads other elements of what it stores', () => {
    const made = caseOf(`graph @turn(state %p: f32[8], input %x: f32[8]) {
  %0 = reverse %p {axes = [0]} : f32[8]
  %1 = add %0, %x : f32[8]
  update p = %1
}`)
    expect(made.launches).toEqual(['add', 'copy'])
    expectMeaning(made)
  })

  it('comes after the last read of the old value, by other updates too', () => {
    const made = caseOf(`graph @order(state %p: f32[4,2], state %q: f32[4], input %x: f32[3,4]) {
  %0 = exp %q : f32[4]
  %1 = slice %p {start = [0, 0], end = [4, 1]} : f32[4,1]
  %2 = reshape %1 {shape = [4]} : f32[4]
  %3 = add %0, %2 : f32[4]
  %4 = add %p, %p : f32[4,2]
  %5 = matmul %x, %p : f32[3,2]
  return y = %5, old = %q
  update p = %4
  update q = %3
}`)
    expect(made.launches).toEqual(['matmul', 'copy', 'exp_add', 'add'])
    expectMeaning(made)
  })

  it('goes through scratch where two would have to come before each other', () => {
    const made = caseOf(`graph @circle(state %p: f32[4,1], state %q: f32[4]) {
  %0 = reshape %p {shape = [4]} : f32[4]
  %1 = exp %0 : f32[4]
  %2 = reshape %q {shape = [4, 1]} : f32[4,1]
  %3 = neg %2 : f32[4,1]
  update p = %3
  update q = %1
}`)
    expect(made.launches).toEqual(['exp', 'neg', 'copy'])
    expectMeaning(made)
  })

  it('is copied where its value is returned too: an output never lies in state', () => {
    const made = caseOf(`graph @g(state %p: f32[8], input %x: f32[8]) {
  %0 = add %p, %x : f32[8]
  return new = %0, also = %0, old = %p
  update p = %0
}`)
    expect(made.lowered.outputs.size).toBe(3)
    expect(new Set(made.lowered.outputs.values()).size).toBe(3)
    // Reading the old value and storing the new one are two launches: outputs come first.
    expect(made.launches).toEqual(['add', 'copy'])
    expectMeaning(made)
  })

  it('of a state by itself is nothing', () => {
    const made = caseOf(`graph @g(state %p: f32[8]) {
  update p = %p
}`)
    expect(made.launches).toEqual([])
  })
})

describe('a block of state', () => {
  it('is addressed whole and by its members', () => {
    const [w, b] = [tensorType('f32', [3, 3]), tensorType('f32', [2])]
    const layout = layoutState([
      {
        block: 'params',
        members: [
          { name: 'w', type: w },
          { name: 'b', type: b },
        ],
      },
      { members: [{ name: 't', type: tensorType('i32', []) }] },
    ])
    expect(Object.fromEntries(layout.slots)).toEqual({
      w: { type: 'f32', shape: [3, 3], offset: 0 },
      b: { type: 'f32', shape: [2], offset: 48 },
      params: { type: 'f32', shape: [14], offset: 0 },
      t: { type: 'i32', shape: [], offset: 64 },
    })
    expect(layout.bytes).toBe(80)
    const made = caseOf(
      `graph @g(state %params: f32[14], input %x: f32[5,3]) {
  %0 = slice %params {start = [0], end = [9]} : f32[9]
  %1 = reshape %0 {shape = [3, 3]} : f32[3,3]
  %2 = matmul %x, %1 : f32[5,3]
  %3 = neg %params : f32[14]
  return y = %2
  update params = %3
}`,
      undefined,
      layout,
    )
    expect(made.text).toContain('launch @matmul(x, w, y)')
    expectMeaning(made, 'accumulation', layout)
  })

  it('refuses what cannot lie end to end', () => {
    const f32 = { name: 'a', type: tensorType('f32', [2]) }
    const i32 = { name: 'b', type: tensorType('i32', [2]) }
    expect(() => layoutState([{ block: 'c', members: [f32, i32] }])).toThrow('one dtype')
    expect(() => layoutState([{ members: [f32, f32] }])).toThrow('got a twice')
    const symbolic = { name: 'c', type: tensorType('f32', ['batch']) }
    expect(() => layoutState([{ members: [symbolic] }])).toThrow('dims are integers, got [batch]')
  })
})

describe('a target', () => {
  it('without a dtype of the graph refuses it', () => {
    const text = `graph @g(input %x: f64[2]) {
  %0 = exp %x : f64[2]
  return a = %0
}`
    const single = { ...TARGET, name: 'wgsl', dtypes: ['f32', 'i32', 'u32', 'bool'] } as const
    expect(() => caseOf(text, single)).toThrow('E501')
    expect(() => caseOf(text, single)).toThrow('target wgsl has f32, i32, u32, bool, got f64')
    expectMeaning(caseOf(text), 'elementwise')
  })
})
