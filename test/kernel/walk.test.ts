// Where the walker has shared values computed: shown as the lines that an emitter would write.

import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { asLoops } from '../../src/kernel/kernel.ts'
import type { Scalar } from '../../src/kernel/scalar.ts'
import { type Names, type Sink, walk } from '../../src/kernel/walk.ts'
import { kernelOf } from './files.ts'

/** Every line, with what is named written by its name and what is not by its operation. */
function lines(kernel: Kernel, options: Partial<Sink<string>> = {}): string[] {
  const out: string[] = []
  let next = 0
  let depth = 0
  const line = (text: string) => out.push('  '.repeat(depth) + text)
  const spell = (node: Scalar, names: Names<string>): string => {
    const known = names.get(node)
    if (known !== undefined) return known
    if (node.kind === 'const') return String(node.value)
    if (node.kind === 'acc') return node.name
    if (node.kind === 'op') return `${node.op}(${node.args.map(arg => spell(arg, names))})`
    return node.kind === 'load' ? node.buffer : 'index'
  }
  const { body, parallel } = asLoops(kernel)
  walk<string>(body, parallel, {
    form: 'code',
    bind(node, names) {
      const name = `t${next++}`
      line(`${name} = ${spell(node, names)}`)
      return name
    },
    store: ({ buffer, value }, names) => {
      line(`${buffer} := ${spell(value, names)}`)
    },
    loop(loop, _, visit) {
      line(`for ${loop.axes.map(axis => axis.name)}`)
      depth++
      visit(names => {
        for (const acc of loop.accs) line(`${acc.name} ${acc.combine} ${spell(acc.value, names)}`)
      })
      depth--
    },
    ...options,
  })
  return out
}

describe('in code', () => {
  test('what a loop does not change is computed before it, as one value', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[4,9], a: read f32[4], y: write f32[4,9]) {
      parallel i in 4
      over j in 9 { y[i, j] = x[i, j] * exp(a[i] + 1) } }`)
    expect(lines(kernel)).toEqual(['t0 = exp(add(a,1))', 'for j', '  y := mul(x,t0)'])
  })

  test('a load does not move over a store of its buffer', () => {
    const kernel = kernelOf(`kernel @k(x: update f32[4], y: write f32[4,9]) {
      parallel i in 4
      serial j in 9 { x[i] = x[i] + 1  over k in 2 { s += x[i] }  y[i, j] = s * x[i] }
    }`)
    expect(lines(kernel)).toEqual([
      'for j',
      '  t0 = x',
      '  x := add(t0,1)',
      '  t1 = x',
      '  for k',
      '    s + t1',
      '  y := mul(s,t1)',
    ])
  })

  test('a name from before a loop that stores its buffer is not used inside it', () => {
    const kernel = kernelOf(`kernel @k(x: update f32[4], y: write f32[4]) {
      parallel i in 4
      y[i] = x[i]
      serial j in 9 { x[i] = x[i] + 1 } }`)
    expect(lines(kernel)).toEqual(['t0 = x', 'y := t0', 'for j', '  x := add(x,1)'])
  })

  test('a group computes first what its own stores overwrite', () => {
    const kernel = kernelOf(
      `kernel @k(a: update f32[], b: update f32[]) { a[] = b[] + 1 b[] = a[] * 2 }`,
    )
    expect(lines(kernel)).toEqual(['t0 = a', 'a := add(b,1)', 'b := mul(t0,2)'])
  })

  test('an accumulator that reads another one of its loop is computed before that changes', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[9], y: write f32[]) {
      serial i in 9 { s: f32 += x[i]  t += s }
      y[] = t }`)
    expect(lines(kernel)).toEqual(['for i', '  t0 = s', '  s + x', '  t + t0', 'y := t'])
  })

  test('what a target cannot spell inside an expression gets a line where it is available', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[4,9], a: read f32[4], y: write f32[4]) {
      parallel i in 4
      over j in 9 { s += exp(x[i, j - 1] else 0) * (a[i - 1] else 0) }
      y[i] = s }`)
    const mustBind = (node: Scalar) => node.kind === 'load' && node.fill !== undefined
    expect(lines(kernel, { mustBind })).toEqual([
      't0 = a',
      'for j',
      '  t1 = x',
      '  s + mul(exp(t1),t0)',
      'y := s',
    ])
  })
})

describe('in text', () => {
  test('only what is used twice has a name', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[4,9], a: read f32[4], y: write f32[4,9]) {
      parallel i in 4
      over j in 9 { y[i, j] = exp(x[i, j]) * exp(x[i, j]) + exp(a[i]) } }`)
    expect(lines(kernel, { form: 'text' })).toEqual([
      'for j',
      '  t0 = exp(x)',
      '  y := add(mul(t0,t0),exp(a))',
    ])
  })

  test('names are generic: here they are numbers', () => {
    const kernel = kernelOf(
      `kernel @k(x: read f32[], y: write f32[]) { y[] = exp(x[]) * exp(x[]) }`,
    )
    const bound: number[] = []
    walk<number>(asLoops(kernel).body, [], {
      form: 'text',
      bind: () => bound.push(bound.length),
      store: (_, names) => expect([...names.values()]).toEqual([1]),
      loop: () => {},
    })
    expect(bound).toHaveLength(1)
  })
})
