// What one step changed, as text: a line per argument, node, output and update, the lines that
// differ, and patches whose values are such lines. Values go by name, or by the number of their
// node, which passes keep: a line means the same before and after.

import type { Patch } from 'immer'
import type { Graph, ValueId } from '../ir/graph.ts'
import { nodesOf } from '../ir/graph.ts'
import { printNode, valueTypes } from '../ir/printer.ts'
import { printType } from '../ir/type.ts'
import { type Edit, printHunks } from '../support/hunks.ts'

/** Longer lines, such as those of large constants, end in how long they are. */
export const MOST_CHARACTERS = 400

/** One change of a graph: where it is, as immer says it, and the lines that it concerns. */
export interface PatchReport {
  readonly op: 'add' | 'replace' | 'remove'
  /** `['nodes', 7]`, or one of the lists `order`, `arguments`, `outputs` and `updates`. */
  readonly path: readonly (string | number)[]
  /** The line of a node or the lines of a list; absent for what is new. */
  readonly before?: string | readonly string[]
  /** Absent for what is gone. */
  readonly after?: string | readonly string[]
}

/** A graph as lines. */
export interface Listing {
  readonly label: (id: ValueId) => string
  /** The line of a node; undefined where the graph has none of that id. */
  readonly node: (id: ValueId) => string | undefined
  readonly list: (part: string) => readonly string[]
  /** All lines in order, each under a key that it keeps from graph to graph. */
  readonly lines: () => readonly Line[]
}

type Line = readonly [key: string, text: string]

/** The lines of a graph. */
export function listingOf(graph: Graph): Listing {
  const labels = labelsOf(graph)
  const types = valueTypes(graph)
  const label = (id: ValueId) => labels.get(id) ?? `%${id}`
  const node = (id: ValueId) => {
    const found = graph.nodes[id]
    return found && shortened(printNode(found, labels, of => types.get(of)))
  }
  const parts: Readonly<Record<string, () => Line[]>> = {
    arguments: () =>
      graph.arguments.map(({ role, name, type, id }) => [
        `argument ${name}`,
        `${role} ${label(id)}: ${printType(type)}`,
      ]),
    order: () => graph.order.map(id => [`node ${id}`, label(id)]),
    nodes: () => graph.order.map(id => [`node ${id}`, node(id)!]),
    outputs: () =>
      graph.outputs.map(({ name, value }) => [
        `output ${name}`,
        `return ${name} = ${label(value)}`,
      ]),
    updates: () =>
      graph.updates.map(({ target, value }) => [
        `update ${target}`,
        `update ${target} = ${label(value)}`,
      ]),
  }
  return {
    label,
    node,
    list: part => (parts[part]?.() ?? []).map(([, text]) => text),
    lines: () => ['arguments', 'nodes', 'outputs', 'updates'].flatMap(part => parts[part]!()),
  }
}

/** Names where values have one of their own, numbers for all others. */
function labelsOf(graph: Graph): ReadonlyMap<ValueId, string> {
  const labels = new Map<ValueId, string>()
  const taken = new Set<string>()
  for (const { id, name } of [
    ...graph.arguments,
    ...nodesOf(graph).flatMap(node => node.results),
  ]) {
    const isOwn = name !== undefined && !taken.has(name)
    if (isOwn) taken.add(name)
    labels.set(
      id,
      isOwn ? `%${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}` : `%${id}`,
    )
  }
  return labels
}

function shortened(line: string): string {
  if (line.length <= MOST_CHARACTERS) return line
  return `${line.slice(0, MOST_CHARACTERS)}… (${line.length} characters)`
}

/** The lines that differ between two graphs, as a unified diff; empty where none does. */
export function graphDiff(before: Graph, after: Graph): string {
  return printHunks(editsOf(listingOf(before).lines(), listingOf(after).lines()))
}

/**
 * Lines by key, in time linear in their number: passes keep the order of what they keep. What moved
 * nevertheless is gone from one place and new in another.
 */
function editsOf(before: readonly Line[], after: readonly Line[]): Edit[] {
  const was = new Map(before)
  const is = new Map(after)
  const moved = new Set<string>()
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  const gone = () => edits.push({ sign: '-', line: before[i]![1], before: i + 1, after: j + 1 })
  const fresh = () => edits.push({ sign: '+', line: after[j]![1], before: i + 1, after: j + 1 })
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]]
    if (old !== undefined && old[0] === now?.[0]) {
      if (old[1] === now[1]) edits.push({ sign: ' ', line: now[1], before: i + 1, after: j + 1 })
      else {
        gone()
        fresh()
      }
      i++
      j++
    } else if (old !== undefined && (!is.has(old[0]) || moved.has(old[0]))) {
      gone()
      i++
    } else {
      fresh()
      if (was.has(now![0])) moved.add(now![0])
      j++
    }
  }
  return edits
}

/** Patches with lines in the place of nodes and lists. */
export function patchReports(patches: readonly Patch[], was: Listing, is: Listing): PatchReport[] {
  return patches.map(patch => {
    const { op } = patch
    const [part, ...rest] = patch.path
    const isNode = part === 'nodes'
    // Keys of an object are strings to immer, and ids everywhere else are numbers.
    const path = isNode ? [part, ...rest.map(Number)] : patch.path
    const lines = (of: Listing) => (isNode ? of.node(Number(rest[0])) : of.list(String(part)))
    const before = op === 'add' ? undefined : lines(was)
    const after = op === 'remove' ? undefined : lines(is)
    return { op, path, ...(before && { before }), ...(after && { after }) }
  })
}
