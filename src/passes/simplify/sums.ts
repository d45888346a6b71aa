// Sums as a whole. Normal form: of the terms of a tree of sums and differences at most one is
// known, and none is there twice.

import type { Value } from '../../ir/builder.ts'
import type { ValueId } from '../../ir/graph.ts'
import type { Op } from '../../ir/op.ts'
import { add, mul, neg, scale, sub } from '../../ops/arithmetic.ts'
import { fullLike } from '../../ops/creation.ts'
import { any, type Glance, type Matched, pattern } from '../../rewrite/pattern.ts'
import { type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { fillOf } from '../known.ts'
import { addsUp, isModest } from './known-numbers.ts'

/** How far below its root a sum is looked at as one. */
const LEVELS = 3

const SUMS: ReadonlySet<Op> = new Set([add, sub, neg].map(({ op }) => op))

/** Whether one of the operands is a sum itself. */
const isAboveSum: Glance = ({ operands }, view) =>
  operands.some(id => {
    const maker = view.definition(id)
    return maker !== undefined && SUMS.has(maker.op)
  })

/** Whether one of the operands is made by scaling the other. */
const isOneScaled: Glance = ({ operands: [x, y] }, view) => {
  const base = (id: ValueId) => {
    const maker = view.definition(id)
    return maker?.op === mul.op ? maker.operands[0]! : id
  }
  return base(x!) === base(y!)
}

/** ± value. */
interface Term {
  readonly value: Value
  readonly sign: 1 | -1
}

/** The terms of a sum, in order. What others use too is one term: its sum is there already. */
function termsOf(
  root: Matched,
  madeBy: RuleContext['madeBy'],
  sign: 1 | -1 = 1,
  level = 0,
): Term[] {
  return root.operands.flatMap((value, i): Term[] => {
    const flips = root.op === neg.op || (root.op === sub.op && i === 1)
    const own = flips ? (-sign as 1 | -1) : sign
    const maker = level < LEVELS ? madeBy(value) : undefined
    if (maker === undefined || !isSum(maker)) return [{ value, sign: own }]
    return termsOf(maker, madeBy, own, level + 1)
  })
}

const isSum = (of: Matched) => SUMS.has(of.op) && of.useCount === 1

const total = (terms: readonly Term[], sign: 1 | -1): Value | undefined => {
  const values = terms.flatMap(term => (term.sign === sign ? [term.value] : []))
  return values.length === 0 ? undefined : values.reduce((sum, value) => add(sum, value))
}

/** Terms that are known, each with its sign taken in, and those that are not. */
function splitTerms({ root, madeBy }: RuleContext) {
  const known: number[] = []
  const others = termsOf(root, madeBy).filter(({ value, sign }) => {
    const maker = madeBy(value)
    const fill = maker === undefined ? undefined : fillOf(maker)
    if (fill !== undefined) known.push(sign * fill)
    return fill === undefined
  })
  return { known, others }
}

/** The sum of known terms; undefined where that would lose one of them. */
function knownSum(known: readonly number[], dtype: DTypeName): number | undefined {
  return known.reduce<number | undefined>(
    (sum, term) => (sum !== undefined && addsUp(sum, term, dtype) ? sum + term : undefined),
    0,
  )
}

const knownTerms = rule({
  name: 'known-terms',
  why: 'the known terms of a sum are one known term: c − (x + b) = (c − b) − x',
  exactness: 'rounding',
  match: pattern([add, sub], any('x'), any('y')).near(isAboveSum),
  when: context => {
    const { known, others } = splitTerms(context)
    const sum = knownSum(known, context.x.type.dtype)
    return known.length > 1 && others.length > 0 && sum !== undefined
  },
  depth: LEVELS + 2,
  build: context => {
    const { known, others } = splitTerms(context)
    const [plus, minus] = [total(others, 1), total(others, -1)]
    const constant = fullLike(context.x, knownSum(known, context.x.type.dtype)!)
    if (plus === undefined) return sub(constant, minus!)
    return add(minus === undefined ? plus : sub(plus, minus), constant)
  },
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = sub %0, %x : f32[4]
      %3 = add %2, %y : f32[4]
      %4 = add %3, %1 : f32[4]`,
    after: `
      %0 = full {value = 5, shape = [4], dtype = f32} : f32[4]
      %1 = sub %y, %x : f32[4]
      %2 = add %1, %0 : f32[4]`,
  },
  also: [
    {
      given: '%x: f32[4]',
      before: `
        %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
        %1 = full {value = -3, shape = [4], dtype = f32} : f32[4]
        %2 = add %x, %1 : f32[4]
        %3 = sub %0, %2 : f32[4]`,
      after: `
        %0 = full {value = 5, shape = [4], dtype = f32} : f32[4]
        %1 = sub %0, %x : f32[4]`,
    },
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
        %1 = add %x, %0 : f32[4]
        %2 = add %y, %0 : f32[4]
        %3 = add %1, %2 : f32[4]`,
      after: `
        %0 = add %x, %y : f32[4]
        %1 = full {value = 4, shape = [4], dtype = f32} : f32[4]
        %2 = add %0, %1 : f32[4]`,
    },
  ],
})

/** A term as a known number of times a value. */
interface Multiple {
  readonly base: Value
  readonly times: number
}

function multipleOf({ value, sign }: Term, madeBy: RuleContext['madeBy']): Multiple {
  const maker = madeBy(value)
  const right =
    maker?.op === mul.op && maker.useCount === 1 ? madeBy(maker.operands[1]!) : undefined
  const factor = right === undefined ? undefined : fillOf(right)
  if (factor === undefined) return { base: value, times: sign }
  return { base: maker!.operands[0]!, times: sign * factor }
}

/** The first value that several terms are multiples of, their sum, and the other terms. */
function repeatedTerm({
  root,
  madeBy,
}: RuleContext): { all: Multiple; others: Term[] } | undefined {
  const terms = termsOf(root, madeBy)
  const multiples = terms.map(term => multipleOf(term, madeBy))
  const bases = multiples.map(({ base }) => base)
  const base = bases.find((value, i) => bases.indexOf(value) < i)
  if (base === undefined) return undefined
  const times = multiples.reduce((sum, of) => (of.base === base ? sum + of.times : sum), 0)
  return { all: { base, times }, others: terms.filter((_, i) => bases[i] !== base) }
}

const repeatedTerms = rule({
  name: 'repeated-terms',
  why: 'terms of one value are a multiple of it: a · x + b · x = (a + b) · x',
  exactness: 'rounding',
  match: pattern([add, sub], any('x'), any('y')).near(
    (node, view) => isAboveSum(node, view) || isOneScaled(node, view),
  ),
  when: context => isModest(repeatedTerm(context)?.all.times ?? 0),
  depth: LEVELS + 2,
  build: context => {
    const { all, others } = repeatedTerm(context)!
    const terms: Term[] = [{ value: scale(all.base, all.times), sign: 1 }, ...others]
    const minus = total(terms, -1)
    return minus === undefined ? total(terms, 1)! : sub(total(terms, 1)!, minus)
  },
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = sub %1, %y : f32[4]
      %3 = add %2, %x : f32[4]`,
    after: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = sub %1, %y : f32[4]`,
  },
  also: [
    {
      given: '%x: f32[4]',
      before: '%0 = add %x, %x : f32[4]',
      after: `
        %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
        %1 = mul %x, %0 : f32[4]`,
    },
  ],
})

/** Rules of sums; see the head of this file. */
export const sumRules: readonly Rule[] = [knownTerms, repeatedTerms]
