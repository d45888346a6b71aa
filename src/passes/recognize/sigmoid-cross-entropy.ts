// The cross-entropy of a sigmoid. What makes it stable turns y · log σ(z) + (1 − y) · log(1 − σ(z))
// into softpluses. Normal form: the op, however the terms are ordered, signed and summed.

import { axisPair, printAttributes } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sizeOf } from '../../ir/dim.ts'
import { shapesEqual } from '../../ir/type.ts'
import { add, mul, neg, sub } from '../../ops/arithmetic.ts'
import { dropAxes } from '../../ops/axes.ts'
import { sum } from '../../ops/broadcast.ts'
import { matmul } from '../../ops/contraction.ts'
import { sigmoidCrossEntropy } from '../../ops/losses.ts'
import { reshape } from '../../ops/movement.ts'
import { mean } from '../../ops/statistics.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import type { Part, Whole } from '../flatten.ts'
import { filled } from '../known.ts'
import { productOf } from '../products.ts'
import { exchanged, sumOf } from '../sums.ts'
import { type Loss, oneSided, type Term, termOf, twoSided } from './logistic.ts'

type MadeBy = RuleContext['madeBy']

/** Two terms of a sum, and what takes their place. */
interface Found {
  readonly sum: Whole
  readonly taken: readonly Part[]
  readonly loss: Loss
}

/** The first two terms of a sum that `join` makes something of. */
function pairIn(
  { out }: Matched,
  madeBy: MadeBy,
  join: (a: Part, b: Part) => Loss | undefined,
): Found | undefined {
  const whole = sumOf(out, madeBy)
  for (const a of whole.parts) {
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

const lossOf = (a: Term, b: Term, madeBy: MadeBy): Loss | undefined =>
  twoSided(a, b, madeBy) ?? oneSided(a, b, madeBy)

const lossOfTerms = (root: Matched, madeBy: MadeBy) =>
  pairIn(root, madeBy, (a, b) =>
    lossOf(termOf(a.value, a.power, madeBy), termOf(b.value, b.power, madeBy), madeBy),
  )

const sigmoidLoss = rule({
  name: 'sigmoid-cross-entropy',
  why: 'y · softplus(−z) + (1 − y) · softplus(z) is the cross-entropy of σ(z), as softplus(z) − z · y is',
  exactness: 'stabilizing',
  match: pattern([add, sub], any('x'), any('y')),
  when: ({ root, madeBy }) => lossOfTerms(root, madeBy) !== undefined,
  depth: 6,
  build: ({ root, madeBy }) => replaced(lossOfTerms(root, madeBy)!),
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
      given: '%z: f32[n], %y: f32[n], %w: f32[n]',
      before: `
        %0 = neg %z : f32[n]
        %1 = softplus %z : f32[n]
        %2 = mul %y, %1 : f32[n]
        %3 = mul %w, %2 : f32[n]
        %4 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %5 = sub %4, %y : f32[n]
        %6 = mul %w, %5 : f32[n]
        %7 = softplus %0 : f32[n]
        %8 = mul %6, %7 : f32[n]
        %9 = add %3, %8 : f32[n]`,
      after: `
        %0 = neg %z : f32[n]
        %1 = sigmoid_cross_entropy %0, %y : f32[n]
        %2 = mul %1, %w : f32[n]`,
    },
    {
      given: '%z: f32[n], %y: f32[n]',
      before: `
        %0 = softplus %z : f32[n]
        %1 = mul %z, %y : f32[n]
        %2 = sub %0, %1 : f32[n]`,
      after: '%0 = sigmoid_cross_entropy %z, %y : f32[n]',
    },
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

/** A term that is summed over axes: each of its elements, and how those are summed. */
interface Summed {
  readonly term: Term
  /** Equal for terms that are summed the same way. */
  readonly how: string
  readonly again: (loss: Value) => Value
}

function summedOf({ value, power }: Part, madeBy: MadeBy): Summed | undefined {
  const of = madeBy(value)
  if (of === undefined) return undefined
  if (of.op === matmul.op) return dotOf(of, power, madeBy)
  if (of.op !== sum.op && of.op !== mean.op) return undefined
  const [x] = of.operands as readonly [Value]
  return {
    term: termOf(x, power, madeBy),
    how: `${of.op.name} ${printAttributes(of.op.attributes, of.attributes)} ${x.type.shape}`,
    again: loss => loss.builder.append(of.op, [loss], of.attributes)[0]!,
  }
}

const isAscending = (axes: readonly number[]) =>
  axes.every((axis, i) => i === 0 || axis > axes[i - 1]!)

/** Whether a contraction multiplies elements in order and adds them all up. */
function isDot(of: Matched): boolean {
  const contract = attribute(of, 'contract', axisPair)
  return (
    sizeOf(of.out.type.shape) === 1 &&
    contract.every(isAscending) &&
    of.operands.every(({ type }, i) => sizeOf(dropAxes(type.shape, contract[i]!)) === 1)
  )
}

/** The operands of a contraction in one shape: a row times a column was reshaped for it. */
function alike(of: Matched, madeBy: MadeBy): readonly [Value, Value] | undefined {
  const forms = of.operands.map(operand => {
    const maker = madeBy(operand)
    return maker?.op === reshape.op ? [operand, maker.operands[0]!] : [operand]
  })
  for (const x of forms[0]!) {
    const y = forms[1]!.find(({ type }) => shapesEqual(type.shape, x.type.shape))
    if (y !== undefined) return [x, y]
  }
  return undefined
}

/** A contraction that leaves axes of size 1 alone: a sum of products, such as y · log(a)ᵀ. */
function dotOf(of: Matched, sign: number, madeBy: MadeBy): Summed | undefined {
  const sides = isDot(of) ? alike(of, madeBy) : undefined
  if (sides === undefined) return undefined
  const [like] = sides
  const factors: Term['factors'] = isFactor => {
    const [left, right] = sides.map(side => productOf(side, madeBy, isFactor))
    return {
      parts: [...left!.parts, ...right!.parts],
      without: taken => {
        const [a, b] = [left!.without(taken), right!.without(taken)]
        return a === undefined || b === undefined ? (a ?? b) : mul(a, b)
      },
    }
  }
  return {
    term: { sign, like, factors },
    how: `dot ${like.type.shape}`,
    again: loss => reshape(sum(loss), of.out.type.shape),
  }
}

const lossOfSums = (root: Matched, madeBy: MadeBy) =>
  pairIn(root, madeBy, (a, b) => {
    const [first, second] = [summedOf(a, madeBy), summedOf(b, madeBy)]
    if (first === undefined || first.how !== second?.how) return undefined
    const make = lossOf(first.term, second.term, madeBy)
    if (make === undefined) return undefined
    return () => {
      const { sign, loss } = make()
      return { sign, loss: first.again(loss) }
    }
  })

const sigmoidLossOfSums = rule({
  name: 'sigmoid-cross-entropy-of-sums',
  why: 'two sums of the terms of a cross-entropy are one sum of cross-entropies',
  exactness: 'stabilizing',
  match: pattern([add, sub], any('x'), any('y')),
  when: ({ root, madeBy }) => lossOfSums(root, madeBy) !== undefined,
  depth: 6,
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
  ],
})

const flipped = rule({
  name: 'sigmoid-cross-entropy-flip',
  why: 'the other class is the other way around: the loss of −z and 1 − y is that of z and y',
  exactness: 'rounding',
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
export const sigmoidLossRules: readonly Rule[] = [sigmoidLoss, sigmoidLossOfSums, flipped]
