// The facts of every op, tried on awkward numbers: rules generated from facts rewrite any op that
// states one, so a wrong fact is a wrong rule.

import { describe, expect, it } from 'vitest'
import { evaluateOp } from '../../src/ir/evaluate.ts'
import { Literal, roundTo } from '../../src/ir/literal.ts'
import type { Facts, Op } from '../../src/ir/op.ts'
import { isViolation } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { DTYPE_NAMES, DTYPES, type DTypeName, isFloat } from '../../src/support/dtype.ts'

const NUMBERS = [NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.1, -2.5, 3, 255, 1e-40, 3e38, 2 ** 31]

/** The different values of a dtype among the awkward numbers. */
const valuesOf = (dtype: DTypeName) => [
  ...new Set((isFloat(dtype) ? NUMBERS : NUMBERS.filter(Number.isFinite)).map(roundTo(dtype))),
  ...(isFloat(dtype) ? [-0] : []),
]

function operandDtypes(op: Op): DTypeName[] {
  const scalars = (dtype: DTypeName) => op.operands.map(() => ({ dtype, shape: [] }))
  return DTYPE_NAMES.filter(
    dtype => !isViolation(op.type(scalars(dtype), op.defaults(scalars(dtype)))),
  )
}

const withFact = (fact: keyof Facts, arity: number) =>
  Object.values(ops)
    .map(({ op }): Op => op)
    .filter(op => op.facts[fact] !== undefined && op.operands.length === arity)
    .filter(op => Object.keys(op.attributes).length === 0)
    .flatMap(op => operandDtypes(op).map(dtype => [`${op.name} of ${dtype}`, op, dtype] as const))

function applied(op: Op, dtype: DTypeName, ...values: number[]): number {
  const operands = values.map(value => Literal.scalar(dtype, value))
  return evaluateOp(op, operands, {}, 'dtype')[0]!.at(0)
}

describe.each(withFact('rightIdentity', 2))('the identity of %s', (_, op, dtype) => {
  it('leaves every value as it is, bit for bit', () => {
    const e = roundTo(dtype)(op.facts.rightIdentity!)
    for (const x of valuesOf(dtype)) expect(applied(op, dtype, x, e)).toBe(x)
  })
})

describe.each(withFact('roundedIdentity', 2))('the rounded identity of %s', (_, op, dtype) => {
  it('leaves every value as it is but for the sign of a zero', () => {
    const e = roundTo(dtype)(op.facts.roundedIdentity!)
    for (const x of valuesOf(dtype)) expect(applied(op, dtype, x, e) + 0).toBe(x + 0)
  })
})

describe.each(withFact('absorbing', 2))('what absorbs under %s', (_, op, dtype) => {
  it('does so for every value', () => {
    const a = roundTo(dtype)(op.facts.absorbing!)
    for (const x of valuesOf(dtype)) expect(applied(op, dtype, x, a)).toBe(a)
  })
})

describe.each(withFact('finiteAbsorbing', 2))(
  'what absorbs finite values under %s',
  (_, op, dtype) => {
    it('does so for every finite value, but for the sign of a zero', () => {
      const a = roundTo(dtype)(op.facts.finiteAbsorbing!)
      for (const x of valuesOf(dtype).filter(Number.isFinite)) {
        expect(applied(op, dtype, x, a) + 0).toBe(a)
      }
    })
  },
)

describe.each(withFact('involution', 1))('%s', (_, op, dtype) => {
  it('undoes itself', () => {
    for (const x of valuesOf(dtype)) expect(applied(op, dtype, applied(op, dtype, x))).toBe(x)
  })
})

describe.each(withFact('idempotent', 1))('%s', (_, op, dtype) => {
  it('changes nothing the second time', () => {
    for (const x of valuesOf(dtype)) {
      const once = applied(op, dtype, x)
      expect(applied(op, dtype, once)).toBe(once)
    }
  })
})

describe.each(withFact('idempotent', 2))('%s', (_, op, dtype) => {
  it('leaves a value combined with itself', () => {
    for (const x of valuesOf(dtype)) expect(applied(op, dtype, x, x)).toBe(x)
  })
})

describe.each(withFact('commutative', 2))('%s', (_, op, dtype) => {
  it('gives the same bits for operands exchanged', () => {
    for (const x of valuesOf(dtype)) {
      for (const y of valuesOf(dtype)) {
        expect(applied(op, dtype, x, y)).toBe(applied(op, dtype, y, x))
      }
    }
  })
})

describe.each(withFact('zeroPreserving', 1))('%s', (_, op, dtype) => {
  it('is zero at zero', () => {
    expect(applied(op, dtype, 0) + 0).toBe(0)
  })
})

const associative = withFact('associative', 2).filter(([, op]) => op.facts.associative)

describe.each(associative)('%s', (_, op, dtype) => {
  it('is associative on small whole numbers', () => {
    const small = DTYPES[dtype].kind === 'bool' ? [0, 1] : [0, 1, 2, 3, 5].map(roundTo(dtype))
    for (const x of small) {
      for (const y of small) {
        for (const z of small) {
          const left = applied(op, dtype, applied(op, dtype, x, y), z)
          expect(applied(op, dtype, x, applied(op, dtype, y, z))).toBe(left)
        }
      }
    }
  })
})
