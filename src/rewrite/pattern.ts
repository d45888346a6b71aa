// Patterns over the values of a graph. A pattern is data; its type says what it captures, so a rule
// that builds from a capture it does not have fails to compile. One name twice means one value.
// Operands of a commutative op match in both orders, and a side condition takes part in the search.

import type { Attributes } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import type { Op, Operator } from '../ir/op.ts'
import { invariant } from '../support/diagnostic.ts'

/** What a pattern looks at: a graph whose values can be traced to the nodes that make them. */
export interface PatternView {
  value(id: ValueId): Value
  definition(id: ValueId): Node | undefined
  useCount(id: ValueId): number
}

/** A node that a pattern matched. */
export interface Matched {
  readonly op: Op
  readonly operands: readonly Value[]
  readonly attributes: Attributes
  /** Its results; most ops have one, and `out` is that. */
  readonly outs: readonly Value[]
  readonly out: Value
  /** How many nodes, outputs and updates use the result `out`; counted when it is asked for. */
  readonly useCount: number
}

/** Which ops a pattern admits: one, several, or all with a property. */
export type OpTest = Operator | readonly Operator[] | ((op: Op) => boolean)

/** What a pattern finds, by name. `captures` is never present: it carries the type. */
export interface Pattern<C = unknown> {
  readonly captures?: C
  readonly matcher: Matcher
}

/** A pattern of a node, which may be captured itself. */
export interface NodePattern<C = unknown> extends Pattern<C> {
  /** Captures the node: its attributes, operands and results. */
  as<N extends string>(name: N): NodePattern<C & Readonly<Record<N, Matched>>>
  /** Matches the result of that number instead of the first. */
  result(index: number): NodePattern<C>
  /**
   * Matches only where `holds`, which looks at nodes as they are: for rules whose condition costs
   * much to ask, what can be told at a glance. It takes no part in what is captured.
   */
  near(holds: Glance): NodePattern<C>
}

/** A condition on a node and those around it. */
export type Glance = (node: Node, view: PatternView) => boolean

/** The untyped form that the search walks. */
type Matcher =
  | {
      readonly kind: 'any'
      readonly name: string
      readonly except?: ((node: Node) => boolean) | undefined
    }
  | {
      readonly kind: 'reading'
      readonly name: string | undefined
      readonly read: (node: Node) => unknown
    }
  | NodeMatcher

interface NodeMatcher {
  readonly kind: 'node'
  readonly ops: readonly Op[] | undefined
  readonly test: (op: Op) => boolean
  /** Undefined: any number of any operands. */
  readonly operands: readonly Matcher[] | undefined
  readonly result: number
  readonly name: string | undefined
  readonly glance: Glance | undefined
  /** Whether its two operands have to be one value. */
  readonly isTwin: boolean
}

/** What the operands of a pattern capture together. */
type CapturesOf<P extends readonly Pattern[]> = P extends readonly [
  Pattern<infer C>,
  ...infer Rest extends readonly Pattern[],
]
  ? C & CapturesOf<Rest>
  : unknown

/** Any value, captured under `name`. */
export function any<N extends string>(name: N): Pattern<Readonly<Record<N, Value>>> {
  return { matcher: { kind: 'any', name } }
}

/** Any value but those of nodes for which `except` holds; arguments always match. */
export function unlike<N extends string>(
  name: N,
  except: (node: Node) => boolean,
): Pattern<Readonly<Record<N, Value>>> {
  return { matcher: { kind: 'any', name, except } }
}

/** A value of a node of which `read` finds something; that is captured under `name`. */
export function reading<N extends string, T>(
  name: N,
  read: (node: Node) => T | undefined,
): Pattern<Readonly<Record<N, T>>> {
  return { matcher: { kind: 'reading', name, read } }
}

/** A value of a node for which `holds`; nothing is captured. */
export function having(holds: (node: Node) => boolean): Pattern {
  return { matcher: { kind: 'reading', name: undefined, read: node => holds(node) || undefined } }
}

/** A node of one of the ops whose operands match: `pattern(mul, any('x'), filled(1))`. */
export function pattern<const P extends readonly Pattern[]>(
  ops: OpTest,
  ...operands: P
): NodePattern<CapturesOf<P>> {
  const listed = opsOf(ops)
  for (const op of listed ?? []) {
    const fits = op.variadic || op.operands.length === operands.length
    invariant(fits, 'pattern', `${op.name} takes ${op.operands.length} operands`)
  }
  const matchers = operands.map(of => of.matcher)
  return nodePattern({ ...nodeMatcher(ops), operands: matchers, isTwin: areTwins(matchers) })
}

function areTwins([x, y, ...others]: readonly Matcher[]): boolean {
  return x?.kind === 'any' && y?.kind === 'any' && x.name === y.name && others.length === 0
}

/** A node of one of the ops, whatever its operands: for ops with any number of them. */
export function application(ops: OpTest): NodePattern {
  return nodePattern({ ...nodeMatcher(ops), operands: undefined })
}

function nodeMatcher(ops: OpTest): Omit<NodeMatcher, 'operands'> {
  const listed = opsOf(ops)
  const test = listed === undefined ? (ops as (op: Op) => boolean) : (op: Op) => listed.includes(op)
  return {
    kind: 'node',
    ops: listed,
    test,
    result: 0,
    name: undefined,
    glance: undefined,
    isTwin: false,
  }
}

function opsOf(ops: OpTest): readonly Op[] | undefined {
  if ('op' in ops) return [ops.op]
  return typeof ops === 'function' ? undefined : ops.map(({ op }) => op)
}

function nodePattern<C>(matcher: NodeMatcher): NodePattern<C> {
  return {
    matcher,
    as: name => nodePattern({ ...matcher, name }),
    result: index => nodePattern({ ...matcher, result: index }),
    near: glance => nodePattern({ ...matcher, glance }),
  }
}

/**
 * Whether a node of `op` can match at all, and with operands made by nodes of the given ops
 * (undefined: arguments): what the driver indexes rules by.
 */
export function admits({ matcher }: Pattern, op: Op, below?: readonly MakerOp[]): boolean {
  if (matcher.kind !== 'node') return true
  const { operands: wanted } = matcher
  if (!matcher.test(op)) return false
  if (wanted === undefined || below === undefined) return true
  const inOrder = (ops: readonly MakerOp[]) =>
    wanted.length === ops.length && wanted.every((of, i) => admitsMaker(of, ops[i]))
  return inOrder(below) || (op.facts.commutative === true && inOrder([...below].reverse()))
}

/** The op of the node that makes a value; undefined for an argument. */
export type MakerOp = Op | undefined

function admitsMaker(matcher: Matcher, op: MakerOp): boolean {
  if (matcher.kind === 'any') return true
  return op !== undefined && (matcher.kind !== 'node' || matcher.test(op))
}

/** How many nodes deep a pattern looks: how far above a change its root may stand. */
export function depthOf({ matcher }: Pattern): number {
  return depth(matcher)
}

function depth(matcher: Matcher): number {
  if (matcher.kind === 'any') return matcher.except === undefined ? 0 : 1
  return 1 + (matcher.kind === 'node' ? Math.max(0, ...(matcher.operands ?? []).map(depth)) : 0)
}

/**
 * Whether a node has the structure of a pattern, whatever its names and conditions say. Far cheaper
 * than a search, which most attempts are thereby spared.
 */
export function fits({ matcher }: Pattern, node: Node, view: PatternView): boolean {
  return nodeFits(matcher, node, view)
}

function valueFits(matcher: Matcher, id: ValueId, view: PatternView): boolean {
  const node = view.definition(id)
  if (node === undefined) return matcher.kind === 'any'
  return nodeFits(matcher, node, view)
}

function nodeFits(matcher: Matcher, node: Node, view: PatternView): boolean {
  if (matcher.kind === 'any') return matcher.except === undefined || !matcher.except(node)
  if (matcher.kind === 'reading') return matcher.read(node) !== undefined
  const { operands: wanted, test } = matcher
  const { op, operands } = node
  if (!test(op) || (wanted !== undefined && wanted.length !== operands.length)) return false
  if (matcher.isTwin && operands[0] !== operands[1]) return false
  if (matcher.glance !== undefined && !matcher.glance(node, view)) return false
  if (wanted === undefined || operandsFit(wanted, operands, false, view)) return true
  return op.facts.commutative === true && operandsFit(wanted, operands, true, view)
}

function operandsFit(
  wanted: readonly Matcher[],
  operands: readonly ValueId[],
  backwards: boolean,
  view: PatternView,
): boolean {
  const last = operands.length - 1
  for (let i = 0; i <= last; i++) {
    if (!valueFits(wanted[i]!, operands[backwards ? last - i : i]!, view)) return false
  }
  return true
}

/** Captures by name while a search is under way; undefined for names that are free. */
export type Bindings = Record<string, unknown>

/**
 * Searches for a match at `node`, adding captures to `bindings`; `accept` is asked for every match
 * found and ends the search with true. Answers whether one was accepted.
 */
export function matchAt(
  { matcher }: Pattern,
  node: Node,
  view: PatternView,
  bindings: Bindings,
  accept: () => boolean,
): boolean {
  const first = matcher.kind === 'node' ? matcher.result : 0
  const id = node.results[first]?.id
  return id !== undefined && matchValue(matcher, id, view, bindings, accept)
}

function matchValue(
  matcher: Matcher,
  id: ValueId,
  view: PatternView,
  bindings: Bindings,
  next: () => boolean,
): boolean {
  const node = view.definition(id)
  if (matcher.kind === 'any') {
    if (node !== undefined && matcher.except?.(node)) return false
    return bind(bindings, matcher.name, view.value(id), next)
  }
  if (node === undefined) return false
  if (matcher.kind === 'node') return matchNode(matcher, node, id, view, bindings, next)
  const found = matcher.read(node)
  return found !== undefined && bind(bindings, matcher.name, found, next)
}

function matchNode(
  matcher: NodeMatcher,
  node: Node,
  id: ValueId,
  view: PatternView,
  bindings: Bindings,
  next: () => boolean,
): boolean {
  const { operands } = matcher
  if (!matcher.test(node.op) || node.results[matcher.result]?.id !== id) return false
  if (operands !== undefined && operands.length !== node.operands.length) return false
  const captured = matcher.name === undefined ? undefined : matchedNode(node, view)
  return bind(bindings, matcher.name, captured, () => {
    if (operands === undefined) return next()
    if (matchAll(operands, node.operands, 0, view, bindings, next)) return true
    const [x, y] = node.operands
    const swaps = node.op.facts.commutative === true && node.operands.length === 2 && x !== y
    return swaps && matchAll(operands, [y!, x!], 0, view, bindings, next)
  })
}

function matchAll(
  matchers: readonly Matcher[],
  ids: readonly ValueId[],
  at: number,
  view: PatternView,
  bindings: Bindings,
  next: () => boolean,
): boolean {
  if (at === matchers.length) return next()
  return matchValue(matchers[at]!, ids[at]!, view, bindings, () =>
    matchAll(matchers, ids, at + 1, view, bindings, next),
  )
}

/**
 * Goes on with `name` bound, if it is free or bound to the same; takes the binding back on failure.
 */
function bind(
  bindings: Bindings,
  name: string | undefined,
  found: unknown,
  next: () => boolean,
): boolean {
  if (name === undefined) return next()
  const known = bindings[name]
  if (known !== undefined) return Object.is(known, found) && next()
  bindings[name] = found
  if (next()) return true
  bindings[name] = undefined
  return false
}

/** A node as rules see it. */
export function matchedNode(node: Node, view: PatternView): Matched {
  return new MatchedNode(node, view)
}

/** Most nodes that are looked at are not looked into: handles are made when they are asked for. */
class MatchedNode implements Matched {
  readonly #node: Node
  readonly #view: PatternView
  #operands: readonly Value[] | undefined

  constructor(node: Node, view: PatternView) {
    this.#node = node
    this.#view = view
  }

  get op(): Op {
    return this.#node.op
  }

  get attributes(): Attributes {
    return this.#node.attributes
  }

  get operands(): readonly Value[] {
    this.#operands ??= this.#node.operands.map(id => this.#view.value(id))
    return this.#operands
  }

  get outs(): readonly Value[] {
    return this.#node.results.map(result => this.#view.value(result.id))
  }

  get out(): Value {
    return this.#view.value(this.#node.id)
  }

  get useCount(): number {
    return this.#view.useCount(this.#node.id)
  }
}
