// Which values get memory. Everything else is part of the kernels that use it: elementwise values
// and movements while that repeats no work worth keeping, and accumulations that end in the one
// elementwise value they lead to.

import type { ValueId } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { scalarInput } from '../kernel/scalar.ts'
import { type Claims, canBegin } from './claims.ts'
import {
  type Cost,
  DEAREST,
  FREE,
  flopsOf,
  isMadeOfNothing,
  isWorthFolding,
  isWorthRepeating,
  LOADED,
  remade,
} from './cost.ts'
import {
  type Demand,
  demandsOf,
  isClaimed,
  isOncePerUse,
  isTooDeep,
  isUsedOnce,
  type Needs,
} from './demand.ts'
import type { Moved } from './movement.ts'
import { type Computed, isMadeBy, type Value } from './values.ts'

/** A value that lies in another one's memory, `start` elements from its beginning. */
export interface View {
  readonly of: ValueId
  readonly start: number
}

/** What is stored, and where values lie that are not. */
export interface Plan {
  readonly claims: Claims
  /** Values that launches store, in definition order. */
  readonly stored: ReadonlySet<ValueId>
  readonly views: ReadonlyMap<ValueId, View>
  /** By stored value: the accumulation whose kernel computes it from the total. */
  readonly cores: ReadonlyMap<ValueId, ValueId>
  /** Values that are stored because what they are part of would be too deep. */
  readonly breaks: ReadonlySet<ValueId>
  /** Operations of an element, made of what lies in memory. */
  readonly flopsOf: (id: ValueId) => number
}

/** The plan for what a program needs. */
export function planOf(needs: Needs): Plan {
  return new Planner(needs).plan()
}

class Planner {
  readonly #needs: Needs
  readonly #demands: ReturnType<typeof demandsOf>
  readonly #stored = new Set<ValueId>()
  readonly #views = new Map<ValueId, View>()
  readonly #cores = new Map<ValueId, ValueId>()
  readonly #breaks = new Set<ValueId>()
  readonly #costs = new Map<ValueId, Cost>()
  /** What stored values would cost if they were not. */
  readonly #unstored = new Map<ValueId, Cost>()
  readonly #flops = new Map<Op, Map<string, number>>()

  constructor(needs: Needs) {
    this.#needs = needs
    this.#demands = demandsOf(needs)
  }

  plan(): Plan {
    for (const value of this.#needs.values.values()) {
      if (value.node === undefined) {
        this.#costs.set(value.id, LOADED)
        continue
      }
      const demand = this.#demands.of(value.id)
      if (demand !== undefined) this.#decide(value, demand)
    }
    return {
      claims: this.#needs.claims,
      stored: this.#stored,
      views: this.#views,
      cores: this.#cores,
      breaks: this.#breaks,
      flopsOf: id => this.#unstored.get(id)?.flops ?? 0,
    }
  }

  #decide(value: Computed, demand: Demand): void {
    const { literals } = this.#needs
    if (isMadeBy(value, 'literal'))
      this.#costs.set(value.id, literals.has(value.id) ? LOADED : FREE)
    else if (isMadeBy(value, 'elementwise')) this.#elementwise(value, demand)
    else if (isMadeBy(value, 'movement', 'gather')) this.#moved(value, demand)
    else this.#accumulated(value, demand)
  }

  #store({ id }: Value): void {
    this.#stored.add(id)
    this.#costs.set(id, LOADED)
  }

  #inline({ id }: Value, cost: Cost): void {
    this.#costs.set(id, isMadeOfNothing(cost) ? remade(cost) : cost)
  }

  #elementwise(value: Computed, demand: Demand): void {
    const cost = this.#costOf(value, this.#ownFlops(value))
    this.#unstored.set(value.id, cost)
    if (this.#cores.has(value.id) || this.#isKept(value, demand, cost)) this.#store(value)
    else this.#inline(value, cost)
  }

  #isKept(value: Computed, demand: Demand, cost: Cost): boolean {
    if (isClaimed(this.#needs, value.id)) return true
    if (value.size === 0) return false
    if (isTooDeep(demand)) {
      this.#breaks.add(value.id)
      return true
    }
    if (isMadeOfNothing(cost)) return !isOncePerUse(demand, value)
    if (cost.isRemade && !isOncePerUse(demand, value)) return true
    if (demand.isFactor && !cost.isRemade && !isWorthFolding(cost)) return true
    return !isUsedOnce(demand, value) && !isWorthRepeating(cost, demand.points / value.size)
  }

  #moved(value: Moved, demand: Demand): void {
    const { loads, flops } = this.#needs.movements(value)
    const isStored = isClaimed(this.#needs, value.id)
    const view = isStored ? undefined : this.#viewOf(value)
    if (view !== undefined) {
      this.#views.set(value.id, view)
      this.#costs.set(value.id, LOADED)
      return
    }
    const used = loads.map(({ operand }) => value.operands[operand]!)
    const cost = this.#costOf(value, flops, used)
    this.#unstored.set(value.id, cost)
    const isKept = (flops >= DEAREST || isTooDeep(demand)) && this.#isKept(value, demand, cost)
    if (isStored || isKept) this.#store(value)
    else this.#inline(value, cost)
  }

  /** A range of what has memory, where a buffer can begin. */
  #viewOf(value: Moved): View | undefined {
    const { start, loads } = this.#needs.movements(value)
    if (start === undefined || value.size === 0) return undefined
    const operand = value.operands[loads[0]!.operand]!
    const below = this.#views.get(operand)
    const view = { of: below?.of ?? operand, start: (below?.start ?? 0) + start }
    const base = this.#needs.values.get(view.of)!
    const isGiven = base.node === undefined || this.#needs.literals.has(base.id)
    if (!isGiven && !this.#stored.has(base.id)) return undefined
    if (view.start === 0 && value.size === base.size) return view
    return canBegin(value, view.start) && this.#hasRanges(base) ? view : undefined
  }

  /** Whether a buffer can begin within the memory of a value: inputs and outputs have one each. */
  #hasRanges(base: Value): boolean {
    const { role } = base.argument ?? {}
    if (role !== undefined) return role === 'param' || role === 'state'
    return this.#stored.has(base.id) && !this.#needs.claims.outputs.has(base.id)
  }

  /** An accumulation ends in the kernel of the one value that it leads to, if there is one. */
  #accumulated(value: Computed, demand: Demand): void {
    const finisher = this.#demands.finisherOf(value.id)
    const canFinish = isMadeBy(value, 'reduction', 'contraction') && value.size > 0
    const isFree = finisher !== undefined && !this.#cores.has(finisher)
    if (!canFinish || !isFree || isClaimed(this.#needs, value.id) || !isUsedOnce(demand, value)) {
      this.#store(value)
      return
    }
    this.#cores.set(finisher, value.id)
    this.#costs.set(value.id, LOADED)
  }

  #costOf(value: Value, flops: number, operands?: readonly ValueId[]): Cost {
    const used = operands ?? (value.node === undefined ? [] : value.operands)
    return used.reduce((sum, id) => this.#plus(sum, value, id), { ...FREE, flops })
  }

  /** What reading one operand adds; small tensors stay in the cache. */
  #plus(sum: Cost, value: Value, id: ValueId): Cost {
    const cost = this.#costs.get(id) ?? FREE
    const share = Math.min(1, this.#needs.values.get(id)!.size / Math.max(1, value.size))
    return {
      flops: sum.flops + cost.flops,
      loads: sum.loads + share * cost.loads,
      isRemade: sum.isRemade || cost.isRemade,
    }
  }

  /** Counted once per op and dtype, unless attributes have a say in it. */
  #ownFlops({ node, lowering, context }: Computed): number {
    if (lowering.kind !== 'elementwise' || context.types.length === 0) return 0
    const inputs = context.types.map(({ dtype }, i) => scalarInput(dtype, `x${i}`))
    const count = () => flopsOf(lowering.scalar(inputs, context))
    if (Object.keys(node.attributes).length > 0) return count()
    const key = inputs.map(({ type }) => type).join()
    const byTypes = this.#flops.get(node.op) ?? new Map<string, number>()
    const known = byTypes.get(key) ?? count()
    this.#flops.set(node.op, byTypes.set(key, known))
    return known
  }
}
