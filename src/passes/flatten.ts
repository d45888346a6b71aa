// A value as the parts it is made of by ops of one kind: a product as its factors, a sum as its
// terms, however they are nested. Rules that look for two parts that belong together find them
// here, and take them out: the rest keeps the order that the user wrote.

import type { Value } from '../ir/builder.ts'
import type { Op } from '../ir/op.ts'
import type { Matched } from '../rewrite/pattern.ts'
import type { RuleContext } from '../rewrite/rule.ts'

/** Where a part stands in the whole. */
export interface Place {
  /** Of a factor its exponent, of a term its sign. */
  readonly power: number
  /**
   * The axis of the whole along which each axis of the part runs; undefined for an axis of size 1
   * that a reshape put in.
   */
  readonly axes: readonly (number | undefined)[]
}

/** One part of a whole. */
export interface Part extends Place {
  readonly value: Value
}

/** What a whole is made of. */
export interface Whole {
  readonly parts: readonly Part[]
  /** The whole without some of its parts; undefined where none is left. */
  readonly without: (taken: readonly Part[]) => Value | undefined
}

/**
 * Where the first operands of an op stand, given where its result does; undefined where it is a
 * part.
 */
export type Split = (
  of: Matched,
  place: Place,
  madeBy: RuleContext['madeBy'],
) => readonly Place[] | undefined

/** The ops that a kind of whole is nested by, and what undoes one of its parts. */
export interface Nesting {
  readonly splits: ReadonlyMap<Op, Split>
  readonly inverse: (x: Value) => Value
}

/** What is nested deeper is a part: rules look at a neighbourhood, not at a program. */
export const NESTED = 6

type Tree = Part | { readonly of: Matched; readonly children: readonly Child[] }

interface Child {
  readonly tree: Tree
  /** Whether it enters inverted: the divisor of a quotient, what a difference takes away. */
  readonly inverted: boolean
}

/** The parts of a value. `isPart` says of which values not to look inside. */
export function flatten(
  root: Value,
  nesting: Nesting,
  madeBy: RuleContext['madeBy'],
  isPart: (value: Value) => boolean = () => false,
): Whole {
  const parts: Part[] = []
  const grow = (value: Value, place: Place, depth: number): Tree => {
    const of = depth < NESTED && !isPart(value) ? madeBy(value) : undefined
    const places = of === undefined ? undefined : nesting.splits.get(of.op)?.(of, place, madeBy)
    if (of === undefined || places === undefined) {
      const part = { value, ...place }
      parts.push(part)
      return part
    }
    const children = places.map((own, i) => ({
      tree: grow(of.operands[i]!, own, depth + 1),
      inverted: i > 0 && own.power !== places[0]!.power,
    }))
    return { of, children }
  }
  const tree = grow(root, { power: 1, axes: root.type.shape.map((_, axis) => axis) }, 0)
  return { parts, without: taken => remaining(tree, taken, nesting) }
}

function remaining(tree: Tree, taken: readonly Part[], nesting: Nesting): Value | undefined {
  if (!('of' in tree)) return taken.includes(tree) ? undefined : tree.value
  const { of, children } = tree
  const left = children.map(child => remaining(child.tree, taken, nesting))
  if (left.every((value, i) => value?.id === of.operands[i]!.id)) return of.out
  const kept = left.filter(value => value !== undefined)
  if (kept.length === left.length) {
    const operands = [...kept, ...of.operands.slice(kept.length)]
    return of.out.builder.append(of.op, operands, of.attributes)[0]!
  }
  const [only] = kept
  const inverted = children.some((child, i) => child.inverted && left[i] === only)
  return only !== undefined && inverted ? nesting.inverse(only) : only
}
