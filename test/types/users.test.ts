// What tsc tells users, and what it costs them. The mistakes are compiled by the three versions of
// TypeScript that users have: each is one error, on the part at fault, in our words.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agreed, COMPILERS, errorsIn, MISTAKES, statements, Users } from './users.ts'

const wanted = statements()
let users: Users

beforeAll(() => {
  users = new Users()
})

afterAll(() => users.remove())

it('the mistakes are 41 statements with 47 errors', () => {
  const wrong = wanted.filter(statement => statement.wanted.length > 0)
  expect(wrong).toHaveLength(41)
  expect(wrong.flatMap(statement => statement.wanted)).toHaveLength(47)
})

describe.each(COMPILERS)('%s', compiler => {
  it('reports every mistake once, where it is, in our words, and nothing else', () => {
    const errors = errorsIn(users.compile(compiler, MISTAKES))
    expect(errors.filter(({ file }) => file !== MISTAKES)).toEqual([])
    const got = wanted.map(({ first, last, wanted: asked }) => {
      const inside = errors.filter(({ line }) => line >= first && line <= last)
      const told = inside.map(({ text }) => text)
      return { first, errors: agreed(told, asked) }
    })
    expect(got).toEqual(wanted.map(({ first, wanted: errors }) => ({ first, errors })))
  })

  it('accepts a program of everything, and a hundred layers', () => {
    expect(users.compile(compiler, 'test/types/sample.ts')).toBe('')
    expect(users.compile(compiler, 'test/types/hundred-layers.ts')).toBe('')
  })
})

/** Type instantiations for a hundred layers, their gradient and a run: as measured, and a tenth. */
const BUDGET = 80_100

it('a hundred layers cost the compiler no more than their budget', () => {
  const printed = users.compile(
    'typescript',
    'test/types/hundred-layers.ts',
    '--extendedDiagnostics',
  )
  const count = Number(/^Instantiations:\s+(\d+)$/m.exec(printed)?.[1])
  const told = `a hundred layers take ${count} type instantiations, the budget is ${BUDGET}`
  expect(count, told).toBeLessThanOrEqual(BUDGET)
  expect(count, told).toBeGreaterThan(1000)
})
