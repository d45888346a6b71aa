// Which part of the user's graph a launch computes. A fused kernel may compute values of several
// layers, and forward and backward ones at once; a report gives its time to one layer and one
// phase, so that sums are sums. What it stores decides: the last phase among the stored values,
// since a launch that stores a gradient would not be there without the derivative, and the layer
// of the last one of that phase. Where no layer made that value, such as an activation after a
// dense layer, the last value of that phase on the way that a layer made decides.

import type { Node, ValueId } from '../ir/graph.ts'
import type { Origin, Phase } from '../kernel/program.ts'
import type { SourceReference } from '../support/source.ts'
import type { Values } from './values.ts'

const ORDER: readonly Phase[] = ['forward', 'backward', 'update']

/** The origin of a launch that stores `roots` and computes `computed` on the way. */
export function originOfLaunch(
  values: Values,
  roots: readonly ValueId[],
  computed: Iterable<ValueId>,
  label: (id: ValueId) => string,
): Origin {
  const stored = nodesAmong(values, roots)
  const last = Math.max(0, ...stored.map(({ origin }) => ORDER.indexOf(phaseOf(origin))))
  const phase = ORDER[last]!
  const all = [...stored, ...nodesAmong(values, computed)]
  const decides = all.find(({ origin }) => phaseOf(origin) === phase && origin.path !== undefined)
  const path = decides?.origin.path ?? ''
  return { path, values: roots.map(label), phase, sources: sourcesOf(all) }
}

/** The nodes that make values, the last one first; arguments have none. */
function nodesAmong(values: Values, ids: Iterable<ValueId>): readonly Node[] {
  const sorted = [...new Set(ids)].sort((a, b) => b - a)
  return sorted.flatMap(id => values.get(id)?.node ?? [])
}

function phaseOf({ isUpdate = false, forward }: Node['origin']): Phase {
  if (isUpdate) return 'update'
  return forward === undefined ? 'forward' : 'backward'
}

/** References may be to one place; that shows only where they are looked up, which is later. */
const sourcesOf = (nodes: readonly Node[]): readonly SourceReference[] => [
  ...new Set(nodes.flatMap(({ origin }) => origin.source ?? [])),
]
