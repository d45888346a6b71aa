// Operands for the semantic check of rules: ordinary numbers with the awkward ones among them.

import type { Argument } from '../../src/ir/graph.ts'
import { elementCount, Literal, roundTo } from '../../src/ir/literal.ts'
import { substituteShape } from '../../src/ir/type.ts'
import { DTYPES } from '../../src/support/dtype.ts'
import type { Random } from '../../src/support/random.ts'

/** Sizes for the symbolic dims of examples. */
export const SIZES = { n: 3, m: 2 }

const AWKWARD = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1]
/** Two of these leave the range of f32, and the order of a sum or product decides whether. */
const EXTREME = [3e38, -3e38, 1e-40]
const AWKWARD_INTEGERS = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]

/** Which numbers besides ordinary ones are drawn. */
export type Awkward = 'none' | 'special' | 'special and extreme'

/** Elements for an argument: ordinary numbers, with NaN, infinities and zeros of both signs too. */
export function drawArgument({ type }: Argument, random: Random, awkward: Awkward): Literal {
  const shape = substituteShape(type.shape, SIZES) as readonly number[]
  const round = roundTo(type.dtype)
  const { kind } = DTYPES[type.dtype]
  const ordinary = () => (kind === 'float' ? random.uniform(-3, 3) : random.integer(-5, 5))
  const floats = awkward === 'special and extreme' ? [...AWKWARD, ...EXTREME] : AWKWARD
  const special = kind === 'float' ? floats : AWKWARD_INTEGERS
  const isSpecial = awkward !== 'none'
  const element = () => (isSpecial && random.uniform() < 0.5 ? random.pick(special) : ordinary())
  const data = Float64Array.from({ length: elementCount(shape) }, () => round(element()))
  return new Literal(type.dtype, shape, data)
}
