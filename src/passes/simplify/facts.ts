// Rules that hold for every op with a certain fact, an op of a user's own included: they are
// generated from the facts, and no op is named here. Normal form: known operands of a commutative
// op stand on the right, and nothing is applied that its facts say has no effect.

import { printAttributes } from '../../ir/attribute.ts'
import { evaluateOp } from '../../ir/evaluate.ts'
import { Literal, roundTo } from '../../ir/literal.ts'
import type { Facts, Op } from '../../ir/op.ts'
import { typesEqual } from '../../ir/type.ts'
import { full } from '../../ops/creation.ts'
import { any, having, type Matched, pattern, unlike } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled, isKnown } from '../known.ts'

const has =
  (...facts: (keyof Facts)[]) =>
  (op: Op) =>
    facts.some(fact => op.facts[fact] !== undefined)

/** Whether the fact of an op is the number `found` in the dtype of its result. */
function isFact(root: Matched, fact: 'rightIdentity' | 'roundedIdentity', found: number): boolean {
  const value = root.op.facts[fact]
  return value !== undefined && Object.is(roundTo(root.out.type.dtype)(value), found)
}

/** Whether two nodes apply one op with the same attributes. */
function sameOp(a: Matched, b: Matched): boolean {
  const key = ({ op, attributes }: Matched) => printAttributes(op.attributes, attributes)
  return a.op === b.op && key(a) === key(b)
}

const identity = rule({
  name: 'identity',
  why: 'e is the identity of f, bit for bit: f(x, e) = x',
  exactness: 'bitwise',
  match: pattern(has('rightIdentity'), any('x'), filled('e')),
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
  match: pattern(has('roundedIdentity'), any('x'), filled('e')),
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
  match: pattern(has('absorbing', 'finiteAbsorbing'), any('x'), filled('a')),
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
  match: pattern(has('finiteAbsorbing'), any('x'), filled('a')),
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

const knownOnTheRight = rule({
  name: 'known-on-the-right',
  why: 'f is commutative; with known operands on the right, other rules and cse meet one form only',
  exactness: 'bitwise',
  match: pattern(has('commutative'), having(isKnown), unlike('x', isKnown)),
  when: ({ root, x }) => root.operands[1] === x,
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

/**
 * Whether f(x, f(a, b)) differs from f(f(x, a), b) by a rounding only. An overflow or underflow of
 * f(a, b) is none: the steps taken one by one may avoid it. Nor is a cancellation: (x + 1e8) − 1e8
 * rounds x to what survives beside 1e8, and may be written for just that.
 */
function isHarmless(root: Matched, a: number, b: number): boolean {
  const both = combined(root, a, b)
  const vanished = both === 0 && a !== 0 && b !== 0
  if (!Number.isFinite(both) || vanished) return false
  const adds = root.op.facts.roundedIdentity === 0
  const cancels = adds && Math.abs(both) < Math.max(Math.abs(a), Math.abs(b))
  return !cancels || !isFloat(root.out.type.dtype)
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
]
