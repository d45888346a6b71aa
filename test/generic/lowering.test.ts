// What an op means against how kernels compute it. The two are written apart, so that one wrong
// formula cannot agree with itself; here every elementwise op of the registry is compared on random
// and on special operands, with and without rounding between the scalar operations.

import { describe, expect, it } from 'vitest'
import { evaluateOp } from '../../src/ir/evaluate.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Lowering, Op } from '../../src/ir/op.ts'
import { isViolation } from '../../src/ir/op.ts'
import { drawFrom, type Sample } from '../../src/ir/sample.ts'
import { printType, type TensorType } from '../../src/ir/type.ts'
import { evaluateScalar, scalarInput } from '../../src/kernel/scalar.ts'
import { ops } from '../../src/ops/registry.ts'
import { DTYPES, type DTypeName } from '../../src/support/dtype.ts'

/**
 * Allowed distance in units in the last place of the result. A form has up to five roundings of its
 * own, and constants of a formula are rounded to f32 in an f32 kernel.
 */
const ULPS = 6

/**
 * Ops whose formula adds numbers of opposite sign that nearly cancel: for them the unit is that of
 * the operand, since a relative bound on a difference near 0 is not what the op promises.
 */
const CANCELLING: ReadonlySet<string> = new Set(['gelu'])

const FLOAT_FORMAT = {
  f32: { epsilon: 2 ** -23, smallestNormal: 2 ** -126, largest: (2 - 2 ** -23) * 2 ** 127 },
  f64: { epsilon: 2 ** -52, smallestNormal: 2 ** -1022, largest: Number.MAX_VALUE },
} as const

const elementwise = Object.values(ops)
  .map(({ op }): Op => op)
  .filter(op => op.lowering.kind === 'elementwise')

function specialValues(dtype: DTypeName, kinks: readonly number[]): number[] {
  if (dtype === 'bool') return [0, 1]
  if (dtype === 'i32') return [0, 1, -1, 2, -3, 7, 31, 46341, 2147483647, -2147483648]
  if (dtype === 'u32') return [0, 1, 2, 3, 31, 65537, 2147483648, 4294967295]
  if (dtype !== 'f32' && dtype !== 'f64') return []
  const { smallestNormal, largest, epsilon } = FLOAT_FORMAT[dtype]
  const sizes = [0, 1e-9, 0.5, 1, 1.5, 2.5, 6, 10, 30, 100, 1000, 1e20, 2 ** 31, 2 ** 32 - 1]
  const positive = [...sizes, smallestNormal, largest, 1 + epsilon, Number.POSITIVE_INFINITY]
  const near = kinks.flatMap(kink => [kink, kink + epsilon, kink - epsilon])
  const all = [...positive, ...positive.map(value => -value), ...near, Number.NaN]
  return all.map(DTYPES[dtype].round)
}

/** Samples that differ in types or attributes, so that every dtype and option of the op is met. */
function variantsOf(op: Op): Sample[] {
  const variants = new Map<string, Sample>()
  for (let seed = 0; seed < 80; seed++) {
    const sample = op.samples(drawFrom(seed, 'scalar'))
    const types = sample.operands.map(({ type }) => printType(type))
    variants.set(JSON.stringify([types, sample.attributes]), sample)
  }
  return [...variants.values()]
}

/** Tuples of operand elements: all combinations of special ones, then random ones. */
function elementsFor(op: Op, { operands }: Sample, seed: number): number[][] {
  let combinations: number[][] = [[]]
  for (const { type } of operands) {
    const specials = specialValues(type.dtype, op.kinks)
    combinations = combinations.flatMap(tuple => specials.map(value => [...tuple, value]))
  }
  const draw = drawFrom(seed)
  const random = Array.from({ length: 200 }, () =>
    operands.map(({ type: { dtype } }) => {
      if (DTYPES[dtype].kind !== 'float') return DTYPES[dtype].round(draw.integer(-1e6, 1e6))
      return DTYPES[dtype].round(draw.uniform(-1, 1) * 10 ** draw.integer(-3, 3))
    }),
  )
  return [...combinations, ...random]
}

/** The distance of two results in units in the last place, 0 where they are the same bits. */
function distance(op: Op, dtype: DTypeName, meant: number, computed: number, x: number): number {
  if (Object.is(meant, computed)) return 0
  if (dtype !== 'f32' && dtype !== 'f64') return Number.POSITIVE_INFINITY
  const { epsilon, smallestNormal } = FLOAT_FORMAT[dtype]
  // A factor below the normal range may be flushed to 0 before a product brings it back above:
  // silu.
  const negligible = 128 * smallestNormal
  if (Math.abs(meant) < negligible && Math.abs(computed) < negligible) {
    return meant === 0 && computed === 0 ? Number.POSITIVE_INFINITY : 0
  }
  const size = CANCELLING.has(op.name) ? Math.max(Math.abs(x), smallestNormal) : Math.abs(meant)
  return Math.abs(meant - computed) / (size * epsilon)
}

function compare(op: Op, sample: Sample, rounding: 'f64' | 'dtype'): string[] {
  const { scalar } = op.lowering as Extract<Lowering, { kind: 'elementwise' }>
  const types = sample.operands.map(({ type }): TensorType => type)
  const results = op.type(types, sample.attributes)
  if (isViolation(results)) return [`${op.name}: its sample violates ${results.constraint}`]
  const result = results[0]!
  const inputs = types.map(({ dtype }, i) => scalarInput(dtype, `x${i}`))
  const form = scalar(inputs, { attributes: sample.attributes, types, result })
  const wrong: string[] = []
  for (const elements of elementsFor(op, sample, 17)) {
    const literals = types.map(({ dtype }, i) => Literal.full(dtype, [], elements[i]!))
    const meant = evaluateOp(op, literals, sample.attributes, rounding)[0]!
    if (meant.size === 0) continue
    const named = new Map(elements.map((value, i) => [`x${i}`, value]))
    const computed = evaluateScalar(form, named, rounding)
    const ulps = distance(op, result.dtype, meant.at(0), computed, elements[0] ?? 0)
    if (!(ulps <= ULPS)) {
      wrong.push(
        `${op.name}(${elements}) ${result.dtype}: ${meant.at(0)}, ${computed}, ${ulps} ulps`,
      )
    }
  }
  return wrong
}

describe.each(elementwise.map(op => [op.name, op] as const))('kernel form of %s', (_, op) => {
  it('has the type of the result', () => {
    for (const { operands, attributes } of variantsOf(op)) {
      const types = operands.map(({ type }) => type)
      const results = op.type(types, attributes)
      if (isViolation(results)) throw new Error(results.message)
      const { scalar } = op.lowering as Extract<Lowering, { kind: 'elementwise' }>
      const inputs = types.map(({ dtype }, i) => scalarInput(dtype, `x${i}`))
      expect(scalar(inputs, { attributes, types, result: results[0]! }).type).toBe(
        results[0]!.dtype,
      )
    }
  })

  it.each(['f64', 'dtype'] as const)(
    `means what evaluate says within ${ULPS} ulps, rounding %s`,
    rounding => {
      const wrong = variantsOf(op).flatMap(sample => compare(op, sample, rounding))
      expect(wrong.slice(0, 8)).toEqual([])
    },
  )
})
