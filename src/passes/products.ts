// A product as its factors, each to a power: what mul, div, reciprocal and the square roots nest,
// seen through broadcasts and through reshapes that only put in or drop axes of size 1.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Shape } from '../ir/type.ts'
import { div, mul, reciprocal } from '../ops/arithmetic.ts'
import { otherAxes } from '../ops/axes.ts'
import { broadcastTo } from '../ops/broadcast.ts'
import { pow, rsqrt, sqrt } from '../ops/exponential.ts'
import { reshape } from '../ops/movement.ts'
import { attribute, type RuleContext } from '../rewrite/rule.ts'
import { flatten, type Nesting, type Part, type Place, type Split, type Whole } from './flatten.ts'
import { fillOf } from './known.ts'

/** The root of a product of negative numbers is not the product of their roots. */
const isWhole = ({ power }: Place) => Number.isInteger(power)

const raised = (place: Place, exponent: number): Place => ({
  ...place,
  power: place.power * exponent,
})

const unary =
  (exponent: number): Split =>
  (_, place) =>
    isWhole(place) ? [raised(place, exponent)] : undefined

/** The axes of size other than 1. */
const longAxes = (shape: Shape) => shape.flatMap((extent, axis) => (extent === 1 ? [] : [axis]))

const SPLITS: readonly (readonly [Op, Split])[] = [
  [mul.op, (_, place) => (isWhole(place) ? [place, place] : undefined)],
  [div.op, (_, place) => (isWhole(place) ? [place, raised(place, -1)] : undefined)],
  [reciprocal.op, unary(-1)],
  [sqrt.op, unary(1 / 2)],
  [rsqrt.op, unary(-1 / 2)],
  [
    pow.op,
    (of, place, madeBy) => {
      const exponent = madeBy(of.operands[1]!)
      const known = exponent === undefined ? undefined : fillOf(exponent)
      const isRoot = isWhole(place) && (known === 1 / 2 || known === -1 / 2)
      return isRoot ? [raised(place, known)] : undefined
    },
  ],
  [
    broadcastTo.op,
    (of, { power, axes }) => {
      const kept = otherAxes(axes.length, attribute(of, 'axes', integers))
      return [{ power, axes: kept.map(axis => axes[axis]) }]
    },
  ],
  [
    reshape.op,
    (of, { power, axes }) => {
      const { shape } = of.operands[0]!.type
      const [from, to] = [longAxes(shape), longAxes(of.out.type.shape)]
      const isSame =
        from.length === to.length &&
        from.every((axis, i) => shape[axis] === of.out.type.shape[to[i]!])
      if (!isSame) return undefined
      return [{ power, axes: shape.map((_, axis) => axes[to[from.indexOf(axis)] ?? -1]) }]
    },
  ],
]

const PRODUCT: Nesting = { splits: new Map(SPLITS), inverse: reciprocal }

/** The factors of a product; `isFactor` says of which values not to look inside. */
export function productOf(
  value: Value,
  madeBy: RuleContext['madeBy'],
  isFactor?: (value: Value) => boolean,
): Whole {
  return flatten(value, PRODUCT, madeBy, isFactor)
}

/** Whether the axes of a part are those of the whole, in order. */
export function runsAlong({ axes }: Part, wanted: readonly number[]): boolean {
  return (
    axes.length === wanted.length &&
    axes.every((axis, i) => axis === undefined || axis === wanted[i])
  )
}

/** Whether a factor stands in the product `of` as it is: once, neither repeated nor moved. */
export function isPlain(part: Part, of: Value): boolean {
  const { shape } = of.type
  return part.power === 1 && runsAlong(part, otherAxes(shape.length, []))
}
