// A value that a kernel stores as f32 is that f32 wherever the kernel uses it: what another loop or
// another kernel loads is the same number.

import { describe, expect, it } from 'vitest'
import {
  broadcastTo,
  cast,
  compile,
  equal,
  exp,
  expandDims,
  f32,
  max,
  model,
} from '../../../src/index.ts'
import { random } from '../../../src/support/random.ts'

const draw = random(5)
const x = Float32Array.from({ length: 40 * 9 }, () => draw.uniform(-2, 2))

describe('a value that is stored as f32', () => {
  it.each([1, 0])(
    'equals its own maximum along axis %i, in the launch that computes both',
    async axis => {
      const program = model({
        inputs: { x: f32(40, 9) },
        body({ x }) {
          const e = exp(x)
          const top = broadcastTo(expandDims(max(e, axis), axis), [40, 9])
          return { isTop: cast(equal(e, top), 'f32') }
        },
      })
      const run = await compile(program, { target: 'js', dims: {} })
      expect(run.explain().launches).toHaveLength(1)
      const { isTop } = run({ x })
      const count = isTop.data.reduce((sum, one) => sum + one, 0)
      expect(count).toBe(axis === 1 ? 40 : 9)
    },
  )
})
