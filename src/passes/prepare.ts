// The passes before a derivative, once on the way of a program: a gradient runs them on the forward
// graph, and compiling runs them on a program that no derivative was taken of.

import { type Traced, transformed } from '../ir/history.ts'
import type { Mode } from '../ops/by-mode.ts'
import { type RunOptions, runPipeline } from '../rewrite/pass-manager.ts'
import { chooseMode } from './choose-mode.ts'
import { beforeDerivative } from './pipeline.ts'

/** The graph of one mode in stable form; the passes for that run where they have not yet. */
export function stabilized(of: Traced, mode: Mode, options: RunOptions = {}): Traced {
  const chosen = transformed(of, `choose_mode{mode=${mode}}`, graph => chooseMode(graph, mode))
  const { graph, history } = chosen
  if (history.isStable) return chosen
  const result = runPipeline(graph, beforeDerivative(), { verify: false, ...options })
  const records = [...history.records, ...result.records]
  return { graph: result.graph, history: { records, isStable: true } }
}
