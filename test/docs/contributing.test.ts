// The walkthrough of CONTRIBUTING.md: its op is a module that compiles and passes what every op must.

import { expect, it } from 'vitest'
import type { Operator } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { root } from '../architecture/sources.ts'
import { CHECKS } from '../generic/checks.ts'
import { blocksOf, load } from './blocks.ts'

/** What the file has imported already where the walkthrough puts its section. */
const HEADER = `
import * as s from '${root}src/kernel/scalar.ts'
import { add, div, mul, square } from '${root}src/ops/arithmetic.ts'
import { rsqrt } from '${root}src/ops/exponential.ts'
import { type BinaryOp, binary, FLOATS } from '${root}src/ops/families.ts'
`

it.each(Object.keys(CHECKS) as (keyof typeof CHECKS)[])(
  'hypot passes the check %s',
  async check => {
    const section = blocksOf('CONTRIBUTING.md').find(block => block.language === 'ts op')
    const { hypot } = (await load(HEADER + section!.text)) as { hypot: Operator }
    expect(CHECKS[check](hypot.op, 17, 2, { ...ops, hypot })).toBe('pass')
  },
)
