// Rewrites of kernels: residue classes, in place, Threefry legalized. Each means what it came from.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inPlace } from '../../src/kernel/in-place.ts'
import { asLoops } from '../../src/kernel/kernel.ts'
import { legalizeThreefry } from '../../src/kernel/legalize/threefry.ts'
import { printKernel } from '../../src/kernel/printer.ts'
import { splitResidues } from '../../src/kernel/residues.ts'
import * as s from '../../src/kernel/scalar.ts'
import { mapScalars } from '../../src/kernel/substitute.ts'
import { reach, scalarsOf } from '../../src/kernel/uses.ts'
import { verifyKernel } from '../../src/kernel/verify.ts'
import { threefry2x32 } from '../../src/support/threefry.ts'
import { runs } from '../counts.ts'
import { contractOf, example, expectClose, expectSameBits, floats, kernelOf, run } from './files.ts'

describe('the split by residue classes', () => {
  const transposed = (size: number, kernel: number, stride: number, pad: number) => {
    const small = Math.floor((size + 2 * pad - kernel) / stride) + 1
    const params = `dy: read f32[${small},3], w: read f32[${kernel},2,3], dx: write f32[${size},2]`
    return contractOf(`contract @t(${params}) {
      rows h in ${size}
      cols c in 2
      over r in ${kernel}, o in 3
      z += (dy[exact(h - r + ${pad}, ${stride}), o] else 0) * w[r, c, o]
      dx[h, c] = z
    }`)
  }

  test('means the same for every size, kernel, stride and padding', () => {
    const sizes = fc.record({
      size: fc.integer({ min: 5, max: 12 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 4 }),
      pad: fc.integer({ min: 0, max: 2 }),
    })
    fc.assert(
      fc.property(sizes, ({ size, kernel, stride, pad }) => {
        const whole = transposed(size, kernel, stride, pad)
        const given = Object.fromEntries(
          whole.params.map(({ name, shape }) => [name, floats(shape.reduce((a, b) => a * b, 1))]),
        )
        let dx = new Float32Array(size * 2).fill(7)
        const parts = splitResidues(whole)
        for (const part of parts) {
          expect(verifyKernel(part)).toEqual([])
          expect(printKernel(part)).not.toContain('exact')
          dx = Float32Array.from(run(part, { ...given, dx }).dx!)
        }
        expect(parts).toHaveLength(stride === 1 ? 1 : stride)
        expectClose(dx, run(whole, given).dx!, 1e-6)
      }),
      runs(),
    )
  })

  test.each([
    ['a stride that the summed axis shares', 'exact(i - 2*k + 1, 4)', 4],
    ['a stride beyond the kernel', 'exact(i - k, 5)', 4],
    ['no summed axis in the division', 'exact(i, 2)', 2],
    ['no free axis in the division', 'exact(k + 1, 2)', 1],
  ])('gives the parts of a contract with %s', (_, at, count) => {
    const whole = contractOf(`contract @c(x: read f32[4,4], w: read f32[4,2], y: write f32[4,2]) {
      rows i in 4  cols j in 2  over k in 4
      z += (x[i, ${at}] else 0) * w[k, j]
      y[i, j] = z }`)
    const given = { x: floats(16), w: floats(8) }
    const parts = splitResidues(whole)
    expect(parts).toHaveLength(count)
    let y = new Float32Array(8).fill(7)
    for (const part of parts) {
      expect(verifyKernel(part)).toEqual([])
      expect(printKernel(part)).not.toContain('exact')
      y = Float32Array.from(run(part, { ...given, y }).y!)
    }
    expectClose(y, run(whole, { ...given, y }).y!, 1e-6)
  })

  test('proves accesses inside where a class has no border', () => {
    const whole = example('conv_dx_stride2')
    const [first] = whole.kind === 'contract' ? splitResidues(whole) : []
    expect(printKernel(first!)).toContain('z += dy[n, h - r, v - s, o] * w[2*r + 1, 2*s + 1, c, o]')
  })

  test.each([
    ['no exact division', 'x[i, k]'],
    ['a fill that is not zero', '(x[i, exact(i - k, 2)] else 1)'],
    ['a fill that the prologue turns into one', 'exp(x[i, exact(i - k, 2)] else 0)'],
    ['two summed axes in one division', '(x[i, exact(k + l, 2)] else 0)'],
  ])('leaves a contract with %s as it is', (_, factor) => {
    const contract =
      contractOf(`contract @c(x: read f32[4,4], w: read f32[4,2], y: write f32[4,2]) {
      rows i in 4  cols j in 2  over k in 4, l in 2
      z += ${factor} * w[k, j]
      y[i, j] = z }`)
    expect(splitResidues(contract)).toEqual([contract])
  })
})

describe('in place', () => {
  const extra = {
    transpose: kernelOf(`kernel @transpose(x: read f32[8,8], y: write f32[8,8]) {
      parallel i in 8, j in 8
      y[i, j] = x[j, i] }`),
    late: kernelOf(`kernel @late(x: read f32[8,8], y: write f32[8,8]) {
      parallel i in 8
      over j in 8 { y[i, j] = x[i, j] }
      over j in 8 { s += x[i, j] }
      over j in 8 { y[i, j] = s } }`),
    shifted: kernelOf(`kernel @shifted(x: read f32[4,8], y: write f32[4,8]) {
      parallel i in 4
      serial j in 8 { y[i, j] = x[i, j - 1] else 0 } }`),
    aligned: kernelOf(`kernel @aligned(x: read f32[4,8], y: write f32[4,8]) {
      parallel i in 4
      serial j in 8 { y[i, j] = x[i, j] + 1 } }`),
    reread: kernelOf(`kernel @reread(x: read f32[4,8], y: write f32[4,8]) {
      parallel i in 4
      over j in 8 { y[i, j] = x[i, j] + 1 }
      over j in 8 { s += y[i, j] }
      over j in 8 { y[i, j] = s } }`),
  }

  test.each([
    ['softmax', 'x', 'y'],
    ['bias_relu', 'x', 'y'],
    ['bn_forward', 'x', 'y'],
    ['bn_backward', 'dy', 'dx'],
    ['ln_backward_x', 'dy', 'dx'],
    ['xent', 'z', 'dz'],
  ])('%s may store %s in %s', (name, read, write) => {
    const kernel = example(name)
    const merged = inPlace(kernel, read, write)
    if (!('kernel' in merged)) throw new Error(merged.refusal)
    const given = Object.fromEntries(
      kernel.params.flatMap(({ name, access, type, shape }) =>
        access === 'read' && type === 'f32'
          ? [[name, floats(shape.reduce((a, b) => a * b, 1))]]
          : [],
      ),
    )
    const { [read]: source, ...rest } = given
    const both = run(kernel, given)
    expectSameBits(run(merged.kernel, { ...rest, [write]: source! })[write], both[write])
  })

  test.each([
    ['aligned', 'kernel'],
    ['reread', 'kernel'],
    ['transpose', 'K6'],
    ['late', 'a load of x follows a store'],
    ['shifted', 'a load of x follows a store'],
  ] as const)('%s: %s', (name, answer) => {
    const merged = inPlace(extra[name], 'x', 'y')
    expect('kernel' in merged ? 'kernel' : merged.refusal).toContain(answer)
  })

  test('a scan would add what it has just stored', () => {
    expect(inPlace(example('cumsum'), 'x', 'y')).toHaveProperty('refusal')
  })

  test('parameters of other shapes, types or accesses do not merge', () => {
    expect(inPlace(example('bias_relu'), 'b', 'y')).toHaveProperty('refusal')
    expect(inPlace(example('argmax'), 'x', 'at')).toHaveProperty('refusal')
    expect(inPlace(example('adam'), 'p', 'm')).toHaveProperty('refusal')
  })
})

describe('Threefry in adds, xors and shifts', () => {
  const key = ['k0', 'k1', 'c0', 'c1'] as const
  const inputs = key.map(name => s.scalarInput('u32', name)) as [
    s.Scalar,
    s.Scalar,
    s.Scalar,
    s.Scalar,
  ]
  const words = [legalizeThreefry(s.threefry(...inputs)), legalizeThreefry(s.threefry2(...inputs))]
  const evaluate = (values: readonly number[]) => {
    const named = new Map(key.map((name, i) => [name, values[i]!]))
    return words.map(word => s.evaluateScalar(word, named, 'dtype'))
  }

  test.each([
    [
      [0, 0, 0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [Array(4).fill(0xffffffff), [0x1cb996fc, 0xbb002be7]],
    [
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('gives the published words for key and counter %j', (values, want) => {
    expect(evaluate(values)).toEqual(want)
  })

  test('agrees with the reference everywhere', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(word, word, word, word, (...values) => {
        expect(evaluate(values)).toEqual(threefry2x32(...values))
      }),
      runs(),
    )
  })

  test('shares its rounds between both words, and stays small in a kernel', () => {
    const size = (roots: readonly s.Scalar[]) => reach(roots).order.length
    expect(size(words)).toBeLessThan(size([words[0]!]) + 10)
    const dropout = example('dropout')
    const legal = mapScalars(dropout, legalizeThreefry)
    expect(size(asLoops(legal).body.flatMap(scalarsOf))).toBeLessThan(250)
    expect(printKernel(legal)).not.toContain('threefry')
    const given = { x: floats(32768), key: Uint32Array.of(5, 9) }
    expectSameBits(run(legal, given).y, run(dropout, given).y)
  })
})
