// A sum as its terms, each with a sign: what add, sub and neg nest. A partial sum that others use
// too is a term: taking it apart would compute it twice.

import type { Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import { add, neg, sub } from '../ops/arithmetic.ts'
import type { RuleContext } from '../rewrite/rule.ts'
import { flatten, type Nesting, type Part, type Place, type Split, type Whole } from './flatten.ts'

const opposite = (place: Place): Place => ({ ...place, power: -place.power })

const SUM: Nesting = {
  splits: new Map<Op, Split>([
    [add.op, (_, place) => [place, place]],
    [sub.op, (_, place) => [place, opposite(place)]],
    [neg.op, (_, place) => [opposite(place)]],
  ]),
  inverse: neg,
}

/** The terms of a sum. */
export function sumOf(value: Value, madeBy: RuleContext['madeBy']): Whole {
  const isShared = (part: Value) => part.id !== value.id && (madeBy(part)?.useCount ?? 0) > 1
  return flatten(value, SUM, madeBy, isShared)
}

/** A sum with `sign` · `value` in the place of some of its terms. */
export function exchanged(whole: Whole, taken: readonly Part[], sign: number, value: Value): Value {
  const rest = whole.without(taken)
  if (rest === undefined) return sign > 0 ? value : neg(value)
  return sign > 0 ? add(rest, value) : sub(rest, value)
}
