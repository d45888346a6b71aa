// What people want to know of the elements of a value: which numbers they lie between, how many are
// none, and where the first of those is.

import type { Literal } from '../ir/literal.ts'

/** `NaN`, `infinity` or `-infinity`; undefined for a number that is finite. */
export function nameOfNonFinite(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'infinity' : '-infinity'
}

/** The position of the first element that is NaN or infinite; undefined where there is none. */
export function firstNonFinite(value: Literal): number | undefined {
  for (let i = 0; i < value.size; i++) if (!Number.isFinite(value.at(i))) return i
  return undefined
}

/** How many elements are NaN or infinite. */
export function countNonFinite(value: Literal): number {
  let count = 0
  for (let i = 0; i < value.size; i++) if (!Number.isFinite(value.at(i))) count++
  return count
}

/** ` at [1, 2]` for a position in a shape; nothing for a scalar, which has but one. */
export function placeIn(shape: readonly number[], position: number): string {
  if (shape.length === 0) return ''
  const index: number[] = []
  let rest = position
  for (const extent of [...shape].reverse()) {
    index.unshift(rest % extent)
    rest = Math.floor(rest / extent)
  }
  return ` at [${index.join(', ')}]`
}

/** The range of the finite elements and the number of the others: `0 … 2.5, 3 NaN`. */
export function describeRange(value: Literal): string {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const others = new Map<string, number>()
  for (let i = 0; i < value.size; i++) {
    const element = value.at(i)
    const name = nameOfNonFinite(element)
    if (name !== undefined) others.set(name, (others.get(name) ?? 0) + 1)
    else [least, most] = [Math.min(least, element), Math.max(most, element)]
  }
  const counts = [...others].map(([name, count]) => (value.size === 1 ? name : `${count} ${name}`))
  const range = least === most ? [shown(least)] : [`${shown(least)} … ${shown(most)}`]
  return [...(least <= most ? range : []), ...counts].join(', ') || 'no elements'
}

/** A number with as many digits as a person reads. */
export const shown = (value: number) => String(Number(value.toPrecision(5)))
