// A formula as it is written by hand, with operands for which f32 gets it wrong, and what is right
// there. Right numbers come from the formula under `derivation`, by hand or, where that needs an
// exponential, by arithmetic with 50 digits: none came out of gradc.

import type { Value } from '../../../src/ir/builder.ts'
import type { NestedArray } from '../../../src/ir/literal.ts'
import { fullLike } from '../../../src/ops/creation.ts'

/** One formula at one place. */
export interface Formula {
  /** Rules that fire on it, the one that it stands here for first. */
  readonly rules: readonly [string, ...string[]]
  readonly written: string
  readonly build: (...x: Value[]) => Value
  readonly at: readonly NestedArray[]
  /** Weights of the elements whose sum is differentiated; ones where left out. */
  readonly weights?: readonly number[]
  /** What is right, and how that is known. */
  readonly derivation: string
  readonly value: readonly number[]
  readonly gradients: readonly (readonly number[])[]
  /** What f32 gets wrong as the formula is written. */
  readonly wrong: 'value' | 'gradient' | 'value and gradient'
}

/** Ones in the type of a value. */
export const one = (like: Value): Value => fullLike(like, 1)

/** exp(−50). */
export const TINY = 1.9287498479639178e-22
/** exp(50). */
export const HUGE = 5.184705528587072e21
