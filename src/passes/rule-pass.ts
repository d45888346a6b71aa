// Passes that apply rewrite rules until none applies: they differ in their rules alone.

import { applyRules } from '../rewrite/driver.ts'
import { type Pass, type PassOptions, switchOption, wordOption } from '../rewrite/pass.ts'
import type { Exactness, Rule } from '../rewrite/rule.ts'
import { Workspace } from '../rewrite/workspace.ts'
import { GraphError, nearest } from '../support/diagnostic.ts'
import { shareEqual } from './cse.ts'

/** What the default pipelines accept. */
export const DEFAULT_EXACTNESS: readonly Exactness[] = ['bitwise', 'rounding', 'stabilizing']

/** The rules that a pass applies unless it is told otherwise. */
export const byDefault = (rules: readonly Rule[]): readonly Rule[] =>
  rules.filter(({ exactness }) => DEFAULT_EXACTNESS.includes(exactness))

/** How a pass applies its rules. */
export interface RulePassOptions {
  /**
   * Whether equal computations share one node before the pass ends: what is shared may be a term
   * that repeats, or one half of a formula.
   */
  readonly sharing?: boolean
}

/**
 * The pass that applies `rules`. `NAME{assume_finite=true}` adds those that hold for finite values
 * only; `NAME{only="mul-self"}` applies one rule alone. Throws E105 for a rule that is not there.
 */
export function rulePass(
  name: string,
  summary: string,
  rules: readonly Rule[],
  { sharing = false }: RulePassOptions = {},
): Pass {
  const usual = byDefault(rules)
  return {
    name,
    summary,
    expects: [],
    leaves: [],
    options: { assume_finite: switchOption, only: wordOption },
    run: (graph, options, context = {}) => {
      const workspace = new Workspace(graph)
      const chosen = only(name, rules, options) ?? (options.assume_finite === true ? rules : usual)
      const { witness, memory = {} } = context
      const apply = () => applyRules(workspace, chosen, { witness, memory })
      const firings = [...apply()]
      while (sharing && shareEqual(workspace)) firings.push(...apply())
      return { graph: workspace.commit().graph, firings }
    },
  }
}

function only(pass: string, rules: readonly Rule[], { only: wanted }: PassOptions) {
  if (wanted === undefined) return undefined
  const names = rules.map(({ name }) => name)
  const rule = rules.find(({ name }) => name === wanted)
  if (rule !== undefined) return [rule]
  const near = nearest(String(wanted), names)
  throw new GraphError({
    code: 'E105',
    subject: pass,
    message: `there is no rule "${wanted}"`,
    help: near === undefined ? 'docs/rules.md lists all rules' : `did you mean "${near}"?`,
  })
}
