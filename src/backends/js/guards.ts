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
import type { Loop, Store } from '../../kernel/kernel.ts'
import * as s from '../../kernel/scalar.ts'
import { needsOf } from '../../kernel/uses.ts'
import type { Names } from '../../kernel/walk.ts'

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

/** What a guarded value is: `element` where the condition holds, else the constant. */
export interface Guarded {
  readonly condition: s.Scalar
  readonly element: s.Scalar
  readonly fill: number
}

/** The guard of a value that is guarded as a whole. */
export function guardedBy(value: s.Scalar): Guarded | undefined {
  if (value.kind !== 'op' || value.op !== 'select') return undefined
  const [condition, element, fill] = value.args as readonly [s.Scalar, s.Scalar, s.Scalar]
  return fill.kind === 'const' ? { condition, element, fill: fill.value } : undefined
}

/** The stores of a loop, and the guard that all their values share. */
export interface Border {
  readonly stores: readonly Store[]
  readonly condition: s.Scalar
  readonly fill: number
}

/**
 * The guard of everything that a loop stores, where it holds for all of the loop or for nothing.
 * Values that have been computed before the loop need none.
 */
export function borderOf({ axes, body }: Loop, computed: Names<unknown>): Border | undefined {
  const stores = body.filter(stmt => stmt.kind === 'store')
  if (stores.length < body.length) return undefined
  const guards = stores.map(({ value }) => (computed.has(value) ? undefined : guardedBy(value)))
  const [first] = guards
  if (first === undefined) return undefined
  const isSame = (one: Guarded | undefined) =>
    one?.condition === first.condition && Object.is(one.fill, first.fill)
  const needed = needsOf(first.condition).axes
  if (!guards.every(isSame) || axes.some(({ name }) => needed.has(name))) return undefined
  return { stores, condition: first.condition, fill: first.fill }
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
