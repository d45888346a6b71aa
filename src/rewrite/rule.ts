// A rewrite rule: a named value with its reason, its exactness and its own example, from which the
// one generic test of all rules and the rules page are made. Rules name what they match and what
// they build; finding the places is the driver's business.

import type { AttributeKind } from '../ir/attribute.ts'
import type { Appender, Value } from '../ir/builder.ts'
import { invariant } from '../support/diagnostic.ts'
import { depthOf, type Matched, type Pattern } from './pattern.ts'

/**
 * How much a rule may change a value. `bitwise`: nothing, at NaN, infinities and −0 too.
 * `rounding`: the last bits, the sign of a zero, or whether a sum or product leaves the range of
 * its dtype on its way. `stabilizing`: equal for real numbers; where the two sides differ by more
 * than `rounding`, the left one has lost digits, overflowed, or met 0/0 or 0 · ∞ on its way, and
 * the right one has not. `assumes-finite`: anything where an operand is NaN or infinite.
 */
export type Exactness = 'bitwise' | 'rounding' | 'stabilizing' | 'assumes-finite'

/** What every rule sees besides its captures. */
export interface RuleContext {
  /** The node that matched. */
  readonly root: Matched
  /**
   * The node that makes a value, for conditions that no pattern can say; undefined for arguments.
   */
  readonly madeBy: (value: Value) => Matched | undefined
  /** Where nodes without operands are appended. */
  readonly into: Appender
}

/** A small graph before and after the rule, as node lines; the last line is the result. */
export interface Example {
  /** The arguments: `%x: f32[4], %y: f32[4]`. */
  readonly given: string
  /** Node lines in text form. */
  readonly before: string
  /** Node lines in text form; a value alone, such as `%x`, where no node is left. */
  readonly after: string
}

/** A rule as it is written. */
export interface RuleSection<C> {
  readonly name: string
  /** One sentence: why the two sides are equal. */
  readonly why: string
  readonly exactness: Exactness
  readonly match: Pattern<C>
  /** Whether the rule applies; asked for every way in which the pattern matches. */
  readonly when?: (captures: C & RuleContext) => boolean
  /**
   * How many nodes deep the rule looks, where `madeBy` takes it deeper than its pattern: a change
   * so far below is a reason to try it again.
   */
  readonly depth?: number
  /** The replacement: one value, or one per result of a node with several. */
  readonly build: (captures: C & RuleContext) => Value | readonly Value[]
  readonly example: Example
  /** Further examples, one for each branch of `build` that the first does not reach. */
  readonly also?: readonly Example[]
}

/** A rule as the driver sees it. */
export interface Rule {
  readonly name: string
  readonly why: string
  readonly exactness: Exactness
  readonly match: Pattern
  readonly when: (captures: Readonly<Record<string, unknown>>) => boolean
  readonly depth: number
  readonly build: (captures: Readonly<Record<string, unknown>>) => Value | readonly Value[]
  readonly example: Example
  readonly also: readonly Example[]
}

/**
 * A rule from its section. The captures are typed by the pattern; inside the driver they are data.
 */
export function rule<C>(section: RuleSection<C>): Rule {
  const { when = () => true, build } = section
  const typed = (captures: Readonly<Record<string, unknown>>) =>
    captures as unknown as C & RuleContext
  return {
    name: section.name,
    why: section.why,
    exactness: section.exactness,
    match: section.match,
    when: captures => when(typed(captures)),
    depth: Math.max(section.depth ?? 0, depthOf(section.match)),
    build: captures => build(typed(captures)),
    example: section.example,
    also: section.also ?? [],
  }
}

/**
 * An attribute of a matched node, checked to be of its kind: `attribute(root, 'axes', integers)`.
 */
export function attribute<T>(of: Matched, name: string, kind: AttributeKind<T>): T {
  const value = of.attributes[name]
  invariant(kind.accepts(value), of.op.name, `attribute "${name}" is ${kind.what}`)
  return value as T
}

/** One side of an example as the text of a whole graph. */
export function exampleText({ given, before, after }: Example, side: 'before' | 'after'): string {
  const lines = (side === 'before' ? before : after)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const last = lines[lines.length - 1] ?? ''
  const nodes = last.includes('=') ? lines : lines.slice(0, -1)
  const result = last.split('=')[0]!.trim()
  const declared = given.split(/,\s*(?=%)/).map(argument => `input ${argument}`)
  const args = given === '' ? '' : declared.join(', ')
  const body = [...nodes, `return out = ${result}`].map(line => `  ${line}`)
  return [`graph @example(${args}) {`, ...body, '}', ''].join('\n')
}
