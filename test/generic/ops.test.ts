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

describe.each(Object.values(table).map(({ op }) => [op.name, op] as const))('%s', (name, op) => {
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
    expect(['pass', 'none']).toContain(checks.checkVjp(op, seed, repeats, table))
  })

  it('has a forward rule that agrees with differences', () => {
    expect(['pass', 'none']).toContain(checks.checkJvp(op, seed, repeats, table))
  })

  it('means the same on symbolic dims as on their sizes, its derivative too', () => {
    expect(['pass', 'none']).toContain(checkSymbolic(op, seed, repeats, table))
  })

  it('refuses a derivative where it has none', () => {
    expect(['pass', 'none']).toContain(checkRefusals(op, seed, repeats, table))
  })

  it('has a derivative between the one-sided ones at its kinks', () => {
    expect(['pass', 'none']).toContain(checks.checkKinks(op, seed, repeats, table))
  })

  it('has one derivative at its kinks in both modes', () => {
    expect(['pass', 'none']).toContain(checks.checkModesAtKinks(op, seed, repeats, table))
  })

  it('has second derivatives that agree with differences of the first', () => {
    expect(['pass', 'none']).toContain(checks.checkSecondOrder(op, seed, repeats, table))
  })
})
