// Which element types ops take. A dtype that is not one literal fits wherever one of those it may
// be does: the rest is found when the graph is built. A number as operand has no dtype of its own:
// `never`, which fits everywhere.

import type { Unknown } from '../../ir/shape-sentence.ts'
import { ALL, DISCRETE, FLOATS, NUMBERS, SIGNED } from '../../ops/families.ts'
import { DTYPES, type DTypeName, isFloat } from '../../support/dtype.ts'

/** Groups of dtypes that an op may accept. */
export interface Groups {
  readonly float: 'f32' | 'f64'
  readonly signed: 'f32' | 'f64' | 'i32'
  readonly number: 'f32' | 'f64' | 'i32' | 'u32'
  readonly discrete: 'i32' | 'u32' | 'bool'
  readonly any: DTypeName
}

/** The name of a group of dtypes. */
export type GroupName = keyof Groups

/** What sentences call a group, and the member to cast to. */
interface Words {
  readonly float: ['f32 or f64', 'f32']
  readonly signed: ['f32, f64 or i32', 'f32']
  readonly number: ['f32, f64, i32 or u32', 'f32']
  readonly discrete: ['i32, u32 or bool', 'i32']
  readonly any: ['a dtype', 'f32']
}

const MEMBERS: Readonly<Record<GroupName, readonly DTypeName[]>> = {
  float: FLOATS,
  signed: SIGNED,
  number: NUMBERS,
  discrete: DISCRETE,
  any: ALL,
}

/** A dtype as sentences show it. */
export type ShowDType<D> = Unknown<D> extends true ? '?' : D extends string ? D : '?'

/** Whether no dtype that `D` may be is one that `W` may be. */
type Apart<D, W> = [D] extends [W]
  ? false
  : [W] extends [D]
    ? false
    : [D & W] extends [never]
      ? true
      : false

/** `Rest` where an operand may have dtype `D`, else why not. */
export type NeedsRule<Op extends string, D, G extends GroupName, Rest = true> =
  Apart<D, Groups[G]> extends true
    ? `${Op}: needs ${Words[G][0]}, got ${ShowDType<D>}; use cast(x, '${Words[G][1]}')`
    : Rest

/** Why an operand of `dtype` is refused by an op that takes those of a group. */
export function needsRule(op: string, dtype: DTypeName, group: GroupName): string | undefined {
  const members = MEMBERS[group]
  if (members.includes(dtype)) return undefined
  const words = `${members.slice(0, -1).join(', ')} or ${members.at(-1)}`
  return `${op}: needs ${words}, got ${dtype}; use cast(x, '${members[0]}')`
}

/** `Rest` where operands of dtypes `D` and `E` may be combined, else why not. */
export type DTypesRule<Op extends string, D, E, Rest = true> =
  Apart<D, E> extends true
    ? `${Op}: dtypes differ: ${ShowDType<D>} (left) vs ${ShowDType<E>} (right); use cast(x, '${ShowDType<D>}')`
    : Rest

/** Why operands of two dtypes cannot be combined. */
export function dtypesRule(op: string, left: DTypeName, right: DTypeName): string | undefined {
  if (left === right) return undefined
  return `${op}: dtypes differ: ${left} (left) vs ${right} (right); use cast(x, '${left}')`
}

/** `Rest` where argument `Name` of dtype `D` may be `W`, else why not. */
export type WantRule<Op extends string, Name extends string, D, W extends string, Rest = true> =
  Apart<D, W> extends true
    ? `${Op}: ${Name} must be ${W}, got ${ShowDType<D>}; use cast(${Name}, '${W}')`
    : Rest

/** Why argument `name` of an op, which must be `wanted`, cannot be `dtype`. */
export function wantRule(
  op: string,
  name: string,
  dtype: DTypeName,
  wanted: DTypeName,
): string | undefined {
  if (dtype === wanted) return undefined
  return `${op}: ${name} must be ${wanted}, got ${dtype}; use cast(${name}, '${wanted}')`
}

/** Why a number cannot be an element of a tensor of `dtype`; floats round what they can hold. */
export function numberRule(op: string, value: number, dtype: DTypeName): string | undefined {
  const rounded = DTYPES[dtype].round(value)
  const isHeld = isFloat(dtype)
    ? Number.isFinite(rounded) === Number.isFinite(value)
    : rounded === value
  if (isHeld) return undefined
  const use = isFloat(dtype)
    ? "cast(x, 'f64')"
    : dtype === 'bool'
      ? '0 or 1'
      : 'a whole number in its range'
  return `${op}: ${value} is not a value of ${dtype}; use ${use}`
}
