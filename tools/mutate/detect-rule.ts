// What runs against a mistake in rewrite rules. Meaning first: the values of examples, of graphs
// that the rules keep away from and of programs, before and after rewriting, and formulas that f32
// gets wrong without the rule. Then text: what the example becomes, and whether the rule keeps
// away. Where a rule of the normal form merely fires no more, no value changes and only text can
// tell. Bundled together with the mutated file.

import assert, { AssertionError } from 'node:assert/strict'
import type { Graph } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { ops } from '../../src/ops/registry.ts'
import { beforeDerivative } from '../../src/passes/pipeline.ts'
import { rules } from '../../src/passes/rules.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { exampleText, type Rule } from '../../src/rewrite/rule.ts'
import { checkExample, checkMeaning, examplesOf, rewritten } from '../../test/rules/checks.ts'
import { CASES } from '../../test/rules/conditions.ts'
import { checkRight, differentiated, graphOf } from '../../test/rules/formulas/checks.ts'
import { formulas } from '../../test/rules/formulas/index.ts'
import { likeExponentials } from '../../test/rules/formulas/like-exponentials.ts'
import { likeLogarithms } from '../../test/rules/formulas/like-logarithms.ts'
import { MOVEMENT_CASES } from '../../test/rules/movement-conditions.ts'
import { LOSSES } from '../../test/rules/near-misses/losses.ts'
import { MOMENTS } from '../../test/rules/near-misses/moments.ts'
import { NORMALIZATIONS } from '../../test/rules/near-misses/normalizations.ts'
import { formsOf, wrongValue } from '../../test/rules/pipelines.ts'
import { programs } from '../../test/rules/programs/index.ts'

/** How a mistake was noticed: by a value, by an error, or by the text of a graph alone. */
export interface Detection {
  readonly by: 'meaning' | 'error' | 'text'
  readonly reason: string
}

/** Random operands per graph. */
const ROUNDS = 40

/** The first failure, by meaning if there is one; undefined where nothing notices anything. */
export function detectInRules(
  names: readonly string[],
  inPrograms: readonly string[],
  seed: number,
): Detection | undefined {
  const concerned = rules.filter(({ name }) => names.includes(name))
  const chosen = programs.filter(({ name }) => inPrograms.includes(name))
  return (
    first('meaning', concerned, rule => checkMeanings(rule, seed)) ??
    first('meaning', concerned, checkFormulas) ??
    first('meaning', chosen, program => {
      for (const form of formsOf(program, { verify: false })) {
        if (form.name === 'training step') continue
        assert.equal(wrongValue(program, form, seed), undefined)
      }
    }) ??
    first('text', concerned, checkTexts)
  )
}

function first<T>(
  by: Detection['by'],
  all: readonly T[],
  check: (one: T) => void,
): Detection | undefined {
  for (const one of all) {
    try {
      check(one)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { by: error instanceof AssertionError ? by : 'error', reason }
    }
  }
  return undefined
}

const LOOK_ALIKES = [
  ...CASES,
  ...MOVEMENT_CASES,
  ...likeExponentials,
  ...likeLogarithms,
  ...LOSSES,
  ...MOMENTS,
  ...NORMALIZATIONS,
]

/** The graphs that a rule keeps away from. */
const casesOf = ({ name }: Rule): Graph[] =>
  LOOK_ALIKES.filter(([rule]) => rule === name).map(([, , given, before]) =>
    parseGraph('case.ir', exampleText({ given, before, after: '' }, 'before'), ops),
  )

function checkMeanings(rule: Rule, seed: number): void {
  const graphs = [...examplesOf(rule).map(({ before }) => before), ...casesOf(rule)]
  for (const before of graphs) checkMeaning(rule, { before, after: before }, seed, ROUNDS)
}

/** A formula that a rule is for is right in f32, with its gradients. */
function checkFormulas({ name }: Rule): void {
  for (const formula of formulas.filter(({ rules: needed }) => needed.includes(name))) {
    const stable = runPipeline(graphOf(formula), beforeDerivative(), { verify: false }).graph
    checkRight(differentiated(stable, formula), formula)
  }
}

function checkTexts(rule: Rule): void {
  for (const sides of examplesOf(rule)) checkExample(rule, sides)
  for (const graph of casesOf(rule)) assert.deepEqual(rewritten(graph, [rule]).fired, [])
}
