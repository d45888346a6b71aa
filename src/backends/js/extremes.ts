// Which of two numbers is the more extreme one.

import type { Acc } from '../../kernel/kernel.ts'
import * as s from '../../kernel/scalar.ts'
import { isFloat } from '../../support/dtype.ts'

/** Whether `a` is beyond `b`; NaN is beyond every number, whichever end counts. */
export function isAbove(combine: Acc['combine'], a: s.Scalar, b: s.Scalar): s.Scalar {
  const isMore = combine === 'max' ? s.gt(a, b) : s.lt(a, b)
  if (!isFloat(a.type)) return isMore
  return s.or(isMore, s.and(s.ne(a, a), s.eq(b, b)))
}
