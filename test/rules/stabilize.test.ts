// Every stabilizing rule on a formula that f32 gets wrong as it is written: wrong without the
// passes before the derivative and without that very rule, right with them, value and gradient,
// against numbers worked out apart.

import { describe, expect, it } from 'vitest'
import { cse } from '../../src/passes/cse.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { normalFormRules, rules } from '../../src/passes/rules.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { rewritten } from './checks.ts'
import { checkRight, computed, differentiated, graphOf, wrongParts } from './formulas/checks.ts'
import { formulas } from './formulas/index.ts'

const stabilizing = rules.filter(({ exactness }) => exactness === 'stabilizing')
const calm = normalFormRules.filter(({ exactness }) => exactness !== 'stabilizing')

describe.each(formulas.map(formula => [formula.written, formula] as const))('%s', (_, formula) => {
  const graph = graphOf(formula)
  const stable = runPipeline(graph, beforeDerivative())
  const shared = runPipeline(graph, [{ pass: cse }]).graph

  /** The formula with its gradients in normal form, after the stabilizing rules of these names. */
  const stabilizedBy = (names: readonly string[]) => {
    const chosen = stabilizing.filter(({ name }) => names.includes(name))
    return differentiated(rewritten(shared, [...calm, ...chosen]).graph, formula)
  }

  it(`is rewritten by ${formula.rules.join(', ')}`, () => {
    const fired = stable.records.flatMap(({ firings }) => firings.map(({ rule }) => rule))
    expect(fired).toEqual(expect.arrayContaining([...formula.rules]))
  })

  it(`has a wrong ${formula.wrong} in f32 as it is written`, () => {
    const written = computed(differentiated(graph, formula), formula)
    expect(wrongParts(written, formula)).toBe(formula.wrong)
  })

  it(`is wrong in normal form without ${formula.rules[0]}, and right with it`, () => {
    const others = computed(stabilizedBy(formula.rules.slice(1)), formula)
    expect(wrongParts(others, formula)).not.toBe('')
    checkRight(stabilizedBy(formula.rules), formula)
  })

  it(`is right after rewriting: ${formula.derivation}`, () =>
    checkRight(differentiated(stable.graph, formula), formula))

  it('is right after the passes behind the derivative too', () => {
    const joint = differentiated(stable.graph, formula)
    checkRight(runPipeline(joint, afterDerivative()).graph, formula)
  })
})

describe('the stabilizing rules', () => {
  it('each have a formula that needs them', () => {
    const shown = new Set(formulas.map(({ rules: [needed] }) => needed))
    expect(stabilizing.map(({ name }) => name).filter(name => !shown.has(name))).toEqual([])
  })
})
