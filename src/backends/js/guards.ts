// Guarded accesses as choices: `x[e] else v` becomes select(e is inside, x[e], v). Conditions are
// then scalars like any other, so the walker shares them and takes them out of loops.

import {
  addIndex,
  type DivisionAtom,
  divide,
  type Index,
  index,
  range,
  scaleIndex,
} from '../../kernel/index.ts'
import * as s from '../../kernel/scalar.ts'

/** The row-major position of an access to an array of `shape`. */
export function flatten(at: readonly Index[], shape: readonly number[]): Index {
  return at.reduce((position, e, d) => addIndex(scaleIndex(position, shape[d]!), e), index(0))
}

/** The load as a choice between an element that is there and its `else`. */
export function explicitGuard(node: s.Scalar, shape: readonly number[]): s.Scalar {
  if (node.kind !== 'load' || node.fill === undefined) return node
  const element = s.load(node.type, node.buffer, node.index)
  const isInside = insideOf(node.index, shape)
  return isInside === undefined ? element : s.select(isInside, element, node.fill)
}

/** Whether the access is inside the array; undefined where that is certain. */
export function insideOf(at: readonly Index[], shape: readonly number[]): s.Scalar | undefined {
  const exact = at.flatMap(inexactDivisions).map(({ of, by }) => {
    return s.eq(s.indexValue(divide('mod', of, by)), i32(0))
  })
  const conditions = [...exact, ...at.flatMap((e, d) => boundsOf(e, shape[d]!))]
  const [first, ...rest] = conditions
  return first && rest.reduce(s.and, first)
}

const i32 = (value: number) => s.constant('i32', value)

function boundsOf(e: Index, size: number): readonly s.Scalar[] {
  const [low, high] = range(e)
  const below = low < 0 ? [s.ge(s.indexValue(e), i32(0))] : []
  return high >= size ? [...below, s.lt(s.indexValue(e), i32(size))] : below
}

function inexactDivisions({ terms }: Index): readonly DivisionAtom[] {
  return terms.flatMap(({ of }) => {
    if (of.kind === 'axis' || of.kind === 'value') return []
    return of.kind === 'exact' ? [of, ...inexactDivisions(of.of)] : inexactDivisions(of.of)
  })
}
