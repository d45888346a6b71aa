// Values that are computed straight into memory meant for something else: an output that is a view
// of one, or a range of the concatenation that it is part of. Found before anything is placed,
// because whoever has such a place must be stored.

import type { Graph, ValueId } from '../ir/graph.ts'
import { ALIGNMENT_BYTES } from '../kernel/program.ts'
import { DTYPES } from '../support/dtype.ts'
import { type Moved, type Movement, movementOf, startsOfParts } from './movement.ts'
import { type Computed, isMadeBy, type Value, type Values } from './values.ts'

/** A range of a concatenation, in elements from its start. */
export interface Part {
  readonly whole: ValueId
  readonly start: number
}

/** What has a place before places are given out. */
export interface Claims {
  /** Names of the outputs that values are stored in. */
  readonly outputs: ReadonlyMap<ValueId, string>
  /** Values that are stored in a range of a concatenation. */
  readonly parts: ReadonlyMap<ValueId, Part>
  /** Concatenations that are filled part by part, with the start of each operand. */
  readonly joined: ReadonlyMap<ValueId, readonly number[]>
}

/** Movements of a graph by value, each looked at once. */
export type Movements = (value: Moved) => Movement

/** Remembers what `movementOf` said. */
export function rememberMovements(): Movements {
  const known = new Map<ValueId, Movement>()
  return value => {
    const found = known.get(value.id) ?? movementOf(value)
    known.set(value.id, found)
    return found
  }
}

/** All claims of a graph; users of a value claim before the value's own operands do. */
export function claimsOf(graph: Graph, values: Values, movements: Movements): Claims {
  const outputs = new Map<ValueId, string>()
  const parts = new Map<ValueId, Part>()
  const joined = new Map<ValueId, readonly number[]>()
  const isFree = (value: Value): value is Computed =>
    isComputed(value) && !outputs.has(value.id) && !parts.has(value.id)
  for (const { name, value } of graph.outputs) {
    const base = wholeBase(values, movements, value)
    if (isFree(base)) outputs.set(base.id, name)
  }
  const derived = heavyValues(values)
  for (const value of [...values.values()].reverse()) {
    if (!isMadeBy(value, 'movement') || outputs.has(value.id)) continue
    const starts = joinableStarts(value, values)
    if (starts === undefined) continue
    const bases = value.operands.map(id => wholeBase(values, movements, id))
    // A part that is in use elsewhere at another place is copied; that alone is no reason to join.
    if (!bases.some(base => isFree(base) && derived.has(base.id))) continue
    joined.set(value.id, starts)
    bases.forEach((base, i) => {
      const start = starts[i]!
      if (isFree(base) && canBegin(value, start)) parts.set(base.id, { whole: value.id, start })
    })
  }
  return { outputs, parts, joined }
}

const isComputed = (value: Value): value is Computed =>
  value.node !== undefined && value.lowering.kind !== 'literal' && value.size > 0

/** The value of which `id` is the whole under another shape. */
function wholeBase(values: Values, movements: Movements, id: ValueId): Value {
  let value = values.get(id)!
  while (isMadeBy(value, 'movement')) {
    const { start, loads } = movements(value)
    const from: Value | undefined = values.get(value.operands[loads[0]?.operand ?? 0] ?? -1)
    if (start !== 0 || from?.size !== value.size) return value
    value = from
  }
  return value
}

/**
 * Starts of the parts of a join, if every part begins where a buffer can. A repeated literal may
 * begin anywhere: it is stored from the last such place on, before what stands there in the end.
 */
function joinableStarts(value: Moved, values: Values): readonly number[] | undefined {
  const starts = startsOfParts(value)
  const fits = (start: number, i: number) =>
    canBegin(value, start) || isFill(values.get(value.operands[i]!)!)
  return value.operands.length > 1 && starts?.every(fits) ? starts : undefined
}

/** Whether a buffer can begin at an element of the value's memory. */
export function canBegin({ dtype }: Pick<Value, 'dtype'>, start: number): boolean {
  return (start * DTYPES[dtype].bytes) % ALIGNMENT_BYTES === 0
}

/** Whether every element is one literal. */
function isFill(value: Value): boolean {
  return isMadeBy(value, 'elementwise') && value.operands.length === 0
}

/** Values that need a kernel of their own somewhere behind them. */
function heavyValues(values: Values): ReadonlySet<ValueId> {
  const heavy = new Set<ValueId>()
  for (const value of values.values()) {
    if (!isComputed(value)) continue
    const isOwn = !isMadeBy(value, 'elementwise', 'movement', 'gather')
    if (isOwn || value.operands.some(id => heavy.has(id))) heavy.add(value.id)
  }
  return heavy
}
