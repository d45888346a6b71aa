// How many launches the composites and their gradients take, each under the kernel interpreter and
// against the meaning of its graph; and what must not become one launch.

import { describe, expect, it } from 'vitest'
import { gradientGraph } from '../../src/index.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { type Case, caseOf, expectMeaning } from './programs.ts'
import { lowered, prepared, TARGET } from './run.ts'

const WIDE = { ...TARGET, minPoints: 64 }

/** The program of a graph with composites, after the passes; with the gradients of `of`. */
function program(text: string, wrt: readonly string[] = [], target = TARGET): Case {
  const parsed = parseGraph('case', text, ops)
  const asked: Graph = {
    ...parsed,
    arguments: parsed.arguments.map(argument =>
      wrt.includes(argument.name) ? { ...argument, role: 'param' } : argument,
    ),
  }
  const differentiated = wrt.length === 0 ? asked : gradientGraph(asked, { of: 'loss', wrt })
  const graph = prepared(differentiated)
  const made = lowered(graph, target)
  const kernels = made.program.kernels
  return {
    graph,
    lowered: made,
    launches: made.program.items.map(({ kernel }) => kernel),
    text: printKernels({ programs: [made.program], kernels }),
  }
}

function expectLaunches(made: Case, count: number): void {
  expectMeaning(made, 'graph')
  expect(made.launches, made.text).toHaveLength(count)
}

const BATCH_NORM = `
  %0, %mean, %variance = batch_norm %x, %gamma, %beta : f32[12,9], f32[9], f32[9]
  %1 = relu %0 : f32[12,9]`

describe('one launch', () => {
  it.each(['softmax', 'log_softmax'])('is %s, by rows and by columns', name => {
    const along = (axis: number) => `graph @g(input %x: f32[7,9]) {
  %0 = ${name} %x {axis = ${axis}} : f32[7,9]
  return y = %0
}`
    expectLaunches(program(along(1)), 1)
    expectLaunches(program(along(0)), 1)
  })

  it('is softmax over the middle axis of four', () => {
    const made = program(`graph @g(input %x: f32[2,3,4,5]) {
  %0 = softmax %x {axis = 2} : f32[2,3,4,5]
  return y = %0
}`)
    expectLaunches(made, 1)
    expect(made.text).toContain('parallel i0 in 2, i1 in 3, i2 in 5')
  })

  it('is cross-entropy of every example together with its gradient', () => {
    const made = program(
      `graph @g(input %z: f32[8,5], input %label: i32[8]) {
  %0 = softmax_cross_entropy %z, %label : f32[8]
  %loss = sum %0 {axes = [0]} : f32[]
  return each = %0, loss = %loss
}`,
      ['z'],
    )
    expectLaunches(made, 2)
    const [first] = made.lowered.program.items
    expect(first!.args).toContain('grads.z')
  })

  it('is batch norm forward: statistics, running averages, normalization, activation', () => {
    const made =
      program(`graph @g(input %x: f32[12,9], param %gamma: f32[9], param %beta: f32[9], state %running: f32[9]) {${BATCH_NORM}
  %2 = add %running, %mean : f32[9]
  return y = %1, variance = %variance
  update running = %2
}`)
    expectLaunches(made, 1)
  })

  it('is batch norm backward, whose cotangent comes from another launch', () => {
    const made = program(
      `graph @g(input %x: f32[12,9], param %gamma: f32[9], param %beta: f32[9], input %w: f32[9,6]) {${BATCH_NORM}
  %2 = matmul %1, %w : f32[12,6]
  %3 = square %2 : f32[12,6]
  %loss = sum %3 {axes = [0, 1]} : f32[]
  return loss = %loss
}`,
      ['x', 'gamma', 'beta'],
    )
    // Forward, product, loss, cotangent of the product with the mask of the activation, backward.
    expectLaunches(made, 5)
    expect(made.lowered.program.items.at(-1)!.args).toEqual(
      expect.arrayContaining(['grads.x', 'grads.gamma', 'grads.beta']),
    )
  })

  it('is batch norm over batch, height and width', () => {
    const made =
      program(`graph @g(input %x: f32[2,3,4,5], param %gamma: f32[5], param %beta: f32[5]) {
  %0, %mean, %variance = batch_norm %x, %gamma, %beta {axes = [0, 1, 2]} : f32[2,3,4,5], f32[5], f32[5]
  return y = %0, mean = %mean
}`)
    expectLaunches(made, 1)
  })

  it('is layer norm forward, and backward is one by rows and one by columns', () => {
    const text = `graph @g(input %x: f32[8,6], param %gamma: f32[6], param %beta: f32[6], input %w: f32[6,4]) {
  %0 = layer_norm %x, %gamma, %beta : f32[8,6]
  %1 = matmul %0, %w : f32[8,4]
  %2 = square %1 : f32[8,4]
  %loss = sum %2 {axes = [0, 1]} : f32[]
  return y = %0, loss = %loss
}`
    const forward = program(
      text.replace(/ {2}%1 = (.|\n)*?return y = %0, .*\n/, '  return y = %0\n'),
    )
    expectLaunches(forward, 1)
    // Forward, product, loss, cotangent of the product, and the two of backward.
    expectLaunches(program(text, ['x', 'gamma', 'beta']), 6)
  })

  it('is a product with its bias, its activation and what backward reads', () => {
    const dense = (
      more: string,
    ) => `graph @g(input %x: f32[8,7], param %w: f32[7,6], param %b: f32[6]) {
  %0 = matmul %x, %w : f32[8,6]
  %1 = broadcast_to %b {shape = [8, 6], axes = [0]} : f32[8,6]
  %2 = add %0, %1 : f32[8,6]
  ${more}
}`
    expectLaunches(program(dense('%3 = relu %2 : f32[8,6]\n  return y = %3')), 1)
    expectLaunches(program(dense('%3 = gelu %2 : f32[8,6]\n  return y = %3, pre = %2')), 1)
  })

  it('is a product with a residual, a scale, and the state it is added to', () => {
    const made =
      program(`graph @g(input %x: f32[8,7], param %w: f32[7,6], input %r: f32[8,6], state %s: f32[8,6]) {
  %0 = matmul %x, %w : f32[8,6]
  %1 = add %0, %r : f32[8,6]
  %2 = full {value = 0.5, shape = [8, 6], dtype = f32} : f32[8,6]
  %3 = mul %1, %2 : f32[8,6]
  %4 = add %s, %0 : f32[8,6]
  return y = %3
  update s = %4
}`)
    expectLaunches(made, 1)
    expect(made.text).toContain('y1[i, j] = y1[i, j] + z')
  })

  it('is a dot product and what is divided by it', () => {
    const made = program(`graph @g(input %x: f32[6,5], input %v: f32[5]) {
  %0 = matmul %x, %v {batch = [[], []], contract = [[1], [0]]} : f32[6]
  %1 = broadcast_to %0 {shape = [6, 5], axes = [1]} : f32[6,5]
  %2 = div %x, %1 : f32[6,5]
  return y = %2
}`)
    expectLaunches(made, 1)
  })
})

describe('more than one launch', () => {
  it('is what reads a total at another point', () => {
    const made = program(`graph @g(input %x: f32[6,6]) {
  %0 = sum %x {axes = [1]} : f32[6]
  %1 = reverse %0 {axes = [0]} : f32[6]
  %2 = exp %1 : f32[6]
  %3 = add %0, %2 : f32[6]
  return y = %3
}`)
    expectLaunches(made, 2)
  })

  it('is what reads totals along a loop: the transposed quotient', () => {
    const made = program(`graph @g(input %x: f32[6,6]) {
  %0 = sum %x {axes = [1]} : f32[6]
  %1 = broadcast_to %0 {shape = [6, 6], axes = [0]} : f32[6,6]
  %2 = broadcast_to %0 {shape = [6, 6], axes = [1]} : f32[6,6]
  %3 = mul %1, %2 : f32[6,6]
  return y = %3
}`)
    expectLaunches(made, 2)
  })

  it('is a total of totals', () => {
    const made = program(`graph @g(input %x: f32[6,5]) {
  %0 = max %x {axes = [1]} : f32[6]
  %1 = sum %0 {axes = [0]} : f32[]
  return each = %0, all = %1
}`)
    expectLaunches(made, 2)
  })

  it('is forward and backward with a product between them', () => {
    const made = program(`graph @g(input %x: f32[6,5], input %w: f32[5,5]) {
  %0 = softmax %x : f32[6,5]
  %1 = matmul %0, %w : f32[6,5]
  %2 = add %0, %1 : f32[6,5]
  %3 = softmax %2 : f32[6,5]
  return y = %3
}`)
    expectLaunches(made, 3)
  })

  it('is the update of state whose old value another step of the launch reads elsewhere', () => {
    const made = program(`graph @g(input %x: f32[6,5], state %s: f32[6]) {
  %0 = sum %x {axes = [1]} : f32[6]
  %1 = reverse %s {axes = [0]} : f32[6]
  %2 = mul %0, %1 : f32[6]
  %3 = add %s, %0 : f32[6]
  return y = %2
  update s = %3
}`)
    expectLaunches(made, 2)
  })

  it('is what a third launch stands between whose steps come earlier in the graph', () => {
    // The sums of y share a launch with tanh but for the product, which needs tanh and feeds one.
    const made =
      program(`graph @g(input %x: f32[2,6], input %y: f32[2], param %w: f32[6,6], param %v: f32[6,4], param %scale: f32[]) {
  %0 = matmul %x, %w : f32[2,6]
  %1 = matmul %0, %v : f32[2,4]
  %2 = max %1 {axes = [1]} : f32[2]
  %3 = tanh %scale : f32[]
  %4 = broadcast_to %3 {shape = [2, 6], axes = [0, 1]} : f32[2,6]
  %5 = sub %4, %0 : f32[2,6]
  %6 = broadcast_to %3 {shape = [2], axes = [0]} : f32[2]
  %7 = mul %6, %y : f32[2]
  %8 = sum %7 {axes = [0]} : f32[]
  %9 = mul %2, %y : f32[2]
  %10 = sum %9 {axes = [0]} : f32[]
  return last = %5, p = %8, q = %10
}`)
    expectMeaning(made, 'graph')
    expect(made.launches.indexOf('matmul_sub')).toBeGreaterThan(0)
  })

  it('is what has few points, where a target wants many', () => {
    const text = `graph @g(input %x: f32[12,9], param %gamma: f32[9], param %beta: f32[9]) {${BATCH_NORM}
  return y = %1
}`
    expectLaunches(program(text), 1)
    // Both sums are made by feature; the elements are points of their own.
    expectLaunches(program(text, [], WIDE), 2)
  })

  it('is what binds more than a target can', () => {
    const inputs = ['a', 'b', 'c', 'd', 'e'].map(name => `input %${name}: f32[6]`).join(', ')
    const text = `graph @g(${inputs}) {
  %0 = add %a, %b : f32[6]
  %1 = add %b, %c : f32[6]
  %2 = add %c, %d : f32[6]
  %3 = add %d, %e : f32[6]
  return p = %0, q = %1, r = %2, s = %3
}`
    expectLaunches(program(text), 1)
    expectLaunches(program(text, [], { ...TARGET, maxBindings: 5 }), 2)
  })
})

describe('what is not stored', () => {
  it('is a value that one launch needs alone: it is a row where it is dear', () => {
    const made = program(`graph @g(input %x: f32[6,5]) {
  %0 = softmax %x : f32[6,5]
  return y = %0
}`)
    expect(made.text).not.toContain('scratch')
    expect(made.text).toContain('row e0: f32[5]')
  })

  it('is a row that is too large for the target: it is stored after all', () => {
    const text = `graph @g(input %x: f32[6,5]) {
  %0 = softmax %x : f32[6,5]
  return y = %0
}`
    const made = program(text, [], { ...TARGET, rowBytes: 16 })
    expectLaunches(made, 1)
    expect(made.text).toContain('scratch')
    expect(made.text).not.toContain('row ')
  })

  it('is a row that only its own loop reads', () => {
    const made = caseOf(`graph @g(input %x: f32[6,5]) {
  %0 = exp %x : f32[6,5]
  %1 = sum %0 {axes = [1]} : f32[6]
  %2 = max %0 {axes = [1]} : f32[6]
  return a = %1, b = %2
}`)
    expectLaunches(made, 1)
    expect(made.text).not.toContain('row ')
  })

  it('is a row that a later loop reads from its end, or through a padding', () => {
    const reversed = program(`graph @g(input %x: f32[6,5]) {
  %0 = exp %x : f32[6,5]
  %1 = reverse %0 {axes = [1]} : f32[6,5]
  %2 = mul %0, %1 : f32[6,5]
  %3 = sum %2 {axes = [1]} : f32[6]
  return y = %3
}`)
    expectLaunches(reversed, 1)
    expect(reversed.text).toContain('e0[-r + 4]')
    const padded = program(`graph @g(input %x: f32[6,5]) {
  %0 = exp %x : f32[6,5]
  %1 = pad %0 {low = [0, 1], high = [0, 1], interior = [0, 0], value = 0.5} : f32[6,7]
  %2 = max %1 {axes = [1]} : f32[6]
  %3 = sum %0 {axes = [1]} : f32[6]
  %4 = mul %2, %3 : f32[6]
  return y = %4
}`)
    expectLaunches(padded, 1)
    expect(padded.text).toContain('e0[r - 1] else 0.5')
  })

  it('is a row that a loop over more axes reads', () => {
    const made = program(`graph @g(input %x: f32[6,5], input %u: f32[6,5,3]) {
  %0 = exp %x : f32[6,5]
  %1 = sum %0 {axes = [1]} : f32[6]
  %2 = broadcast_to %0 {shape = [6, 5, 3], axes = [2]} : f32[6,5,3]
  %3 = mul %2, %u : f32[6,5,3]
  %4 = sum %3 {axes = [1, 2]} : f32[6]
  %5 = div %4, %1 : f32[6]
  return y = %5
}`)
    expectLaunches(made, 1)
    expect(made.text).toContain('e0[r0] * x1[i, r0, r1]')
  })

  it('is a row of a length that loops of sums do not divide', () => {
    const made = program(`graph @g(input %x: f32[2,4099]) {
  %0 = softmax %x : f32[2,4099]
  return y = %0
}`)
    expectLaunches(made, 1)
    expect(made.text).toContain('row e0: f32[4099]')
  })

  it('is a gradient that nobody asked for', () => {
    const text = `graph @g(input %x: f32[8,7], param %v: f32[7,6], param %w: f32[6,4]) {
  %0 = matmul %x, %v : f32[8,6]
  %1 = tanh %0 : f32[8,6]
  %2 = matmul %1, %w : f32[8,4]
  %3 = square %2 : f32[8,4]
  %loss = sum %3 {axes = [0, 1]} : f32[]
  return loss = %loss
}`
    const contracts = (wrt: string[]) =>
      program(text, wrt).lowered.program.items.filter(({ kernel }) => kernel.includes('matmul'))
        .length
    expect(contracts(['w'])).toBe(3)
    expect(contracts(['v', 'w'])).toBe(5)
    expect(contracts(['x', 'v', 'w'])).toBe(6)
  })
})

describe('a factor of a product', () => {
  const product = (
    factor: string,
  ) => `graph @g(input %x: f32[8,7], input %y: f32[8,7], input %c: f32[7], input %w: f32[7,6]) {
  ${factor}
  %9 = matmul %8, %w : f32[8,6]
  return y = %9
}`

  it.each([
    [
      'a scale',
      '%7 = broadcast_to %c {shape = [8, 7], axes = [0]} : f32[8,7]\n  %8 = mul %x, %7 : f32[8,7]',
    ],
    ['an activation', '%8 = relu %x : f32[8,7]'],
    [
      'a mask',
      '%6 = full {value = 0, shape = [8, 7], dtype = f32} : f32[8,7]\n  %7 = greater %y, %6 : bool[8,7]\n  %8 = where %7, %x, %6 : f32[8,7]',
    ],
  ])('is %s computed while it is packed', (_, factor) => {
    expectLaunches(program(product(factor)), 1)
  })

  it.each([
    ['an exponential', '%8 = exp %x : f32[8,7]'],
    [
      'much of two tensors',
      '%5 = mul %x, %y : f32[8,7]\n  %6 = sub %x, %5 : f32[8,7]\n  %7 = mul %6, %y : f32[8,7]\n  %8 = add %7, %x : f32[8,7]',
    ],
  ])('is %s stored before', (_, factor) => {
    expectLaunches(program(product(factor)), 2)
  })
})

describe('updates of state in one launch', () => {
  it('all read what was there before, whatever total each of them waits for', () => {
    const made = program(`graph @g(input %g: f32[6,5], state %p: f32[6,5], state %v: f32[6,5]) {
  %0 = mul %g, %g : f32[6,5]
  %1 = sum %0 {axes = [1]} : f32[6]
  %2 = add %v, %g : f32[6,5]
  %3 = broadcast_to %1 {shape = [6, 5], axes = [1]} : f32[6,5]
  %4 = div %2, %3 : f32[6,5]
  %5 = sub %p, %4 : f32[6,5]
  update v = %2
  update p = %5
}`)
    expectLaunches(made, 1)
  })
})

describe('a dim of one element that is left', () => {
  it('gives the fill, of a row', () => {
    const made = program(`graph @g(input %x: f32[4,1], input %ids: i32[4]) {
  %0 = tanh %x : f32[4,1]
  %1 = gather %0, %ids {axis = 1} : f32[4,4]
  %2 = sum %1 {axes = [0, 1]} : f32[]
  %3 = sum %0 {axes = [0, 1]} : f32[]
  %4 = add %2, %3 : f32[]
  return y = %4
}`)
    expectLaunches(made, 1)
    expect(made.text).toContain('row e0: f32[4,1]')
  })

  it('gives the fill, of a total', () => {
    const made = program(`graph @g(input %x: f32[6,1,5], input %ids: i32[4]) {
  %0 = sum %x {axes = [2]} : f32[6,1]
  %1 = gather %0, %ids {axis = 1} : f32[6,4]
  return y = %1
}`)
    expectLaunches(made, 1)
  })

  it('gives the fill, of a product', () => {
    const made = program(`graph @g(input %x: f32[6,1,5], input %w: f32[5,4], input %ids: i32[1]) {
  %0 = matmul %x, %w {batch = [[], []], contract = [[2], [0]]} : f32[6,1,4]
  %1 = gather %0, %ids {axis = 1} : f32[6,1,4]
  return y = %1
}`)
    expectLaunches(made, 1)
  })
})
