// Every wrong text of this folder is refused with exactly the findings written in it, and together
// they meet every constraint of every op and every rule of the verifier.

import { describe, expect, it } from 'vitest'
import type { Op } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { textOf } from '../architecture/sources.ts'
import { differenceOf, wrongTexts } from './findings.ts'

const texts = wrongTexts('test/errors')

/** Constraints that no text can break, and why. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  'equal C1': 'every dtype is accepted',
  'not_equal C1': 'every dtype is accepted',
}

/** Verifier rules that no text can break, and why. */
const UNREACHABLE_RULES: Readonly<Record<string, string>> = {
  V2: 'the order of a text is the order of its lines',
}

const said = texts.flatMap(text => text.expected.map(one => one.said))

describe.each(
  texts.map(text => [`${text.file}:${text.line} ${text.op ?? ''}`.trim(), text] as const),
)('%s', (_, text) => {
  it('is refused as it says', () => {
    const difference = differenceOf(text)
    if (difference !== undefined) expect.fail(difference)
  })
})

describe('the wrong texts', () => {
  const pairs = Object.values(ops).flatMap(({ op }: { readonly op: Op }) =>
    Object.entries(op.constraints).map(([constraint, sentence]) => ({
      name: `${op.name} ${constraint}`,
      sentence,
      isMet: said.some(
        one => one.startsWith(`E101 ${op.name}: `) && one.endsWith(`(${constraint})`),
      ),
    })),
  )

  it('break every constraint of every op', () => {
    const unbroken = pairs.filter(({ name, isMet }) => !isMet && !Object.hasOwn(UNREACHABLE, name))
    const help = 'write a text in test/errors that breaks it'
    expect(unbroken.map(({ name, sentence }) => `${name}: ${sentence}; ${help}`)).toEqual([])
  })

  it('break no constraint that is listed as out of reach', () => {
    const met = pairs.filter(({ isMet }) => isMet).map(({ name }) => name)
    expect(Object.keys(UNREACHABLE).filter(name => met.includes(name))).toEqual([])
    const known = pairs.map(({ name }) => name)
    expect(Object.keys(UNREACHABLE).filter(name => !known.includes(name))).toEqual([])
  })

  it('break every rule of the verifier', () => {
    const rules = [...textOf('src/ir/verify.ts').matchAll(/^\/\/ {3}(V\d+) /gm)].map(m => m[1]!)
    expect(rules.length).toBeGreaterThan(10)
    const isMet = (rule: string) =>
      said.some(one => new RegExp(`\\b${rule}\\b`).test(one) || MET_BY[rule]?.test(one))
    expect(rules.filter(rule => !isMet(rule) && !Object.hasOwn(UNREACHABLE_RULES, rule))).toEqual(
      [],
    )
  })
})

/** Rules whose messages stand for themselves: a type rule names its constraint. */
const MET_BY: Readonly<Record<string, RegExp>> = { V5: /^E(?:101|102|103|303) / }
