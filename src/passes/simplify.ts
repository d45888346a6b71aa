// Pass simplify: rewrite rules until none applies.

import { applyRules } from '../rewrite/driver.ts'
import { type Pass, type PassOptions, switchOption, wordOption } from '../rewrite/pass.ts'
import type { Rule } from '../rewrite/rule.ts'
import { Workspace } from '../rewrite/workspace.ts'
import { GraphError, nearest } from '../support/diagnostic.ts'
import { defaultRules, rules } from './rules.ts'

/**
 * Applies rewrite rules until none applies. `simplify{assume_finite=true}` adds the rules that hold
 * for finite values only; `simplify{only="mul-self"}` applies one rule alone.
 */
export const simplify: Pass = {
  name: 'simplify',
  summary: 'applies rewrite rules until none applies',
  expects: [],
  leaves: [],
  options: { assume_finite: switchOption, only: wordOption },
  run: (graph, options) => {
    const workspace = new Workspace(graph)
    const firings = applyRules(workspace, chosen(options))
    return { ...workspace.commit(), firings }
  },
}

function chosen({ assume_finite, only }: PassOptions): readonly Rule[] {
  if (only === undefined) return assume_finite === true ? rules : defaultRules
  const rule = rules.find(({ name }) => name === only)
  if (rule !== undefined) return [rule]
  const near = nearest(
    String(only),
    rules.map(({ name }) => name),
  )
  throw new GraphError({
    code: 'E105',
    subject: 'simplify',
    message: `there is no rule "${only}"`,
    help: near === undefined ? 'docs/rules.md lists all rules' : `did you mean "${near}"?`,
  })
}
