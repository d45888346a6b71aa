// Operands for the semantic check of rules: ordinary numbers with the awkward ones among them.

import type { Argument } from '../../src/ir/graph.ts'
import { elementCount, Literal, roundTo } from '../../src/ir/literal.ts'
import { substituteShape } from '../../src/ir/type.ts'
import { DTYPES } from '../../src/support/dtype.ts'
import type { Random } from '../../src/support/random.ts'

/** Sizes for the symbolic dims of examples. */
export const SIZES = { n: 3, m: 2 }

const AWKWARD = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 1e-40, 3e38]
const AWKWARD_INTEGERS = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]

/**
 * Elements for an argument; with `awkward`, NaN, infinities, zeros of both signs and extremes too.
 */
export function drawArgument({ type }: Argument, random: Random, awkward: boolean): Literal {
  const shape = substituteShape(type.shape, SIZES) as readonly number[]
  const round = roundTo(type.dtype)
  const { kind } = DTYPES[type.dtype]
  const ordinary = () => (kind === 'float' ? random.uniform(-3, 3) : random.integer(-5, 5))
  const special = kind === 'float' ? AWKWARD : AWKWARD_INTEGERS
  const element = () => (awkward && random.uniform() < 0.5 ? random.pick(special) : ordinary())
  const data = Float64Array.from({ length: elementCount(shape) }, () => round(element()))
  return new Literal(type.dtype, shape, data)
}
