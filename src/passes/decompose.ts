// Pass decompose: composites give way to their bodies, until only core ops are left. It runs after
// derivatives are taken, so a composite's own derivative rule has had its say.

import type { Pass } from '../rewrite/pass.ts'
import { expanded } from './expand.ts'

/** Replaces composites by their bodies in core ops. */
export const decompose: Pass = {
  name: 'decompose',
  summary: 'replaces composites by their bodies in core ops',
  expects: ['bound'],
  leaves: ['core'],
  run: (graph, _, context) => expanded(graph, () => true, context),
}
