// The spellings that printer and parser of kernel text must agree on.

import type { DTypeName } from '../support/dtype.ts'
import type { ScalarOp } from './scalar-ops.ts'

/** How an operation between its operands is written; a higher level binds tighter. */
export interface Infix {
  readonly op: ScalarOp
  readonly symbol: string
  readonly level: number
}

const ROWS: readonly Infix[] = [
  { op: 'lt', symbol: '<', level: 1 },
  { op: 'le', symbol: '<=', level: 1 },
  { op: 'eq', symbol: '==', level: 1 },
  { op: 'ne', symbol: '!=', level: 1 },
  { op: 'gt', symbol: '>', level: 1 },
  { op: 'ge', symbol: '>=', level: 1 },
  { op: 'add', symbol: '+', level: 2 },
  { op: 'sub', symbol: '-', level: 2 },
  { op: 'mul', symbol: '*', level: 3 },
  { op: 'div', symbol: '/', level: 3 },
]

/** The infix operations by name. All are left-associative. */
export const INFIX: ReadonlyMap<ScalarOp, Infix> = new Map(ROWS.map(row => [row.op, row]))

/** The infix operations by symbol. */
export const INFIX_BY_SYMBOL: ReadonlyMap<string, Infix> = new Map(
  ROWS.map(row => [row.symbol, row]),
)

/** What follows the digits of a literal, by its type. */
export const LITERAL_SUFFIX: Readonly<Record<DTypeName, string>> = {
  f32: '',
  f64: 'd',
  i32: 'i',
  u32: 'u',
  bool: '',
}
