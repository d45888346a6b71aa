// Neighbouring loops along one axis become one, unless one of them touches what the other stores.

import { describe, expect, test } from 'vitest'
import { alongRows } from '../../../src/backends/js/columns.ts'
import { mergeLoops } from '../../../src/backends/js/merge.ts'
import { asLoops, type Loops } from '../../../src/kernel/kernel.ts'
import { example, kernelOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf } from './programs.ts'

/** A kernel of two neighbouring loops along one axis, which text cannot name twice. */
function kernelWith(first: string, second: string): Loops {
  const kernel = asLoops(
    kernelOf(`kernel @k(x: read f32[9], u: update f32[9], y: write f32[9], z: write f32[9]) {
      over i in 9 { ${first} }
      over i in 9 { ${second} } }`),
  )
  return { ...kernel, body: mergeLoops(kernel.body) }
}

describe('neighbouring loops', () => {
  test.each([
    ['of other results', 'y[i] = x[i]  u[i] = 1', 'z[i] = x[i] + 1'],
    ['that read the same', 'y[i] = x[i] * 2', 'z[i] = x[8 - i]  u[i] = x[i]'],
  ])('are one: %s', (_, first, second) => {
    const merged = kernelWith(first, second)
    expect(merged.body).toHaveLength(1)
    expectAgreement(launchOf(merged))
  })

  test.each([
    ['the second reads what the first stores', 'u[i] = x[i]  y[i] = 1', 'z[i] = u[8 - i]'],
    ['the first reads what the second stores', 'y[i] = u[8 - i]', 'u[i] = x[i]  z[i] = 2'],
    ['both store the same', 'y[i] = 1  u[i] = 2', 'u[i] = x[i]  z[i] = 3'],
  ])('are two where %s', (_, first, second) => {
    const kept = kernelWith(first, second)
    expect(kept.body).toHaveLength(2)
    expectAgreement(launchOf(kept))
  })

  test('between the passes of a batch norm: statistics and what the last pass needs', () => {
    const { body } = alongRows(asLoops(example('bn_forward')))
    const merged = mergeLoops(body)
    expect(merged.length).toBe(body.length - 1)
  })
})
