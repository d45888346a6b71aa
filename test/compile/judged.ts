// Rules held against values, for the tests of checkRewrites.

import { checkRewrites } from '../../src/compile/check-rewrites.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { passes } from '../../src/passes/by-name.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import type { Pass } from '../../src/rewrite/pass.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import type { Rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { InternalError } from '../../src/support/diagnostic.ts'
import { saidOf } from './guarded.ts'

/** What `saidOf` and `judged` answer where nobody is blamed. */
export const NOTHING = 'nothing was thrown'

/** A pass that applies a rule once: one that is wrong on purpose need not come to an end. */
export function once(rule: Rule, name = 'once'): Pass {
  return {
    name,
    summary: 'applies one rule',
    expects: [],
    leaves: [],
    run: (graph, _, { witness } = {}) => {
      const workspace = new Workspace(graph)
      try {
        applyRules(workspace, [rule], { witness, stepLimit: 0 })
      } catch (error) {
        if (!(error instanceof InternalError && error.code === 'E902')) throw error
      }
      return { ...workspace.commit(), firings: [] }
    },
  }
}

/** What the check says of a pass that a graph went through. */
export async function judged(
  pass: Pass,
  graph: Graph,
  given: Readonly<Record<string, Literal>>,
  dims: Readonly<Record<string, number>> = {},
): Promise<string> {
  const { records } = runPipeline(graph, [{ pass }], { verify: false })
  const table = { ...passes, [pass.name]: pass }
  return saidOf(() => checkRewrites({ dims, records }, name => given[name], table))
}
