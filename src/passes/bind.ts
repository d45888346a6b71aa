// Pass bind: the first step of a compilation. Sizes for all symbolic dims; every later pass sees
// integers only.

import { boundGraph, graphDims } from '../ir/bind.ts'
import { checkDims, type Dims } from '../ir/dim.ts'
import { type Pass, sizeOption } from '../rewrite/pass.ts'
import { GraphError } from '../support/diagnostic.ts'

/**
 * Puts sizes in for symbolic dims: `bind{batch=32}`. Throws E107 where a dim is left without one.
 */
export const bind: Pass = {
  name: 'bind',
  summary: 'puts sizes in for symbolic dims',
  expects: [],
  leaves: ['bound'],
  options: { '*': sizeOption },
  run: (graph, options) => {
    // The option kind admits sizes only.
    const dims = options as Dims
    const names = graphDims(graph)
    checkDims(dims, names, `bind @${graph.name}`)
    const missing = names.filter(name => !Object.hasOwn(dims, name))
    if (missing.length > 0) {
      throw new GraphError({
        code: 'E107',
        subject: `bind @${graph.name}`,
        message: `every symbolic dim must have a size, got none for ${missing.join(', ')}`,
        help: `add ${missing.map(name => `${name}=32`).join(',')} to the options of bind`,
      })
    }
    return { graph: boundGraph(graph, dims), firings: [] }
  },
}
