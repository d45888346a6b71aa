// Terms that are summed over axes, by a sum, a mean or a contraction that leaves one number: two of
// them that are summed the same way can be summed as one.

import { integersPair, printAttributes } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sizeOf } from '../../ir/dim.ts'
import { shapesEqual } from '../../ir/type.ts'
import { mul } from '../../ops/arithmetic.ts'
import { dropAxes } from '../../ops/axes.ts'
import { sum } from '../../ops/broadcast.ts'
import { matmul } from '../../ops/contraction.ts'
import { reshape } from '../../ops/movement.ts'
import { mean } from '../../ops/statistics.ts'
import type { Matched } from '../../rewrite/pattern.ts'
import { attribute, type RuleContext } from '../../rewrite/rule.ts'
import type { Part } from '../flatten.ts'
import { productOf } from '../products.ts'
import { type Term, termOf } from './logistic.ts'

type MadeBy = RuleContext['madeBy']

/** A term that is summed over axes: each of its elements, and how those are summed. */
export interface Summed {
  readonly term: Term
  /** Equal for terms that are summed the same way. */
  readonly how: string
  readonly again: (loss: Value) => Value
}

/** A part of a sum as a summed term; undefined where it is none. */
export function summedOf({ value, power }: Part, madeBy: MadeBy): Summed | undefined {
  const of = madeBy(value)
  if (of === undefined) return undefined
  if (of.op === matmul.op) return dotOf(of, power, madeBy)
  if (of.op !== sum.op && of.op !== mean.op) return undefined
  const [x] = of.operands as readonly [Value]
  return {
    term: termOf(x, power, madeBy),
    how: `${of.op.name} ${printAttributes(of.op.attributes, of.attributes)} ${x.type.shape}`,
    again: loss => loss.builder.append(of.op, [loss], of.attributes)[0]!,
  }
}

const isAscending = (axes: readonly number[]) =>
  axes.every((axis, i) => i === 0 || axis > axes[i - 1]!)

/** Whether a contraction multiplies elements in order and adds them all up. */
function isDot(of: Matched): boolean {
  const contract = attribute(of, 'contract', integersPair)
  return (
    sizeOf(of.out.type.shape) === 1 &&
    contract.every(isAscending) &&
    of.operands.every(({ type }, i) => sizeOf(dropAxes(type.shape, contract[i]!)) === 1)
  )
}

/** The operands of a contraction in one shape: a row times a column was reshaped for it. */
function alike(of: Matched, madeBy: MadeBy): readonly [Value, Value] | undefined {
  const forms = of.operands.map(operand => {
    const maker = madeBy(operand)
    return maker?.op === reshape.op ? [operand, maker.operands[0]!] : [operand]
  })
  for (const x of forms[0]!) {
    const y = forms[1]!.find(({ type }) => shapesEqual(type.shape, x.type.shape))
    if (y !== undefined) return [x, y]
  }
  return undefined
}

/** A contraction that leaves axes of size 1 alone: a sum of products, such as y · log(a)ᵀ. */
function dotOf(of: Matched, sign: number, madeBy: MadeBy): Summed | undefined {
  const sides = isDot(of) ? alike(of, madeBy) : undefined
  if (sides === undefined) return undefined
  const [like] = sides
  const factors: Term['factors'] = isFactor => {
    const [left, right] = sides.map(side => productOf(side, madeBy, isFactor))
    return {
      parts: [...left!.parts, ...right!.parts],
      without: taken => {
        const [a, b] = [left!.without(taken), right!.without(taken)]
        return a === undefined || b === undefined ? (a ?? b) : mul(a, b)
      },
    }
  }
  return {
    term: { sign, like, factors },
    how: `dot ${like.type.shape}`,
    again: loss => reshape(sum(loss), of.out.type.shape),
  }
}
