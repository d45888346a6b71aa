// What a model is made of, layer by layer: shapes, parameters, operations forward and backward, and
// the line that made it. Data first, and a table of it for people.

import { gradient as gradientGraph } from '../autodiff/gradient.ts'
import { bindGraph } from '../ir/bind.ts'
import type { Dims } from '../ir/dim.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import type { Shape, TensorType } from '../ir/type.ts'
import { chooseMode } from '../passes/choose-mode.ts'
import { isFloat } from '../support/dtype.ts'
import type { SourceLocation } from '../support/source.ts'
import { nodeFlops } from './flops.ts'
import type { Model } from './model.ts'

/** One line of a summary: an input, a layer, or an op outside of layers. */
export interface SummaryRow {
  /** The path of a layer, the name of an input, or the name of an op. */
  readonly name: string
  readonly kind: 'input' | 'layer' | 'op'
  /** The shape of its result: of the last that something outside of it uses. */
  readonly output: Shape
  /** Elements of its own params. */
  readonly parameters: number
  /** Operations of a forward run. */
  readonly forward: number
  /** Operations that its gradient adds. */
  readonly backward: number
  /** Where the body calls it. */
  readonly source?: SourceLocation | undefined
}

/** The parts of a model. */
export interface Summary {
  readonly name: string
  readonly rows: readonly SummaryRow[]
  readonly parameters: number
  /** Those of `parameters` that training changes. */
  readonly trainable: number
  readonly forward: number
  readonly backward: number
  /** A table for people. */
  toString(): string
}

/** What a summary counts. */
export interface SummaryOptions {
  /** The output whose gradient is counted; without it nothing is counted backward. */
  readonly of?: string | undefined
  /** Sizes for symbolic dims. */
  readonly dims: Dims
}

/**
 * The layers of a model with their costs at the given sizes.
 * Throws E107 where a dim has no size, E201 where `of` is no float scalar output.
 *
 * @example
 * console.log(String(summarize(mlp, { of: 'loss', dims: { batch: 128 } })))
 */
export function summarize(model: Model, { of, dims }: SummaryOptions): Summary {
  const forward = chooseMode(model.graph, 'train')
  const joint = bindGraph(of === undefined ? forward : differentiated(model, forward, of), dims)
  const rows = [...inputRows(joint), ...partRows(model, joint, forward)]
  const { declarations } = model
  const count = (only: (one: (typeof declarations)[number]) => boolean) =>
    total(declarations.filter(one => one.role === 'param' && only(one)).map(sizeOfDeclared))
  const summary = {
    name: model.name,
    rows,
    parameters: count(() => true),
    trainable: count(({ trainable }) => trainable),
    forward: total(rows.map(row => row.forward)),
    backward: total(rows.map(row => row.backward)),
  }
  return { ...summary, toString: () => printed(summary) }
}

/** With the gradients that training takes: none of frozen params, zeros without influence. */
function differentiated({ declarations }: Model, forward: Graph, of: string): Graph {
  const trained = declarations.filter(({ trainable, type }) => trainable && isFloat(type.dtype))
  const wrt = trained.map(({ path }) => path)
  return gradientGraph(forward, { of, wrt, zeros: wrt })
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)

const sizeOfDeclared = ({ type }: { readonly type: TensorType }) =>
  elementCount(type.shape as readonly number[])

function inputRows({ arguments: arguments_ }: Graph): SummaryRow[] {
  const inputs = arguments_.filter(({ role }) => role === 'input')
  return inputs.map(({ name, type }) => {
    return { name, kind: 'input', output: type.shape, parameters: 0, forward: 0, backward: 0 }
  })
}

/** A row under construction. */
interface Part {
  readonly name: string
  readonly kind: 'layer' | 'op'
  output: Shape
  forward: number
  backward: number
  readonly source: SourceLocation | undefined
}

function partRows(model: Model, joint: Graph, forward: Graph): SummaryRow[] {
  const isForward = new Set(forward.order)
  const flops = nodeFlops(joint)
  const parts = new Map<string, Part>()
  const partOf = new Map<ValueId, Part>()
  for (const node of nodesOf(joint)) {
    if (!isForward.has(node.id)) continue
    const part = parts.get(keyOf(node)) ?? begun(node)
    parts.set(keyOf(node), part)
    partOf.set(node.id, part)
    part.forward += flops.get(node.id)!
  }
  for (const [id, shape] of usedOutside(joint, isForward)) partOf.get(id)!.output = shape
  for (const { id, origin } of nodesOf(joint)) {
    if (isForward.has(id) || origin.forward === undefined) continue
    const part = partOf.get(origin.forward.id)
    if (part !== undefined) part.backward += flops.get(id)!
  }
  const rows = [...parts.values()].map(part => rowOf(part, model))
  return rows.filter(({ kind, forward: f, backward }) => kind === 'layer' || f + backward > 0)
}

/**
 * The shapes of values that an output or a node of another part uses, with the node that makes
 * each, in the order in which they are made. New state is for nobody but the next run.
 */
function usedOutside(joint: Graph, isForward: ReadonlySet<ValueId>): [ValueId, Shape][] {
  const nodes = nodesOf(joint).filter(({ id }) => isForward.has(id))
  const makers = new Map(nodes.flatMap(node => node.results.map(({ id }) => [id, node] as const)))
  const used = new Set(joint.outputs.map(({ value }) => value))
  for (const node of nodes) {
    const isForeign = (id: ValueId) => makers.has(id) && keyOf(makers.get(id)!) !== keyOf(node)
    for (const id of node.operands.filter(isForeign)) used.add(id)
  }
  return nodes.flatMap(({ id, results }) =>
    results
      .filter(result => used.has(result.id))
      .map(({ type }): [ValueId, Shape] => [id, type.shape]),
  )
}

/** Nodes of one layer share a row; a node outside of layers has its own. */
const keyOf = ({ id, origin }: Node) => origin.path ?? `#${id}`

function begun({ op, origin, results }: Node): Part {
  const { path, source } = origin
  return {
    name: path ?? op.name,
    kind: path === undefined ? 'op' : 'layer',
    output: results[0]!.type.shape,
    forward: 0,
    backward: 0,
    source: source?.location,
  }
}

function rowOf({ name, kind, output, forward, backward, source }: Part, model: Model): SummaryRow {
  // A nested layer counts its own params; those of layers inside of it are in their rows.
  const own = model.declarations.filter(({ path, role }) => {
    return role === 'param' && path.slice(0, path.lastIndexOf('.')) === name
  })
  const parameters = kind === 'layer' ? total(own.map(sizeOfDeclared)) : 0
  return { name, kind, output, parameters, forward, backward, source }
}

const HEADS = ['layer', 'output', 'params', 'forward', 'backward', 'source'] as const

function printed(summary: Omit<Summary, 'toString'>): string {
  const { name, rows, parameters, trainable, forward, backward } = summary
  const cells = rows.map(row => [
    row.name,
    `[${row.output.join(', ')}]`,
    row.parameters === 0 ? '-' : grouped(row.parameters),
    showFlops(row.forward),
    showFlops(row.backward),
    row.source === undefined ? '' : placeOf(row.source),
  ])
  const last = ['total', '', grouped(parameters), showFlops(forward), showFlops(backward), '']
  const frozen = parameters - trainable
  return [
    ...table([[...HEADS], ...cells, last]),
    `${name}: ${grouped(trainable)} trainable, ${grouped(frozen)} frozen`,
  ].join('\n')
}

const placeOf = ({ file, line }: SourceLocation) =>
  `${file.slice(file.lastIndexOf('/') + 1)}:${line}`

/** `109,386`. */
const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

const SCALES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const

/** `25.7 M`, or `-` for nothing. */
function showFlops(flops: number): string {
  if (flops === 0) return '-'
  const [scale, unit] = SCALES.find(([least]) => flops >= least) ?? [1, '']
  return scale === 1 ? String(flops) : `${(flops / scale).toFixed(1)} ${unit}`
}

/** Names and places flush left, numbers flush right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADS.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const isNumber = (column: number) => column >= 2 && column <= 4
  return rows.map(row => {
    const padded = row.map((cell, i) =>
      isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    )
    return padded.join('  ').trimEnd()
  })
}
