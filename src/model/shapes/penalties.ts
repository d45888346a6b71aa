// The rule of penalties: of one tensor or a list of them, all floats of one dtype.

import type { Value } from '../../ir/builder.ts'
import type { Tensor } from '../../ir/tensor.ts'
import { type NeedsRule, needsRule } from './dtypes.ts'
import { type DTypeOf, type ListRule, listProblem, type Tensors } from './join.ts'

/** What is penalized: a tensor, or several. */
export type Penalized = Tensor | Tensors

/** The dtype of what is penalized. */
export type PenaltyDType<T> = T extends Tensors
  ? DTypeOf<T>
  : T extends Tensor<infer _S, infer D>
    ? D
    : never

/** Whether `T` can be penalized, else why not. */
export type PenaltyRule<Op extends string, T> = T extends Tensors
  ? ListRule<Op, T, NeedsRule<Op, DTypeOf<T>, 'float'>>
  : NeedsRule<Op, PenaltyDType<T>, 'float'>

/** Why tensors cannot be penalized; a single one is a list of one. */
export function penaltyRule(op: string, tensors: readonly Value[]): string | undefined {
  const dtypes = tensors.map(({ dtype }) => dtype)
  return listProblem(op, dtypes) ?? needsRule(op, dtypes[0]!, 'float')
}

/** Why a number cannot be the strength of a penalty. */
export function strengthRule(op: string, strength: number): string | undefined {
  if (strength >= 0 && strength < Number.POSITIVE_INFINITY) return undefined
  return `${op}: strength must be a number from 0 on, got ${strength}`
}
