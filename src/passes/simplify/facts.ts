// Rules that hold for every op with a certain fact, an op of a user's own included: they are
// generated from the facts, and no op is named here. Normal form: known operands of a commutative
// op stand on the right, and nothing is applied that its facts say has no effect.

import { printAttributes } from '../../ir/attribute.ts'
import { evaluateOp } from '../../ir/evaluate.ts'
import type { Node } from '../../ir/graph.ts'
import { Literal, roundTo } from '../../ir/literal.ts'
import type { Facts, Op } from '../../ir/op.ts'
import { typesEqual } from '../../ir/type.ts'
import { full } from '../../ops/creation.ts'
import { any, type Glance, having, type Matched, pattern, unlike } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled, fillOf, isKnown } from '../known.ts'
import { addsUp, isModest } from './known-numbers.ts'

const has =
  (...facts: (keyof Facts)[]) =>
  (op: Op) =>
    facts.some(fact => op.facts[fact] !== undefined)

/** Whether the fact of an op is the number `found` in the dtype of its result. */
function isFact(root: Matched, fact: 'rightIdentity' | 'roundedIdentity', found: number): boolean {
  const value = root.op.facts[fact]
  return value !== undefined && Object.is(roundTo(root.out.type.dtype)(value), found)
}

/** Whether an operand is known to be the number that a fact of the op names; most are another. */
const isBesideFact =
  (...facts: ('rightIdentity' | 'roundedIdentity' | 'absorbing' | 'finiteAbsorbing')[]): Glance =>
  ({ op, operands, results }, view) =>
    operands.some(id => {
      const maker = view.definition(id)
      const fill = maker === undefined ? undefined : fillOf(maker)
      if (fill === undefined) return false
      const round = roundTo(results[0]!.type.dtype)
      return facts.some(fact => op.facts[fact] !== undefined && round(op.facts[fact]) === fill)
    })

/** Whether two nodes apply one op with the same attributes. */
function sameOp(a: Matched, b: Matched): boolean {
  const key = ({ op, attributes }: Matched) => printAttributes(op.attributes, attributes)
  return a.op === b.op && key(a) === key(b)
}

const identity = rule({
  name: 'identity',
  why: 'e is the identity of f, bit for bit: f(x, e) = x',
  exactness: 'bitwise',
  match: pattern(has('rightIdentity'), any('x'), filled('e')).near(isBesideFact('rightIdentity')),
  when: ({ root, x, e }) => isFact(root, 'rightIdentity', e) && typesEqual(x.type, root.out.type),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
    after: '%x',
  },
})

const roundedIdentity = rule({
  name: 'rounded-identity',
  why: 'e is the identity of f but for the sign of a zero: −0 + 0 is +0',
  exactness: 'rounding',
  match: pattern(has('roundedIdentity'), any('x'), filled('e')).near(
    isBesideFact('roundedIdentity'),
  ),
  when: ({ root, x, e }) => isFact(root, 'roundedIdentity', e) && typesEqual(x.type, root.out.type),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %1 = add %x, %0 : f32[4]`,
    after: '%x',
  },
})

/**
 * The value that absorbs every operand of the matched node, NaN too. Integers are always finite.
 */
function absorber({ op, out }: Matched): number | undefined {
  const { absorbing, finiteAbsorbing } = op.facts
  return absorbing ?? (isFloat(out.type.dtype) ? undefined : finiteAbsorbing)
}

const absorbing = rule({
  name: 'absorbing',
  why: 'f(x, a) = a for every x',
  exactness: 'bitwise',
  match: pattern(has('absorbing', 'finiteAbsorbing'), any('x'), filled('a')).near(
    isBesideFact('absorbing', 'finiteAbsorbing'),
  ),
  when: ({ root, a }) => absorber(root) === a,
  build: ({ root, into, a }) => full(into, a, root.out.type),
  example: {
    given: '%x: i32[4]',
    before: `
      %0 = full {value = 0, shape = [4], dtype = i32} : i32[4]
      %1 = mul %x, %0 : i32[4]`,
    after: '%0 = full {value = 0, shape = [4], dtype = i32} : i32[4]',
  },
})

const finiteAbsorbing = rule({
  name: 'finite-absorbing',
  why: 'f(x, a) = a unless x is NaN or infinite',
  exactness: 'assumes-finite',
  match: pattern(has('finiteAbsorbing'), any('x'), filled('a')).near(
    isBesideFact('finiteAbsorbing'),
  ),
  when: ({ root, a }) => root.op.facts.finiteAbsorbing === a,
  build: ({ root, into, a }) => full(into, a, root.out.type),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
    after: '%0 = full {value = 0, shape = [4], dtype = f32} : f32[4]',
  },
})

const involution = rule({
  name: 'involution',
  why: 'f undoes itself: f(f(x)) = x',
  exactness: 'bitwise',
  match: pattern(has('involution'), pattern(has('involution'), any('x')).as('inner')),
  when: ({ root, inner }) => sameOp(root, inner),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = neg %0 : f32[4]`,
    after: '%x',
  },
})

const idempotent = rule({
  name: 'idempotent',
  why: 'doing it twice changes nothing: f(f(x)) = f(x)',
  exactness: 'bitwise',
  match: pattern(has('idempotent'), pattern(has('idempotent'), any('x')).as('inner')),
  when: ({ root, inner }) => sameOp(root, inner),
  build: ({ inner }) => inner.out,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = abs %x : f32[4]
      %1 = abs %0 : f32[4]`,
    after: '%0 = abs %x : f32[4]',
  },
})

const idempotentPair = rule({
  name: 'idempotent-pair',
  why: 'a value combined with itself is itself: f(x, x) = x',
  exactness: 'bitwise',
  match: pattern(has('idempotent'), any('x'), any('x')),
  build: ({ x }) => x,
  example: { given: '%x: f32[4]', before: '%0 = maximum %x, %x : f32[4]', after: '%x' },
})

const isMadeKnown = (maker: Node | undefined) => maker !== undefined && isKnown(maker)

const knownOnTheRight = rule({
  name: 'known-on-the-right',
  why: 'f is commutative; with known operands on the right, other rules and cse meet one form only',
  exactness: 'bitwise',
  match: pattern(has('commutative'), having(isKnown), unlike('x', isKnown)).near(
    ({ operands: [left] }, view) => isMadeKnown(view.definition(left!)),
  ),
  build: ({ root, into, x }) => into.append(root.op, [x, root.operands[0]!], root.attributes)[0]!,
  example: {
    given: '%x: f32[2]',
    before: `
      %0 = constant {value = f32[2] [1, 2]} : f32[2]
      %1 = mul %0, %x : f32[2]`,
    after: `
      %0 = constant {value = f32[2] [1, 2]} : f32[2]
      %1 = mul %x, %0 : f32[2]`,
  },
})

/** f(a, b) as one number of the dtype of the matched node. */
function combined({ op, out, attributes }: Matched, a: number, b: number): number {
  const scalars = [a, b].map(value => Literal.scalar(out.type.dtype, value))
  return evaluateOp(op, scalars, attributes, 'dtype')[0]!.at(0)
}

const adds = (root: Matched) => root.op.facts.roundedIdentity === 0

/**
 * Whether f(x, f(a, b)) differs from f(f(x, a), b) by a rounding only. An overflow or underflow of
 * f(a, b) is none: the steps taken one by one may avoid it.
 */
function isHarmless(root: Matched, a: number, b: number): boolean {
  if (adds(root)) return addsUp(a, b, root.out.type.dtype)
  const both = combined(root, a, b)
  const vanished = both === 0 && a !== 0 && b !== 0
  return Number.isFinite(both) && !vanished
}

const isAssociative = (op: Op) => op.facts.associative === true && op.facts.commutative === true

const associate = rule({
  name: 'associate-known',
  why: 'f is associative: f(f(x, a), b) = f(x, f(a, b)), and f(a, b) is known',
  exactness: 'rounding',
  match: pattern(
    isAssociative,
    pattern(isAssociative, any('x'), filled('a')).as('inner'),
    filled('b'),
  ),
  when: ({ root, inner, a, b }) => sameOp(root, inner) && isHarmless(root, a, b),
  build: ({ root, into, x, a, b }) => {
    const known = full(into, combined(root, a, b), root.out.type)
    return into.append(root.op, [x, known], root.attributes)[0]!
  },
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = mul %x, %0 : f32[4]
      %3 = mul %2, %1 : f32[4]`,
    after: `
      %0 = full {value = 6, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

/**
 * Whether a known operand may be taken before or after another. Not in a sum: (x − 1) + y keeps the
 * digits of a small y where x is near 1, and (x + y) − 1 does not.
 */
function mayWait(root: Matched, known: number): boolean {
  if (root.op.facts.idempotent === true || !isFloat(root.out.type.dtype)) return true
  return !adds(root) && isModest(known)
}

const knownOutward = rule({
  name: 'known-outward',
  why: 'f is associative: f(f(x, c), y) = f(f(x, y), c), and outside c meets others like it',
  exactness: 'rounding',
  match: pattern(
    isAssociative,
    pattern(isAssociative, any('x'), filled('c')).as('inner'),
    unlike('y', isKnown),
  ),
  when: ({ root, inner, c }) => inner.useCount === 1 && sameOp(root, inner) && mayWait(root, c),
  build: ({ root, into, x, y, c }) => {
    const { op, attributes, out } = root
    return into.append(
      op,
      [into.append(op, [x, y], attributes)[0]!, full(into, c, out.type)],
      attributes,
    )[0]!
  },
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = mul %1, %y : f32[4]`,
    after: `
      %0 = mul %x, %y : f32[4]
      %1 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %2 = mul %0, %1 : f32[4]`,
  },
})

/** Rules from facts; see the head of this file. */
export const factRules: readonly Rule[] = [
  identity,
  roundedIdentity,
  absorbing,
  finiteAbsorbing,
  involution,
  idempotent,
  idempotentPair,
  knownOnTheRight,
  associate,
  knownOutward,
]
