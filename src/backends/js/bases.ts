// What the positions of a loop have in common. V8 adds up `12544 * a + 448 * b + 16 * c + d` anew
// for every element, as each sum may overflow; the part that does not change along the innermost
// loop is computed before it. Measured, a copy of [8, 16, 16, 32] in pieces takes 2.5 ns an element
// without and 1.6 with it.

import { type Atom, type Index, index } from '../../kernel/index.ts'
import type { Loop } from '../../kernel/kernel.ts'
import { axesOfIndex, loadsOf, scalarsOf, storesOf } from '../../kernel/uses.ts'
import type { Place } from './expression.ts'
import { flatten } from './guards.ts'

/** A position as what does not change along an axis, and the rest with the constant. */
export function split({ constant, terms }: Index, axis: string): readonly [Index, Index] {
  const isFixed = ({ of }: { readonly of: Atom }) => isAxes(of) && !axesOf(of).includes(axis)
  return [
    index(0, terms.filter(isFixed)),
    index(
      constant,
      terms.filter(term => !isFixed(term)),
    ),
  ]
}

const axesOf = (of: Atom): readonly string[] =>
  of.kind === 'axis' ? [of.axis.name] : of.kind === 'value' ? [] : axesOfIndex(of.of)

/** Whether an atom is made of axes alone: what is loaded may have changed. */
const isAxes = (of: Atom): boolean =>
  of.kind !== 'value' && (of.kind === 'axis' || of.of.terms.every(term => isAxes(term.of)))

/** The parts that are worth a line before a loop of which the last axis runs fastest. */
export function basesOf(loop: Loop, places: ReadonlyMap<string, Place>): readonly Index[] {
  const axis = loop.axes.at(-1)
  if (axis === undefined || loop.body.some(({ kind }) => kind === 'loop')) return []
  const accesses = [...storesOf(loop), ...loadsOf(scalarsOf(loop))]
  const found = accesses.flatMap(({ buffer, index: at }) => {
    const place = places.get(buffer)
    if (place === undefined) return []
    const [base, rest] = split(flatten(at, place.shape), axis.name)
    return rest.terms.length > 0 && isWork(base) ? [base] : []
  })
  return [...new Set(found)]
}

/** Whether it takes more than to name it: a sum, or a division. */
const isWork = ({ terms }: Index) => terms.length > 1 || terms.some(({ of }) => of.kind !== 'axis')
