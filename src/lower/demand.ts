// How often each value would be computed if it were part of the kernels that use it. One walk from
// users to definitions, in which a value that several kernels need is taken to be stored. A value
// has one place of use where all uses are at one index of one kernel.

import type { Graph, ValueId } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'
import type { Claims, Movements } from './claims.ts'
import { hasTiles, roleShapes } from './contraction-roles.ts'
import { DEAREST } from './cost.ts'
import type { Moved } from './movement.ts'
import type { UpdateGroup } from './updates.ts'
import { type Computed, isMadeBy, type LoweringOf, type Value, type Values } from './values.ts'

/** Where a value is used: a number per kernel and index in it. */
type Place = number

/** Several places. */
const MANY: Place = -1

/** How a value is used. */
export interface Demand {
  readonly place: Place
  /** How many elements the users ask for altogether. */
  readonly points: number
  /** How many elements one use asks for, at most. */
  readonly most: number
  /** Whether it is a factor of a product in tiles, which is computed while it is packed. */
  readonly isFactor: boolean
  /** How many values stand between it and what is stored, at most. */
  readonly depth: number
}

/** Values that one expression is made of, one inside the other; more would be slow to walk. */
const DEEPEST = 200

/** The demand for every value that something needs. */
export interface Demands {
  readonly of: (id: ValueId) => Demand | undefined
  /** The elementwise value in whose kernel all uses are, at the very index that it is stored at. */
  readonly finisherOf: (id: ValueId) => ValueId | undefined
}

/** What demand depends on beside the values. */
export interface Needs {
  readonly graph: Graph
  readonly values: Values
  /** Values as text names them. */
  readonly labels: ReadonlyMap<ValueId, string>
  /** The elements of constants that are not one repeated value. */
  readonly literals: ReadonlyMap<ValueId, Literal>
  readonly movements: Movements
  readonly claims: Claims
  readonly groups: readonly UpdateGroup[]
  /** Values that must be stored whatever their users could do. */
  readonly forced: ReadonlySet<ValueId>
}

/** Whether a value must be stored, because something has a place for it. */
export function isClaimed({ claims, forced }: Pick<Needs, 'claims' | 'forced'>, id: ValueId) {
  const { outputs, parts, joined } = claims
  return outputs.has(id) || parts.has(id) || joined.has(id) || forced.has(id)
}

/** Whether each point that uses the value uses it once, and no point is asked for twice. */
export function isUsedOnce({ place, points }: Demand, { size }: Value): boolean {
  return place !== MANY && points <= size
}

/** Whether no use asks for an element more often than once, however many uses there are. */
export function isOncePerUse({ most }: Demand, { size }: Value): boolean {
  return most <= size
}

/** Whether the value is as deep inside an expression as may be. */
export function isTooDeep({ depth }: Demand): boolean {
  return depth >= DEEPEST
}

/** The demand for all values of a graph. */
export function demandsOf(needs: Needs): Demands {
  const walk = new DemandWalk(needs)
  walk.run()
  return {
    of: id => walk.demands.get(id),
    finisherOf: id => {
      const place = walk.demands.get(id)?.place
      const value = place === undefined ? undefined : needs.values.get(place)
      return value === undefined || value.id === id ? undefined : value.id
    },
  }
}

class DemandWalk {
  readonly demands = new Map<ValueId, Demand>()
  readonly #needs: Needs
  #nextPlace: number

  constructor(needs: Needs) {
    this.#needs = needs
    // The place of a stored elementwise value has its id; all others have numbers of their own.
    this.#nextPlace = [...needs.values.keys()].reduce((a, b) => Math.max(a, b), -1) + 1
  }

  run(): void {
    const { graph, values, groups } = this.#needs
    for (const { value } of graph.outputs) this.#use(value, this.#nextPlace++)
    for (const group of groups) {
      const place = this.#nextPlace++
      for (const { value } of group) this.#use(value, place)
    }
    for (const value of [...values.values()].reverse()) {
      const demand = this.demands.get(value.id)
      if (demand === undefined || value.node === undefined || value.size === 0) continue
      this.#operands(value, demand)
    }
  }

  #use(
    id: ValueId,
    place: Place,
    points = this.#needs.values.get(id)!.size,
    below = 0,
    isFactor = false,
  ): void {
    const known = this.demands.get(id) ?? { place, points: 0, most: 0, depth: 0, isFactor }
    const isSame = known.place === place && place !== MANY
    this.demands.set(id, {
      place: isSame ? place : MANY,
      points: isSame ? Math.max(points, known.points) : points + known.points,
      most: Math.max(points, known.most),
      isFactor: isFactor || known.isFactor,
      depth: Math.max(known.depth, below),
    })
  }

  #operands(value: Computed, demand: Demand): void {
    if (isMadeBy(value, 'elementwise')) this.#elementwise(value, demand)
    else if (isMadeBy(value, 'movement', 'gather')) this.#moved(value, demand)
    else if (isMadeBy(value, 'contraction')) this.#factors(value)
    else if (isMadeBy(value, 'scatter')) this.#scattered(value)
    else for (const id of value.operands) this.#use(id, this.#nextPlace++)
  }

  #isStored(value: Computed, demand: Demand): boolean {
    return isClaimed(this.#needs, value.id) || isTooDeep(demand) || !isUsedOnce(demand, value)
  }

  #elementwise(value: Computed, demand: Demand): void {
    const isStored = this.#isStored(value, demand)
    const [place, points] = isStored ? [value.id, value.size] : [demand.place, demand.points]
    const below = isStored ? 1 : demand.depth + 1
    for (const id of value.operands) this.#use(id, place, points, below)
  }

  #moved(value: Moved, demand: Demand): void {
    const { loads, flops } = this.#needs.movements(value)
    const isDear = flops >= DEAREST
    const isNeeded = isClaimed(this.#needs, value.id) || isTooDeep(demand)
    const isStored = isDear ? this.#isStored(value, demand) : isNeeded
    const below = isStored ? 1 : demand.depth + 1
    const points = isStored ? value.size : demand.points
    const isSpread = !isStored && demand.place === MANY
    for (const { operand, isGuarded } of loads) {
      const id = value.operands[operand]!
      const { size } = this.#needs.values.get(id)!
      // A guarded load of a movement hits every element once; a gather may choose one often.
      const isOnce = isGuarded && value.lowering.kind === 'movement'
      const hits = isOnce ? points * Math.min(1, size / value.size) : points
      const isFactor = !isStored && demand.isFactor
      this.#use(id, isSpread ? MANY : this.#nextPlace++, hits, below, isFactor)
    }
  }

  #factors(value: Computed<LoweringOf<'contraction'>>): void {
    const shapes = roleShapes(value)
    const isPacked = hasTiles(value)
    const count = (role: 'rows' | 'cols') => shapes[role].reduce((a, b) => a * b, 1)
    value.operands.forEach((id, side) => {
      const { size } = this.#needs.values.get(id)!
      const times = isPacked ? 1 : count(side === 0 ? 'cols' : 'rows')
      this.#use(id, this.#nextPlace++, size * times, 0, isPacked)
    })
  }

  #scattered({ operands }: Computed): void {
    const [x, indices, updates] = operands as readonly [ValueId, ValueId, ValueId]
    this.#use(x, this.#nextPlace++)
    // Every point walks over all indices.
    this.#use(indices, this.#nextPlace++, this.#needs.values.get(updates)!.size)
    this.#use(updates, this.#nextPlace++)
  }
}
