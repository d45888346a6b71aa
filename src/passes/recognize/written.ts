// Numbers of a formula as attributes of a composite: as they were written, before a dtype took
// their last digits.

import { roundTo } from '../../ir/literal.ts'
import type { DTypeName } from '../../support/dtype.ts'

/** The number of fewest digits that rounds to `value` in a dtype: 1e-5 for what f32 has of it. */
export function asWritten(value: number, dtype: DTypeName): number {
  const round = roundTo(dtype)
  for (let digits = 1; digits < 17; digits++) {
    const short = Number(value.toPrecision(digits))
    if (round(short) === value) return short
  }
  return value
}
