// Pass inline: ops of a user's own without a derivative rule, and calls of graphs, give way to
// their bodies before the derivative is taken. What a user wrote by hand within them is then
// rewritten like everything else. Other composites stay whole.

import type { Pass } from '../rewrite/pass.ts'
import { expanded } from './expand.ts'

/** Replaces calls, and user ops without a derivative rule, by their bodies. */
export const inline: Pass = {
  name: 'inline',
  summary: 'replaces calls, and user ops without a derivative rule, by their bodies',
  expects: [],
  leaves: [],
  run: (graph, _, context) => expanded(graph, op => op.transparent === true, context),
}
