// The cross-entropy of a sigmoid. What makes it stable turns y · log σ(z) + (1 − y) · log(1 − σ(z))
// into softpluses. Normal form: the op, however the terms are ordered, signed and summed.

import type { Value } from '../../ir/builder.ts'
import { softplus } from '../../ops/activation.ts'
import { add, neg, sub } from '../../ops/arithmetic.ts'
import { sigmoidCrossEntropy } from '../../ops/losses.ts'
import { reaches } from '../../rewrite/glance.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { NESTED, type Part, type Whole } from '../flatten.ts'
import { filled } from '../known.ts'
import { exchanged, sumOf } from '../sums.ts'
import { hasSoftplus, type Loss, oneSided, type Term, termOf, twoSided } from './logistic.ts'
import { summedOf } from './summed.ts'

type MadeBy = RuleContext['madeBy']

/** A softplus is looked for so many nodes below a sum before the sum is taken apart. */
const LOOKED_THROUGH = 8

/** Two terms of a sum, and what takes their place. */
interface Found {
  readonly sum: Whole
  readonly taken: readonly Part[]
  readonly loss: Loss
}

/** The first two terms that `join` makes something of; the first is one of `firsts`. */
function pairIn(
  whole: Whole,
  firsts: readonly Part[],
  join: (a: Part, b: Part) => Loss | undefined,
): Found | undefined {
  for (const a of firsts) {
    for (const b of whole.parts) {
      const loss = a === b ? undefined : join(a, b)
      if (loss !== undefined) return { sum: whole, taken: [a, b], loss }
    }
  }
  return undefined
}

/** The sum with the loss in the place of two of its terms. */
function replaced({ sum: whole, taken, loss: make }: Found): Value {
  const { sign, loss } = make()
  return exchanged(whole, taken, sign, loss)
}

/** A pair of terms that `join` makes a loss of. */
function lossOfTerms(
  root: Matched,
  madeBy: MadeBy,
  join: (a: Term, b: Term, madeBy: MadeBy) => Loss | undefined,
): Found | undefined {
  const whole = sumOf(root.out, madeBy)
  const term = ({ value, power }: Part) => termOf(value, power, madeBy)
  const firsts = whole.parts.filter(part => hasSoftplus(term(part), madeBy))
  return pairIn(whole, firsts, (a, b) => join(term(a), term(b), madeBy))
}

const sigmoidLoss = rule({
  name: 'sigmoid-cross-entropy',
  why: 'y · softplus(−z) + (1 − y) · softplus(z) is the cross-entropy of σ(z) and y',
  exactness: 'rounding',
  match: pattern([add, sub], any('left'), any('right')).near(reaches(softplus, LOOKED_THROUGH)),
  when: ({ root, madeBy }) => lossOfTerms(root, madeBy, twoSided) !== undefined,
  depth: NESTED + 3,
  build: ({ root, madeBy }) => replaced(lossOfTerms(root, madeBy, twoSided)!),
  example: {
    given: '%z: f32[n], %y: f32[n]',
    before: `
      %0 = neg %z : f32[n]
      %1 = softplus %0 : f32[n]
      %2 = mul %y, %1 : f32[n]
      %3 = full {value = 1, shape = [n], dtype = f32} : f32[n]
      %4 = sub %3, %y : f32[n]
      %5 = softplus %z : f32[n]
      %6 = mul %4, %5 : f32[n]
      %7 = add %2, %6 : f32[n]`,
    after: '%0 = sigmoid_cross_entropy %z, %y : f32[n]',
  },
  also: [
    {
      given: '%z: f32[n], %y: f32[n], %p: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %0 : f32[n]
        %2 = mul %y, %1 : f32[n]
        %3 = full {value = 3, shape = [n], dtype = f32} : f32[n]
        %4 = mul %2, %3 : f32[n]
        %5 = full {value = -1, shape = [n], dtype = f32} : f32[n]
        %6 = add %y, %5 : f32[n]
        %7 = softplus %z : f32[n]
        %8 = mul %6, %7 : f32[n]
        %9 = sub %p, %4 : f32[n]
        %10 = add %9, %8 : f32[n]`,
      after: `
        %0 = sigmoid_cross_entropy %z, %y {positive_weight = 3} : f32[n]
        %1 = sub %p, %0 : f32[n]`,
    },
    {
      given: '%z: f32[n], %y: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %z : f32[n]
        %2 = mul %y, %1 : f32[n]
        %3 = full {value = 0.5, shape = [n], dtype = f32} : f32[n]
        %4 = mul %2, %3 : f32[n]
        %5 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %6 = sub %5, %y : f32[n]
        %7 = softplus %0 : f32[n]
        %8 = mul %6, %7 : f32[n]
        %9 = full {value = 2, shape = [n], dtype = f32} : f32[n]
        %10 = mul %8, %9 : f32[n]
        %11 = add %4, %10 : f32[n]`,
      after: `
        %0 = neg %z : f32[n]
        %1 = full {value = 2, shape = [n], dtype = f32} : f32[n]
        %2 = sigmoid_cross_entropy %0, %y {positive_weight = 0.25} : f32[n]
        %3 = mul %2, %1 : f32[n]`,
    },
    {
      given: '%z: f32[n], %y: f32[n], %p: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %0 : f32[n]
        %2 = mul %y, %1 : f32[n]
        %3 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %4 = sub %3, %y : f32[n]
        %5 = softplus %z : f32[n]
        %6 = mul %4, %5 : f32[n]
        %7 = sub %p, %2 : f32[n]
        %8 = sub %7, %6 : f32[n]`,
      after: `
        %0 = sigmoid_cross_entropy %z, %y : f32[n]
        %1 = sub %p, %0 : f32[n]`,
    },
  ],
})

const sigmoidLossOfLogits = rule({
  name: 'sigmoid-cross-entropy-of-logits',
  why: 'softplus(z) − z · y is the cross-entropy of σ(z) and y, and cancels where the loss is small',
  exactness: 'stabilizing',
  match: pattern([add, sub], any('left'), any('right')).near(reaches(softplus, LOOKED_THROUGH)),
  when: ({ root, madeBy }) => lossOfTerms(root, madeBy, oneSided) !== undefined,
  depth: NESTED + 3,
  build: ({ root, madeBy }) => replaced(lossOfTerms(root, madeBy, oneSided)!),
  example: {
    given: '%z: f32[n], %y: f32[n]',
    before: `
      %0 = softplus %z : f32[n]
      %1 = mul %z, %y : f32[n]
      %2 = sub %0, %1 : f32[n]`,
    after: '%0 = sigmoid_cross_entropy %z, %y : f32[n]',
  },
  also: [
    {
      given: '%z: f32[n], %y: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %0 : f32[n]
        %2 = mul %y, %z : f32[n]
        %3 = add %2, %1 : f32[n]`,
      after: `
        %0 = neg %z : f32[n]
        %1 = sigmoid_cross_entropy %0, %y : f32[n]`,
    },
  ],
})

/** A pair of summed terms that are summed the same way and make a loss. */
function lossOfSums(root: Matched, madeBy: MadeBy): Found | undefined {
  const whole = sumOf(root.out, madeBy)
  const isSummed = (part: Part) => summedOf(part, madeBy) !== undefined
  return pairIn(whole, whole.parts.filter(isSummed), (a, b) => {
    const [first, second] = [summedOf(a, madeBy)!, summedOf(b, madeBy)]
    const make = first.how === second?.how && twoSided(first.term, second.term, madeBy)
    if (!make) return undefined
    return () => {
      const { sign, loss } = make()
      return { sign, loss: first.again(loss) }
    }
  })
}

const sigmoidLossOfSums = rule({
  name: 'sigmoid-cross-entropy-of-sums',
  why: 'two sums of the terms of a cross-entropy are one sum of cross-entropies',
  exactness: 'rounding',
  match: pattern([add, sub], any('left'), any('right')).near(reaches(softplus, LOOKED_THROUGH)),
  when: ({ root, madeBy }) => lossOfSums(root, madeBy) !== undefined,
  depth: NESTED + 3,
  build: ({ root, madeBy }) => replaced(lossOfSums(root, madeBy)!),
  example: {
    given: '%z: f32[n], %y: f32[n]',
    before: `
      %0 = neg %z : f32[n]
      %1 = softplus %0 : f32[n]
      %2 = mul %y, %1 : f32[n]
      %3 = sum %2 {axes = [0]} : f32[]
      %4 = full {value = 1, shape = [n], dtype = f32} : f32[n]
      %5 = sub %4, %y : f32[n]
      %6 = softplus %z : f32[n]
      %7 = mul %5, %6 : f32[n]
      %8 = sum %7 {axes = [0]} : f32[]
      %9 = add %3, %8 : f32[]`,
    after: `
      %0 = sigmoid_cross_entropy %z, %y : f32[n]
      %1 = sum %0 {axes = [0]} : f32[]`,
  },
  also: [
    {
      given: '%z: f32[1,n], %y: f32[1,n]',
      before: `
        %0 = neg %z : f32[1,n]
        %1 = softplus %0 : f32[1,n]
        %2 = matmul %y, %1 {contract = [[1], [1]]} : f32[1,1]
        %3 = full {value = 1, shape = [1, n], dtype = f32} : f32[1,n]
        %4 = sub %3, %y : f32[1,n]
        %5 = softplus %z : f32[1,n]
        %6 = matmul %4, %5 {contract = [[1], [1]]} : f32[1,1]
        %7 = add %2, %6 : f32[1,1]`,
      after: `
        %0 = sigmoid_cross_entropy %z, %y : f32[1,n]
        %1 = sum %0 {axes = [0, 1]} : f32[]
        %2 = reshape %1 {shape = [1, 1]} : f32[1,1]`,
    },
    {
      given: '%z: f32[n], %y: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %0 : f32[n]
        %2 = full {value = 2, shape = [n], dtype = f32} : f32[n]
        %3 = mul %y, %2 : f32[n]
        %4 = matmul %3, %1 {contract = [[0], [0]]} : f32[]
        %5 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %6 = sub %5, %y : f32[n]
        %7 = mul %6, %2 : f32[n]
        %8 = softplus %z : f32[n]
        %9 = matmul %7, %8 {contract = [[0], [0]]} : f32[]
        %10 = add %4, %9 : f32[]`,
      after: `
        %0 = full {value = 2, shape = [n], dtype = f32} : f32[n]
        %1 = sigmoid_cross_entropy %z, %y : f32[n]
        %2 = mul %1, %0 : f32[n]
        %3 = sum %2 {axes = [0]} : f32[]`,
    },
  ],
})

const flipped = rule({
  name: 'sigmoid-cross-entropy-flip',
  why: 'the loss of −z and 1 − y is that of z and y, and 1 − y rounds a small y away',
  exactness: 'stabilizing',
  match: pattern(sigmoidCrossEntropy, pattern(neg, any('z')), pattern(sub, filled(1), any('y'))),
  when: ({ root }) => root.attributes.positive_weight === 1,
  build: ({ z, y }) => sigmoidCrossEntropy(z, y),
  example: {
    given: '%z: f32[n], %y: f32[n]',
    before: `
      %0 = neg %z : f32[n]
      %1 = full {value = 1, shape = [n], dtype = f32} : f32[n]
      %2 = sub %1, %y : f32[n]
      %3 = sigmoid_cross_entropy %0, %2 : f32[n]`,
    after: '%0 = sigmoid_cross_entropy %z, %y {positive_weight = 1} : f32[n]',
  },
})

/** Rules of the cross-entropy of a sigmoid; see the head of this file. */
export const sigmoidLossRules: readonly Rule[] = [
  sigmoidLoss,
  sigmoidLossOfLogits,
  sigmoidLossOfSums,
  flipped,
]
