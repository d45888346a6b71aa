// What legal.ts refuses: each of its rules once, on kernels and programs that are well formed.

import { describe, expect, it } from 'vitest'
import { js } from '../../src/backends/js/index.ts'
import { wgslTarget } from '../../src/backends/wgsl/target.ts'
import { illegalInKernel, illegalInProgram } from '../../src/kernel/legal.ts'
import type { Target } from '../../src/kernel/target.ts'
import { parseKernels, verifyAll } from '../../src/kernel/text.ts'

/** The findings about all kernels and programs of a well-formed text. */
function findings(text: string, target: Target = wgslTarget): readonly string[] {
  const parsed = parseKernels('legal', text)
  verifyAll(parsed)
  const found = [
    ...parsed.kernels.flatMap(kernel => illegalInKernel(kernel, target)),
    ...parsed.programs.flatMap(program => illegalInProgram(program, target)),
  ]
  return found.map(({ message }) => message)
}

/** A kernel that reads `reads` vectors and adds them up, launched on `regions`. */
function sumOf(reads: number, region: 'input' | 'scratch'): string {
  const names = Array.from({ length: reads }, (_, i) => `x${i}`)
  const places = names.map(
    (name, i) => `${region} ${name}: f32[4]${region === 'input' ? '' : ` @${16 * i}`}`,
  )
  const fills = region === 'input' ? [] : names.map(name => `launch @fill(${name})`)
  return `
program @p {
  ${[...places, 'output y: f32[4]', ...fills].join('\n  ')}
  launch @sum(${[...names, 'y'].join(', ')})
}
kernel @sum(${names.map(name => `${name}: read f32[4], `).join('')}y: write f32[4]) {
  parallel i in 4
  y[i] = ${names.map(name => `${name}[i]`).join(' + ')}
}
kernel @fill(y: write f32[4]) {
  parallel i in 4
  y[i] = 1
}`
}

describe('a kernel is legal for wgsl', () => {
  it('L1 where the target has all dtypes', () => {
    const double = `
kernel @k(x: read f64[4], y: write f32[4]) {
  parallel i in 4
  y[i] = f32(x[i] + 1d)
}`
    const message = 'L1 wgsl has f32, i32, u32, bool, got f64'
    expect(findings(double)).toEqual([message, message])
    expect(findings(double, js.target)).toEqual([])
    const between = double.replace('f64', 'f32').replace('x[i] + 1d', 'f64(x[i])')
    expect(findings(between)).toEqual([message])
  })

  it('L2 where the rows of a vector of points fit', () => {
    const row = (extent: number) => `
kernel @k(x: read f32[4,${extent}], y: write f32[4]) {
  parallel i in 4
  row e: f32[${extent}]
  over j in ${extent} {
    e[j] = x[i, j]
  }
  y[i] = e[0]
}`
    expect(findings(row(2048))).toEqual([])
    expect(findings(row(2049))).toEqual(['L2 wgsl has 8192 bytes for rows, got 8196'])
    const wide: Target = { ...wgslTarget, lanes: 4 }
    expect(findings(row(2048), wide)).toEqual(['L2 wgsl has 8192 bytes for rows, got 32768'])
  })

  it('L4 where an i32 counts elements, points and positions', () => {
    const message = (what: string, got: string) => `L4 ${what} are at most 2147483647, got ${got}`
    const copy = (dims: string, axes: string, at: string) => `
kernel @k(x: read f32[${dims}], y: write f32[2]) {
  over ${axes} {
    s += x[${at}] else 0
  }
  over u in 2 {
    y[u] = s
  }
}`
    expect(findings(copy('65536,65536', 'j in 4', 'j, j'))).toEqual([
      message('the elements of x', '4294967296'),
    ])
    expect(findings(copy('8', 'j in 65536, k in 65536', 'j'))).toEqual([
      message('the points of j, k', '4294967296'),
    ])
    expect(findings(copy('8', 'j in 65536', 'div(65536*j, 7)'))).toEqual([
      'L4 an index lies from -2147483648 to 2147483647, got 0 to 4294901760',
    ])
    expect(findings(copy('8', 'j in 65536', '65536*{i32(x[0])}'))).toEqual([])
  })

  it('L5 where the target spells every operation or makes it of others', () => {
    const text = `
kernel @k(x: read f32[4], y: write f32[4]) {
  parallel i in 4
  y[i] = erf(x[i])
}`
    expect(findings(text)).toEqual([])
    const poor: Target = { ...wgslTarget, lacks: ['erf'] }
    expect(findings(text, poor)).toEqual(['L5 wgsl has no erf and nothing to make it of'])
  })
})

describe('a program is legal for wgsl', () => {
  it('L3 where a launch binds few buffers, all of scratch being one', () => {
    expect(findings(sumOf(7, 'input'))).toEqual([])
    expect(findings(sumOf(8, 'input'))).toEqual(['L3 wgsl binds at most 8 buffers, got 9 for @sum'])
    expect(findings(sumOf(20, 'scratch'))).toEqual([])
  })

  it('L4 where an i32 counts the words of an arena', () => {
    const at = (offset: number) => `
program @p {
  state s: f32[4] @${offset}
  output y: f32[4]
  launch @copy(s, y)
}
kernel @copy(x: read f32[4], y: write f32[4]) {
  parallel i in 4
  y[i] = x[i]
}`
    expect(findings(at(2 ** 32))).toEqual([])
    expect(findings(at(2 ** 33))).toEqual([
      'L4 state needs at most 2147483647 words, got 2147483652',
    ])
  })
})
