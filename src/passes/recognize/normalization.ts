// Normalizations by hand. Normal form: deviations from a mean over the deviation of the same values
// are a batch_norm of scale 1 and shift 0, whatever else they are multiplied by.

import { integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { add, div, mul } from '../../ops/arithmetic.ts'
import { dropAxes, otherAxes } from '../../ops/axes.ts'
import { full } from '../../ops/creation.ts'
import { batchNorm } from '../../ops/normalization.ts'
import { variance } from '../../ops/statistics.ts'
import { reaches } from '../../rewrite/glance.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { NESTED, type Part, type Whole } from '../flatten.ts'
import { fillOf } from '../known.ts'
import { isPlain, productOf, runsAlong } from '../products.ts'
import { type Centred, centredOf, sameAxes } from './centred.ts'
import { asWritten } from './written.ts'

type Context = Pick<RuleContext, 'madeBy' | 'into'>

const axesOf = (of: Matched) => attribute(of, 'axes', integers)

interface Normalized {
  readonly product: Whole
  readonly centred: Centred
  readonly epsilon: number
  readonly taken: readonly Part[]
}

/** The variance in variance + ε, and ε: known and not negative. */
function addedTo(
  value: Value,
  { madeBy }: Context,
): readonly [of: Matched, epsilon: number] | undefined {
  const of = madeBy(value)
  if (of?.op === variance.op) return [of, 0]
  if (of?.op !== add.op) return undefined
  const [left, right] = of.operands.map(madeBy)
  const epsilon = right === undefined ? undefined : fillOf(right)
  if (left?.op !== variance.op || epsilon === undefined || !(epsilon >= 0)) return undefined
  return [left, asWritten(epsilon, value.type.dtype)]
}

/** ε where a factor is the reciprocal deviation of what was centred. */
function epsilonOf(part: Part, { x, axes }: Centred, context: Context): number | undefined {
  const found = part.power === -1 / 2 ? addedTo(part.value, context) : undefined
  if (found === undefined) return undefined
  const [of, epsilon] = found
  const isOfSame = of.operands[0]!.id === x.id && sameAxes(axesOf(of), axes)
  return isOfSame && runsAlong(part, otherAxes(x.type.shape.length, axes)) ? epsilon : undefined
}

/** A product that has deviations from a mean and their reciprocal deviation among its factors. */
function normalizedOf(root: Matched, context: Context): Normalized | undefined {
  const product = productOf(root.out, context.madeBy)
  for (const factor of product.parts) {
    const centred = isPlain(factor, root.out) ? centredOf(factor.value, context.madeBy) : undefined
    if (centred === undefined) continue
    for (const other of product.parts) {
      const epsilon = epsilonOf(other, centred, context)
      if (epsilon !== undefined) return { product, centred, epsilon, taken: [factor, other] }
    }
  }
  return undefined
}

/** batch_norm with a scale and a shift that are the same for all features. */
function plainNorm({ x, axes, sign }: Centred, epsilon: number, { into }: Context): Value {
  const type = { dtype: x.type.dtype, shape: dropAxes(x.type.shape, axes) }
  return batchNorm(x, full(into, sign, type), full(into, 0, type), { axes, epsilon }).output
}

const normalize = rule({
  name: 'batch-norm',
  why: '(x − mean(x)) / √(variance(x) + ε) is batch_norm with scale 1 and shift 0',
  exactness: 'rounding',
  match: pattern([mul, div], any('x'), any('y')).near(reaches(variance, 8)),
  when: ({ root, ...context }) => normalizedOf(root, context) !== undefined,
  depth: NESTED + 3,
  build: ({ root, ...context }) => {
    const { product, centred, epsilon, taken } = normalizedOf(root, context)!
    const norm = plainNorm(centred, epsilon, context)
    const rest = product.without(taken)
    return rest === undefined ? norm : mul(norm, rest)
  },
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = mean %x {axes = [0]} : f32[4]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [0]} : f32[n,4]
      %2 = sub %x, %1 : f32[n,4]
      %3 = variance %x {axes = [0]} : f32[4]
      %4 = full {value = 0.0010000000474974513, shape = [4], dtype = f32} : f32[4]
      %5 = add %3, %4 : f32[4]
      %6 = rsqrt %5 : f32[4]
      %7 = broadcast_to %6 {shape = [n, 4], axes = [0]} : f32[n,4]
      %8 = mul %2, %7 : f32[n,4]`,
    after: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %2, %3, %4 = batch_norm %x, %0, %1 {axes = [0], epsilon = 0.001} : f32[n,4], f32[4], f32[4]
      %2`,
  },
  also: [
    {
      given: '%x: f32[n,4], %g: f32[n,1]',
      before: `
        %0 = mean %x {axes = [1]} : f32[n]
        %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
        %2 = sub %1, %x : f32[n,4]
        %3 = variance %x {axes = [1]} : f32[n]
        %4 = sqrt %3 : f32[n]
        %5 = reshape %4 {shape = [n, 1]} : f32[n,1]
        %6 = div %g, %5 : f32[n,1]
        %7 = reshape %6 {shape = [n]} : f32[n]
        %8 = broadcast_to %7 {shape = [n, 4], axes = [1]} : f32[n,4]
        %9 = mul %8, %2 : f32[n,4]`,
      after: `
        %0 = full {value = -1, shape = [n], dtype = f32} : f32[n]
        %1 = full {value = 0, shape = [n], dtype = f32} : f32[n]
        %2, %3, %4 = batch_norm %x, %0, %1 {axes = [1], epsilon = 0} : f32[n,4], f32[n], f32[n]
        %5 = reshape %g {shape = [n]} : f32[n]
        %6 = broadcast_to %5 {shape = [n, 4], axes = [1]} : f32[n,4]
        %7 = mul %2, %6 : f32[n,4]`,
    },
  ],
})

/** Rules that recognize normalizations; see the head of this file. */
export const normalizationRules: readonly Rule[] = [normalize]
