// Workspaces of js kernels: doubles where V8 reaches them fastest.

import { expect, it } from 'vitest'
import { workArray } from '../../../src/backends/js/memory.ts'

it('workspaces of doubles are plain arrays of fractions without holes, all others typed', () => {
  const doubles = workArray({ type: 'f64', size: 3 })
  expect(doubles).toEqual([0.5, 0.5, 0.5])
  expect(Object.keys(doubles)).toHaveLength(3)
  expect(workArray({ type: 'f32', size: 2 })).toEqual(new Float32Array(2))
  expect(workArray({ type: 'i32', size: 2 })).toEqual(new Int32Array(2))
})
