// A kernel while it is written. Reading a value gives a scalar: a load where the value lies in
// memory, the total where it is what the kernel accumulates, else whatever its op computes from its
// operands, read in turn. Parameters appear as they are needed, named by their order alone.

import type { ValueId } from '../ir/graph.ts'
import { isWithin } from '../kernel/coverage.ts'
import { flatIndex, type Index, range } from '../kernel/index.ts'
import type { Param, Store } from '../kernel/kernel.ts'
import { sizeOf } from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { holdsAtom } from '../kernel/uses.ts'
import { guarded } from './guard.ts'
import type { Moved } from './movement.ts'
import type { Place, Places } from './places.ts'
import { type Computed, isMadeBy, type Value, type Values } from './values.ts'

/** A parameter with the place that its launch binds to it. */
interface BoundParam {
  param: Param
  readonly place: Place
}

/**
 * What the kernel knows of a value by itself: its element, if an earlier loop has left it, or that
 * it is to be computed although it has a place. Undefined for everything else.
 */
export type Resolve = (
  id: ValueId,
  index: readonly Index[],
  fill: Scalar | undefined,
) => Scalar | 'compute' | undefined

/** A kernel while it is written. */
export class Draft {
  readonly #values: Values
  readonly #places: Places
  readonly #bound = new Map<string, BoundParam>()
  readonly #memo = new Map<string, Scalar>()
  readonly #inlined = new Set<ValueId>()
  /** Asked before a value is loaded or computed. */
  resolve: Resolve = () => undefined
  #reads = 0
  #writes = 0

  constructor(values: Values, places: Places) {
    this.#values = values
    this.#places = places
  }

  /** Reads again what `resolve` has another answer for by now. */
  forget(): void {
    this.#memo.clear()
  }

  /** Names the kernel for the value too. */
  computes(value: ValueId): void {
    this.#inlined.add(value)
  }

  /** The values that the kernel computes on the way, in the order in which they were read. */
  get inlined(): ReadonlySet<ValueId> {
    return this.#inlined
  }

  /** Parameters and their places: first what is read, then what is written. */
  bound(): readonly Readonly<BoundParam>[] {
    const all = [...this.#bound.values()]
    const isRead = ({ param }: BoundParam) => param.access === 'read'
    return [...all.filter(isRead), ...all.filter(one => !isRead(one))]
  }

  /** The element of a value; with `fill`, the index may leave the value. */
  read(id: ValueId, index: readonly Index[], fill?: Scalar): Scalar {
    const value = this.#values.get(id)!
    const isInside = index.every((e, d) => isProved(e, value.shape[d]!))
    const otherwise = isInside ? undefined : (fill ?? s.constant(value.dtype, 0))
    const key = `${id} ${otherwise?.id} ${index.map(e => e.id).join(' ')}`
    const known = this.#memo.get(key)
    if (known !== undefined) return known
    const made = this.#make(value, index, otherwise)
    this.#memo.set(key, made)
    return made
  }

  /** An element of a place; as one row where that spares the index a division. */
  load(place: Place, index: readonly Index[], fill?: Scalar): Scalar {
    const size = sizeOf(place.shape)
    const isDirect = fill !== undefined || !index.some(isDivided)
    const flat = isDirect ? undefined : flatIndex(index, place.shape)
    if (flat !== undefined && !isDivided(flat) && isWithin(flat, size)) {
      return this.load({ ...place, shape: [size] }, [flat])
    }
    const bound = this.#parameter(place, 'read')
    if (bound.param.access === 'write') bound.param = { ...bound.param, access: 'update' }
    return s.load(place.type, bound.param.name, index, fill)
  }

  /** An element of a target as the kernel itself has stored it. */
  reload(place: Place, index: readonly Index[], fill?: Scalar): Scalar {
    return s.load(place.type, this.#parameter(place, 'write').param.name, index, fill)
  }

  /** A parameter that the kernel stores; declared before what it is computed from is read. */
  target(place: Place): (index: readonly Index[], value: Scalar) => Store {
    const { param } = this.#parameter(place, 'write')
    return (index, value) => ({ kind: 'store', buffer: param.name, index, value })
  }

  #parameter(place: Place, access: 'read' | 'write'): BoundParam {
    const { region, memory, offset, type, shape } = place
    const key = `${region} ${memory} ${offset} ${type} ${shape}`
    const known = this.#bound.get(key)
    if (known !== undefined) return known
    const name = access === 'read' ? `x${this.#reads++}` : `y${this.#writes++}`
    const made: BoundParam = { param: { name, access, type, shape }, place }
    this.#bound.set(key, made)
    return made
  }

  #make(value: Value, index: readonly Index[], fill: Scalar | undefined): Scalar {
    const known = this.resolve(value.id, index, fill)
    if (known === 'compute') return this.compute(value as Computed, index, fill)
    if (known !== undefined) return known
    if (this.#places.has(value.id)) return this.load(this.#places.of(value.id), index, fill)
    return this.compute(value as Computed, index, fill)
  }

  /** The element of a value as its op computes it, whether it lies in memory or not. */
  compute(value: Computed, index: readonly Index[], fill?: Scalar): Scalar {
    this.computes(value.id)
    if (isMadeBy(value, 'literal')) return this.#uniform(value)
    if (fill === undefined) return this.#element(value, index)
    const passed = isMadeBy(value, 'movement') ? this.#passed(value, index, fill) : undefined
    if (passed !== undefined) return passed
    return guarded(index, value.shape, fill, inside => this.#element(value, inside))
  }

  /** The element at an index that is in range, or whose element nobody looks at. */
  #element(value: Computed, index: readonly Index[]): Scalar {
    const { lowering, context, operands } = value
    if (lowering.kind === 'elementwise') {
      const read = operands.map(id => this.read(id, index))
      return lowering.scalar(read, context)
    }
    const { element } = (value as Moved).lowering
    return element(index, (i, at, fill) => this.read(operands[i]!, at, fill), context)
  }

  #uniform({ node, context }: Computed): Scalar {
    const [literal] = node.op.evaluate([], node.attributes, [])
    return s.constant(context.result.dtype, literal!.uniform ?? 0)
  }

  /**
   * The movement's own load with `fill`, where that leaves its operand exactly when the index
   * leaves the result or the movement fills with the same: every dim that can be left is a dim of
   * the operand too.
   */
  #passed(value: Moved, index: readonly Index[], fill: Scalar): Scalar | undefined {
    const { lowering, context, operands, shape } = value
    let loaded: Scalar | undefined
    const element = lowering.element(
      index,
      (i, at, inner) => {
        const from = context.types[i]!.shape
        const isKept = (e: Index, d: number) =>
          isProved(e, shape[d]!) || at.some((other, k) => other === e && from[k] === shape[d])
        const isPassed = (inner === undefined || inner === fill) && index.every(isKept)
        if (isPassed) loaded = this.read(operands[i]!, at, fill)
        return loaded ?? s.constant(context.types[i]!.dtype, 0)
      },
      context,
    )
    return element === loaded ? loaded : undefined
  }
}

const isDivided = (e: Index): boolean =>
  e.terms.some(({ of }) => of.kind === 'div' || of.kind === 'mod')

/** Whether the index is certain to lie in a dim of `size`. */
function isProved(e: Index, size: number): boolean {
  if (holdsAtom(e, 'exact') || holdsAtom(e, 'value')) return false
  const [low, high] = range(e)
  return low > high || isWithin(e, size)
}
