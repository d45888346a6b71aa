// Every rule earns its place: it fires in a program that was not written for it. And what the rules
// make of those programs has the same values.

import { describe, expect, it } from 'vitest'
import { defaultRules, rules } from '../../src/passes/rules.ts'
import { seed } from '../counts.ts'
import { type Form, formsOf, wrongValue } from './pipelines.ts'
import { programs } from './programs/index.ts'

/** Every program by the default rules; compiled once, for all tests. */
const compiled = new Map(programs.map(program => [program, formsOf(program)]))

/** Names of the rules that fired anywhere. */
function fired(forms: readonly Form[]): ReadonlySet<string> {
  const records = forms.flatMap(form => form.records)
  return new Set(records.flatMap(({ firings }) => firings.map(({ rule }) => rule)))
}

describe.each(programs.map(program => [program.name, program] as const))('%s', (_, program) => {
  it('means what it says after both pipelines, in every form that has values to compare', () => {
    for (const form of compiled.get(program)!) {
      if (form.name === 'training step') continue
      expect(wrongValue(program, form, seed)).toBeUndefined()
    }
  })
})

describe('the corpus of programs', () => {
  it('gives every program a name of its own', () => {
    const names = programs.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('makes every default rule fire', () => {
    const found = fired([...compiled.values()].flat())
    const idle = defaultRules.map(({ name }) => name).filter(name => !found.has(name))
    expect(idle, 'rules that fire in no program but their own example').toEqual([])
  })

  it('makes every rule fire that assumes finite values, where it is asked for', () => {
    const options = { assumeFinite: true, verify: false }
    const found = fired(programs.flatMap(program => formsOf(program, options)))
    const asked = rules.filter(({ exactness }) => exactness === 'assumes-finite')
    const idle = asked.map(({ name }) => name).filter(name => !found.has(name))
    expect(idle, 'rules that fire in no program but their own example').toEqual([])
  })
})
