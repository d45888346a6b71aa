// What convolutions and pools become: a product is one contract whose maps walk over the image,
// strides are residue classes, and no window is ever stored.

import { describe, expect, it } from 'vitest'
import { gradientGraph } from '../../src/index.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { sizeOf } from '../../src/kernel/kernel.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { type Case, expectMeaning } from './programs.ts'
import { lowered, prepared } from './run.ts'

/** The program of a graph, run and compared with what the graph means. */
function programOf(graph: Graph): Case {
  const core = prepared(graph)
  const made = lowered(core)
  const { program } = made
  const found: Case = {
    graph: core,
    lowered: made,
    launches: program.items.map(({ kernel }) => kernel),
    text: printKernels({ programs: [], kernels: program.kernels }),
  }
  expectMeaning(found)
  return found
}

const parsed = (text: string) => parseGraph('convolutions.ir', text, ops)

/** The gradients of the weighed sum of `call` of x and k, without that sum. */
function gradientsOf(call: string, shapes: Shapes, wrt: readonly string[]): Case {
  const { x, k, y } = shapes
  const graph = parsed(`graph @g(input %x: ${x}, input %k: ${k}, input %ct: ${y}) {
  %0 = ${call} : ${y}
  %1 = mul %0, %ct : ${y}
  %2 = sum %1 {axes = [0, 1, 2, 3]} : f32[]
  return loss = %2
}`)
  const both = gradientGraph(graph, { of: 'loss', wrt })
  return programOf({ ...both, outputs: both.outputs.filter(({ name }) => name !== 'loss') })
}

interface Shapes {
  readonly x: string
  readonly k: string
  readonly y: string
}

const forward = (call: string, { x, k, y }: Shapes): Case =>
  programOf(
    parsed(`graph @g(input %x: ${x}, input %k: ${k}) {
  %0 = ${call} : ${y}
  return y = %0
}`),
  )

const kindsOf = ({ lowered: { program } }: Case) => program.kernels.map(({ kind }) => kind)

const PADDED = 'padding = [[1, 1], [1, 1]]'
const SAME = `conv2d %x, %k {${PADDED}}`
const SAME_SHAPES = { x: 'f32[2,8,8,4]', k: 'f32[3,3,4,5]', y: 'f32[2,8,8,5]' }
const HALVED = 'conv2d %x, %k {stride = [2, 2], padding = [[0, 1], [0, 1]]}'
const HALVED_SHAPES = { ...SAME_SHAPES, y: 'f32[2,4,4,5]' }

describe('a convolution', () => {
  it.each([
    ['forward', () => forward(SAME, SAME_SHAPES)],
    ['by the image', () => gradientsOf(SAME, SAME_SHAPES, ['x'])],
    ['by the kernel', () => gradientsOf(SAME, SAME_SHAPES, ['k'])],
    ['forward, strided', () => forward(HALVED, HALVED_SHAPES)],
    ['by the kernel, strided', () => gradientsOf(HALVED, HALVED_SHAPES, ['k'])],
  ] as const)('is one contract %s', (_, make) => {
    const made = make()
    expect(made.launches).toHaveLength(1)
    expect(kindsOf(made)).toEqual(['contract'])
  })

  it('reads the image at sums of positions, and 0 only around it', () => {
    const { text } = forward(SAME, SAME_SHAPES)
    expect(text).toContain('(x0[i0, i1 + k0 - 1, i2 + k1 - 1, k2] else 0) * x1[k0, k1, k2, j]')
    const plain = forward('conv2d %x, %k', { ...SAME_SHAPES, y: 'f32[2,6,6,5]' })
    expect(plain.text).toContain('z += x0[i0, i1 + k0, i2 + k1, k2] * x1[k0, k1, k2, j]')
  })

  it('with stride 2 is four contracts by the image, none of which divides', () => {
    const made = gradientsOf(HALVED, HALVED_SHAPES, ['x'])
    expect(made.launches).toHaveLength(4)
    expect(kindsOf(made)).toEqual(new Array(4).fill('contract'))
    expect(made.text).not.toContain('exact')
    // Of 9 places 4, 2, 2 and 1 reach a pixel, by its row and column.
    const sums = made.lowered.program.kernels.map(kernel =>
      kernel.kind === 'contract' ? sizeOf(kernel.over.map(({ extent }) => extent)) : 0,
    )
    expect(sums).toEqual([4 * 5, 2 * 5, 2 * 5, 5])
  })

  it('with a stride beyond the kernel stores zeros where nothing reaches', () => {
    const shapes = { x: 'f32[1,4,4,2]', k: 'f32[1,1,2,2]', y: 'f32[1,2,2,2]' }
    const made = gradientsOf('conv2d %x, %k {stride = [2, 2]}', shapes, ['x'])
    // Pixels in even rows and columns, in even rows alone, in odd rows: the latter two sum nothing.
    expect(made.launches).toHaveLength(3)
    expect(made.text.match(/over .* in 0/g)).toHaveLength(2)
  })

  it('transposed is what the other one is by its image', () => {
    const shapes = { x: 'f32[2,4,4,5]', k: 'f32[3,3,4,5]', y: 'f32[2,8,8,4]' }
    const options = 'stride = [2, 2], padding = [[0, 1], [0, 1]], output_padding = [0, 0]'
    const made = forward(`conv2d_transpose %x, %k {${options}}`, shapes)
    expect(kindsOf(made)).toEqual(new Array(4).fill('contract'))
  })

  it('in groups is a contract with one batch per group', () => {
    const shapes = { x: 'f32[2,8,8,4]', k: 'f32[3,3,2,6]', y: 'f32[2,8,8,6]' }
    const made = forward(`conv2d %x, %k {groups = 2, ${PADDED}}`, shapes)
    expect(kindsOf(made).at(0)).toBe('contract')
    expect(made.text).toContain('batch b in 2')
  })

  it('of every channel by itself is one kernel of loops, and so are its gradients', () => {
    const shapes = { x: 'f32[2,8,8,4]', k: 'f32[3,3,1,4]', y: 'f32[2,8,8,4]' }
    const call = `conv2d %x, %k {groups = 4, ${PADDED}}`
    const all = [
      forward(call, shapes),
      gradientsOf(call, shapes, ['x']),
      gradientsOf(call, shapes, ['k']),
    ]
    for (const made of all) {
      expect(made.launches).toHaveLength(1)
      expect(kindsOf(made)).toEqual(['kernel'])
    }
  })

  it('with bias and activation is one launch', () => {
    const { x, k, y } = SAME_SHAPES
    const made = programOf(
      parsed(`graph @g(input %x: ${x}, input %k: ${k}, input %b: f32[5]) {
  %0 = ${SAME} : ${y}
  %1 = broadcast_to %b {shape = [2, 8, 8, 5], axes = [0, 1, 2]} : ${y}
  %2 = add %0, %1 : ${y}
  %3 = relu %2 : ${y}
  return y = %3
}`),
    )
    expect(made.launches).toEqual(['conv2d_add_relu'])
  })
})

describe('kernels of residue classes', () => {
  it('have names that no other kernel has', () => {
    // The gradient by the kernel would be the second of its name, as one of the classes was.
    const shapes = { x: 'f32[1,2,1,2]', k: 'f32[1,1,2,2]', y: 'f32[1,1,1,2]' }
    const made = gradientsOf('conv2d %x, %k {stride = [2, 1]}', shapes, ['x', 'k'])
    expect(made.launches).toHaveLength(3)
    expect(new Set(made.launches).size).toBe(3)
  })
})

describe('a pool', () => {
  const pool = (call: string, y: string) =>
    gradientsOf(call, { x: 'f32[2,8,8,3]', k: 'f32[]', y: `f32[2,${y},3]` }, ['x'])

  it('of maxima is a gather of cotangents where windows do not overlap: no loop, no guard', () => {
    const { lowered: made, launches, text } = pool('max_pool2d %x', '4,4')
    // The positions of the maxima, then the gradient.
    expect(launches).toHaveLength(2)
    const gradient = made.program.kernels.at(-1)!
    expect(gradient).toMatchObject({ kind: 'kernel', body: [{ kind: 'store' }] })
    const last = text.slice(text.indexOf(gradient.name))
    for (const word of ['over', 'else', '>=', 'exact']) expect(last).not.toContain(word)
  })

  it('of maxima asks the windows over a pixel alone where they overlap', () => {
    const call = 'max_pool2d %x {size = [3, 3], padding = [[0, 1], [0, 1]]}'
    const { launches, text } = pool(call, '4,4')
    expect(launches).toHaveLength(2)
    // Of three places along an axis every other one: two turns, the second of which may be none.
    expect(text).toContain('over r0 in 2, r1 in 2')
    expect(text).not.toContain('exact')
  })

  it('of means divides the cotangent and nothing else', () => {
    const { launches, text } = pool('avg_pool2d %x', '4,4')
    expect(launches).toHaveLength(1)
    expect(text).not.toContain('over')
    expect(text).not.toContain('else')
  })
})

describe('windows', () => {
  it('are never stored, forward or backward', () => {
    const graph =
      parsed(`graph @net(input %x: f32[2,8,8,2], param %k: f32[3,3,2,4], param %l: f32[3,3,4,3]) {
  %0 = conv2d %x, %k {${PADDED}} : f32[2,8,8,4]
  %1 = relu %0 : f32[2,8,8,4]
  %2 = max_pool2d %1 : f32[2,4,4,4]
  %3 = conv2d %2, %l {${PADDED}} : f32[2,4,4,3]
  %4 = avg_pool2d %3 : f32[2,2,2,3]
  %5 = square %4 : f32[2,2,2,3]
  %6 = sum %5 {axes = [0, 1, 2, 3]} : f32[]
  return loss = %6
}`)
    const { lowered: made } = programOf(gradientGraph(graph, { of: 'loss' }))
    const scratch = made.program.buffers.filter(({ region }) => region === 'scratch')
    expect(scratch.length).toBeGreaterThan(0)
    const largest = Math.max(...scratch.map(({ shape }) => sizeOf(shape)))
    expect(largest).toBe(2 * 8 * 8 * 4)
  })
})
