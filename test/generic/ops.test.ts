// Every op of the registry against its own contract: no code per op.

import { describe, expect, it } from 'vitest'
import type { OpTable } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { cases, seed } from '../counts.ts'
import * as checks from './checks.ts'
import { checkRefusals } from './refusals.ts'
import { checkSymbolic } from './symbolic.ts'

const table: OpTable = ops
/** Trials per shape kind, of which there are five. */
const repeats = cases({ test: 3, ci: 6, deep: 40 })

/** Families and single ops whose float results depend on no float operand smoothly. */
const WITHOUT_DERIVATIVE = [
  'creation',
  'comparison',
  'logic',
  'random',
  'argmax',
  'argmin',
  'one_hot',
]

/** What a check must come to: an op that silently drops out of one is a failure too. */
const pass = (has: boolean) => (has ? 'pass' : 'none')

describe.each(Object.values(table).map(({ op }) => [op.name, op] as const))('%s', (name, op) => {
  const isSmooth = ![op.family, name].some(of => WITHOUT_DERIVATIVE.includes(of))
  const hasOperands = op.operands.length > 0
  const hasKinks = op.kinks.length > 0

  it('is registered under its own name', () => {
    expect(Object.keys(table)).toContain(name)
    expect(table[name]!.op).toBe(op)
  })

  it('evaluates to what its type rule says, on shapes of every kind', () => {
    expect(checks.checkInterpreter(op, seed, repeats, table)).toBe('pass')
  })

  it('survives printing and parsing', () => {
    expect(checks.checkText(op, seed, repeats, table)).toBe('pass')
  })

  it('has a reverse rule that agrees with the forward rule and with differences', () => {
    expect(checks.checkVjp(op, seed, repeats, table)).toBe(pass(isSmooth))
  })

  it('has a forward rule that agrees with differences', () => {
    expect(checks.checkJvp(op, seed, repeats, table)).toBe(pass(isSmooth))
  })

  it('means the same on symbolic dims as on their sizes, its derivative too', () => {
    expect(checkSymbolic(op, seed, repeats, table)).toBe(pass(hasOperands))
  })

  it('refuses a derivative where it has none', () => {
    expect(checkRefusals(op, seed, repeats, table)).toBe(pass(hasOperands))
  })

  it('has a derivative between the one-sided ones at its kinks', () => {
    expect(checks.checkKinks(op, seed, repeats, table)).toBe(
      pass(hasKinks && op.operands.length === 1),
    )
  })

  it('has one derivative at its kinks in both modes', () => {
    expect(checks.checkModesAtKinks(op, seed, repeats, table)).toBe(pass(hasKinks))
  })

  it('has second derivatives that agree with differences of the first', () => {
    expect(checks.checkSecondOrder(op, seed, repeats, table)).toBe(pass(isSmooth))
  })
})
