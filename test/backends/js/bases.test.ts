// What positions have in common is computed before the innermost loop, once for all arrays that are
// read there; what changes along it, or is loaded, is not.

import { expect, test } from 'vitest'
import { basesOf, split } from '../../../src/backends/js/bases.ts'
import { emitModule } from '../../../src/backends/js/module.ts'
import { nest } from '../../../src/backends/js/nest.ts'
import { addIndex, axisIndex, divide, index, scaleIndex } from '../../../src/kernel/index.ts'
import { asLoops, type Loop } from '../../../src/kernel/kernel.ts'
import { kernelOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf } from './programs.ts'

const SHIFTED = `kernel @k(x: read f32[5,6,7], y: write f32[5,6,7]) {
  parallel i in 5, j in 5, k in 7
  y[i, j, k] = x[i, j, k] + x[i, j + 1, k]
}`

test('a position is what is fixed along an axis, and the rest', () => {
  const [i, j] = [axisIndex({ name: 'i', extent: 4 }), axisIndex({ name: 'j', extent: 6 })]
  const position = addIndex(
    addIndex(scaleIndex(i, 12), scaleIndex(divide('div', j, 4), 2)),
    index(3),
  )
  expect(split(position, 'j')).toEqual([
    scaleIndex(i, 12),
    addIndex(scaleIndex(divide('div', j, 4), 2), index(3)),
  ])
  expect(split(position, 'i')[0]).toBe(scaleIndex(divide('div', j, 4), 2))
})

test('what arrays of one shape have in common has one line', () => {
  const kernel = kernelOf(SHIFTED)
  const { source } = emitModule(launchOf(kernel))
  expect(source).toContain('const t0 = 42 * a0 + 7 * a1\n')
  expect(source).toMatch(/b1\[t0 \+ \S+\] = b0\[t0 \+ \S+\] \+ b0\[t0 \+ .* \+ 7\]/)
  expect(source.match(/42 \* a0/g)).toHaveLength(1)
  expectAgreement(launchOf(kernel))
})

test('a single product is as quick as its name, and outer loops have none', () => {
  const { parallel, body, params } = asLoops(kernelOf(SHIFTED))
  const places = new Map(params.map(({ name, type, shape }) => [name, { text: name, type, shape }]))
  const [outer] = nest(parallel, body) as readonly Loop[]
  expect(basesOf(outer!, places)).toEqual([])
  const [flat] = nest(parallel.slice(1), body) as readonly Loop[]
  const [inner] = flat!.body as readonly Loop[]
  expect(basesOf(inner!, places)).toHaveLength(1)
})
