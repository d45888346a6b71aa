// Kernel text where it is easy to get wrong: literals of every type, signs, precedence, names,
// sharing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axisIndex, divide, index, valueIndex } from '../../src/kernel/index.ts'
import type { Loops } from '../../src/kernel/kernel.ts'
import { literalText, printKernel } from '../../src/kernel/printer.ts'
import { launchesOf } from '../../src/kernel/program.ts'
import * as s from '../../src/kernel/scalar.ts'
import { parseKernels, printKernels } from '../../src/kernel/text.ts'
import { DTYPE_NAMES, DTYPES, type DTypeName } from '../../src/support/dtype.ts'
import { runs } from '../counts.ts'
import { kernelOf } from './files.ts'

/** A kernel that stores one value. */
function storing(value: s.Scalar): Loops {
  const params = [{ name: 'y', access: 'write', type: value.type, shape: [] }] as const
  const body = [{ kind: 'store', buffer: 'y', index: [], value }] as const
  return { kind: 'kernel', name: 'k', params, parallel: [], rows: [], body }
}

const spelled = (value: s.Scalar) => printKernel(storing(value)).split('\n')[1]?.trim()

describe('literals', () => {
  test.each<[DTypeName, number, string]>([
    ['f32', 0.1, '0.1'],
    ['f32', 1 / 3, '0.33333334'],
    ['f32', 16777216, '16777216'],
    ['f32', 3.4028234663852886e38, '3.4028235e+38'],
    ['f32', 1.401298464324817e-45, '1e-45'],
    ['f32', -0, '-0'],
    ['f32', -Infinity, '-inf'],
    ['f32', Number.NaN, 'nan'],
    ['f64', 0.1, '0.1d'],
    ['f64', Infinity, 'infd'],
    ['f64', Number.NaN, 'nand'],
    ['i32', -(2 ** 31), '-2147483648i'],
    ['u32', 2 ** 32 - 1, '4294967295u'],
    ['bool', 1, 'true'],
  ])('%s %d is written %s', (type, value, text) => {
    expect(literalText({ type, value: DTYPES[type].round(value) })).toBe(text)
  })

  test('of any type and bits read back as themselves', () => {
    const constant = fc
      .tuple(fc.constantFrom(...DTYPE_NAMES), fc.double())
      .map(([type, value]) => s.constant(type, value))
    fc.assert(
      fc.property(constant, node => {
        expect(kernelOf(printKernel(storing(node)))).toEqual(storing(node))
      }),
      runs({ test: 300, ci: 500 }),
    )
  })
})

describe('operators', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(name => s.load('f32', name, [])) as [
    s.Scalar,
    s.Scalar,
    s.Scalar,
  ]

  test.each<[s.Scalar, string]>([
    [s.sub(a, s.sub(b, c)), 'a[] - (b[] - c[])'],
    [s.sub(s.sub(a, b), c), 'a[] - b[] - c[]'],
    [s.mul(s.add(a, b), c), '(a[] + b[]) * c[]'],
    [s.add(a, s.mul(b, c)), 'a[] + b[] * c[]'],
    [s.sub(a, s.constant('f32', -2)), 'a[] - -2'],
    [s.mul(s.neg(a), b), 'neg(a[]) * b[]'],
    [s.load('f32', 'a', [], b), 'a[] else b[]'],
    [s.add(s.load('f32', 'a', [], b), c), '(a[] else b[]) + c[]'],
    [s.load('f32', 'a', [], s.add(b, c)), 'a[] else (b[] + c[])'],
    [s.load('f32', 'a', [], s.load('f32', 'b', [], c)), 'a[] else (b[] else c[])'],
    [s.eq(s.lt(a, b), s.constant('bool', 1)), 'a[] < b[] == true'],
    [s.lt(s.load('f32', 'a', [], b), c), '(a[] else b[]) < c[]'],
  ])('%#: %s', (node, text) => {
    expect(spelled(node)).toBe(`y[] = ${text}`)
    const params = ['a', 'b', 'c'].map(name => ({
      name,
      access: 'read' as const,
      type: 'f32' as const,
      shape: [],
    }))
    const kernel = { ...storing(node), params: [...params, ...storing(node).params] }
    expect(kernelOf(printKernel(kernel))).toEqual(kernel)
  })
})

describe('indices', () => {
  const [h, r] = [axisIndex({ name: 'h', extent: 4 }), axisIndex({ name: 'r', extent: 3 })]

  test('terms stand by falling scale, then in the order their axes are bound', () => {
    const text = `kernel @k(x: read f32[99], y: write f32[4]) {
  parallel h in 4
  over r in 3, a in 2 {
    s += x[9*h - r + a + 2]
  }
  y[h] = s
}
`
    expect(printKernel(kernelOf(text))).toBe(text)
    expect(printKernel(kernelOf(text.replace('9*h - r + a + 2', '2 + a - r + 9*h')))).toBe(text)
  })

  test('nested quotients and computed values', () => {
    const computed = valueIndex(s.indexValue(divide('exact', divide('mod', h, 3), 2)))
    expect(
      spelled(s.indexValue(index(-1, [...computed.terms, ...divide('div', r, 2).terms]))),
    ).toBe('y[] = index(div(r, 2) + {index(exact(mod(h, 3), 2))} - 1)')
  })
})

describe('names', () => {
  test('buffers, kernels and origins may have any name; quotes hold what is no identifier', () => {
    const text = `program @"a \\"strange\\" one" {
  state "layers.0/w": f32[4] @16
  launch @"k-1"("layers.0/w") from "layers.0 (dense)"(%4, %"loss of 1")
}

kernel @"k-1"(y: update f32[4]) {
  parallel i in 4
  y[i] = y[i] * 2
}
`
    const file = parseKernels('names.kir', text)
    expect(launchesOf(file.programs[0]!)[0]?.origin).toEqual({
      path: 'layers.0 (dense)',
      values: ['4', 'loss of 1'],
    })
    expect(printKernels(file)).toBe(text)
  })

  test('a poison names its buffers', () => {
    const text = `program @p {
  scratch a: f32[4] @0
  scratch "b 1": i32[4] @16
  poison(a, "b 1")
  launch @fill(a)
  poison(a)
}

kernel @fill(y: write f32[4]) {
  parallel i in 4
  y[i] = 1
}
`
    const file = parseKernels('poison.kir', text)
    expect(file.programs[0]!.items.map(({ kind }) => kind)).toEqual(['poison', 'launch', 'poison'])
    expect(printKernels(file)).toBe(text)
  })

  test('words of the grammar can name buffers', () => {
    const text = `kernel @k(over: read f32[4], row: write f32[4], at: read i32[4], in: read f32[4]) {
  parallel index in 4
  row[index] = over[index] + in[index] + f32(at[index])
}
`
    expect(printKernel(kernelOf(text))).toBe(text)
  })
})

describe('sharing', () => {
  test('a value used twice is one line, whatever it was called', () => {
    const text = `kernel @k(x: read f32[4], y: write f32[4]) {
  parallel i in 4
  twice = exp(x[i])
  %unused = exp(twice)
  y[i] = twice * twice
}
`
    expect(printKernel(kernelOf(text))).toBe(`kernel @k(x: read f32[4], y: write f32[4]) {
  parallel i in 4
  %0 = exp(x[i])
  y[i] = %0 * %0
}
`)
  })

  test('the text of a deeply shared value grows with its lines, not with its paths', () => {
    let power = s.load('f32', 'x', [])
    for (let i = 0; i < 100; i++) power = s.mul(power, power)
    expect(printKernel(storing(power)).length).toBeLessThan(4000)
  })

  test('a factor of a contract may be shared within itself', () => {
    const text = `contract @k(x: read f32[4,5], w: read f32[5,6], y: write f32[4,6]) {
  rows i in 4
  cols j in 6
  over k in 5
  %0 = exp(x[i, k])
  z += %0 * %0 * w[k, j]
  y[i, j] = z
}
`
    expect(printKernel(kernelOf(text))).toBe(text)
  })
})

test('accumulators that a serial loop reads have their type written, others not', () => {
  const text = `kernel @k(x: read f64[4,5], y: write f64[4,5], z: write i32[4]) {
  parallel i in 4
  serial j in 5 {
    %0 = x[i, j]
    y[i, j] = s * f64(k)
    s: f64 += %0
    m: f64, k max= %0 at index(j)
    q += s
  }
  z[i] = k
}
`
  expect(printKernel(kernelOf(text))).toBe(text)
})
