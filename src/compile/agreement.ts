// Whether two sides of a rewrite agree, as far as the rule promises it. Both are computed in
// double. How far they may be apart is measured, not guessed: either side is computed again with
// every value on its way shaken by what its dtype cannot tell apart, and where that moves the
// result, the result was never known better. So a formula that has lost its digits blames nobody.

import type { Node, ValueId } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'
import type { Exactness } from '../rewrite/rule.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'
import { type Random, random } from '../support/random.ts'
import type { KnownValues } from './known-values.ts'
import type { Region } from './region.ts'

/** Where two values that must agree do not. */
export interface Difference {
  /** Row-major, of the first element. */
  readonly position: number
  readonly before: number
  readonly after: number
}

/** Two sides of a rewrite with their values. */
export interface Sides {
  readonly exactness: Exactness
  readonly before: Literal
  readonly after: Literal
  /** What makes each: the value's own id, and the nodes around it. */
  readonly ids: { readonly before: ValueId; readonly after: ValueId }
  readonly region: Region
  /** Elements of any value that the region uses. */
  readonly read: (id: ValueId) => Literal | undefined
  readonly known: KnownValues
}

/** The first element at which two values differ in a bit; all NaNs count as one. */
export function firstDifference(before: Literal, after: Literal): Difference | undefined {
  return first(before, after, (a, b) => Object.is(a, b))
}

/** The first element at which the sides are further apart than the rule promises. */
export function disagreement(sides: Sides): Difference | undefined {
  const { exactness, before, after } = sides
  if (exactness === 'bitwise') return firstDifference(before, after)
  const relative = 4 * stepOf(before.dtype)
  const isNear = (a: number, b: number) => {
    if (Object.is(a, b) || a === b) return true
    const most = Math.max(Math.abs(a), Math.abs(b))
    return most < Number.POSITIVE_INFINITY && Math.abs(a - b) <= relative * most
  }
  if (first(before, after, isNear) === undefined || isExempt(sides)) return undefined
  const [left, right] = [spread(sides, 'before'), spread(sides, 'after')]
  return first(before, after, (a, b, i) => {
    if (isNear(a, b)) return true
    // What a stabilizing rule is for: the formula as written has no value here.
    if (!Number.isFinite(a)) return exactness === 'stabilizing'
    if (!Number.isFinite(b)) return left[i] === Number.POSITIVE_INFINITY
    return Math.abs(a - b) <= SLACK * (left[i]! + right[i]!)
  })
}

/** How often a side is computed with shaken values, and by how much more it may be off. */
const ROUNDS = 4
const SLACK = 8

/** From here on a sum of a few values may overflow. */
const HUGE = 1e300

/** What the promise of a rule leaves open as a whole. */
function isExempt({ exactness, region, read }: Sides): boolean {
  const hasFiniteLeaves = region.leaves.every(id => everyElement(read(id), Number.isFinite))
  if (exactness === 'assumes-finite' && !hasFiniteLeaves) return true
  if (exactness !== 'rounding' || !hasFiniteLeaves) return false
  const ways = [...region.before, ...region.after].flatMap(node => node.results)
  return !ways.every(({ id }) => everyElement(read(id), x => !(Math.abs(x) >= HUGE)))
}

function everyElement(of: Literal | undefined, holds: (element: number) => boolean): boolean {
  return of?.values().every(holds) ?? true
}

function first(
  before: Literal,
  after: Literal,
  agree: (before: number, after: number, position: number) => boolean,
): Difference | undefined {
  for (let position = 0; position < before.size; position++) {
    const [a, b] = [before.at(position), after.at(position)]
    if (!agree(a, b, position)) return { position, before: a, after: b }
  }
  return undefined
}

/** How far each element of one side moves when all values on its way are shaken. */
function spread(sides: Sides, side: 'before' | 'after'): Float64Array {
  const still = sides[side]
  const moved = new Float64Array(still.size)
  for (let round = 0; round < ROUNDS; round++) {
    const shaken = shakenValue(sides, side, round)
    // What cannot be computed again is not judged.
    moved.forEach((most, i) => {
      const by = Math.abs((shaken?.at(i) ?? Number.NaN) - still.at(i))
      moved[i] = Number.isNaN(by) ? Number.POSITIVE_INFINITY : Math.max(most, by)
    })
  }
  return moved
}

function shakenValue(sides: Sides, side: 'before' | 'after', round: number): Literal | undefined {
  const { known, read, region, ids } = sides
  const stream = random(round)
  const values = new Map<ValueId, Literal>()
  const elementsOf = (id: ValueId) => values.get(id) ?? read(id)
  for (const node of region[side]) {
    const results = computed(node, elementsOf, known)
    if (results === undefined) return undefined
    node.results.forEach(({ id }, i) => {
      values.set(id, shaken(results[i]!, stream, round))
    })
  }
  return elementsOf(ids[side])
}

function computed(
  node: Node,
  elementsOf: (id: ValueId) => Literal | undefined,
  known: KnownValues,
): readonly Literal[] | undefined {
  const operands = node.operands.map(elementsOf)
  if (!operands.every(operand => operand !== undefined)) return undefined
  return known.compute(node, operands as Literal[])
}

/** The relative distance of two neighbours of a dtype, and the least number above zero. */
const stepOf = (dtype: DTypeName) => (dtype === 'f64' ? 2 ** -52 : 2 ** -23)
const leastOf = (dtype: DTypeName) => (dtype === 'f64' ? Number.MIN_VALUE : 2 ** -149)

/**
 * Every float moved by about a step of its dtype: known values are stored in it, so rules that
 * compute them ahead are right to no more digits. All in one direction in every other round, since
 * a sum of many that move at random hardly moves. An exact zero is what it is.
 */
function shaken(of: Literal, stream: Random, round: number): Literal {
  const { dtype } = of
  if (DTYPES[dtype].kind !== 'float') return of
  const [step, least] = [stepOf(dtype), leastOf(dtype)]
  const move = () => (stream.bits() % 2 === 0 ? 1 : -1) * stream.uniform(0.5, 1)
  const common = move()
  return of.map(x => {
    const by = round % 2 === 0 ? common : move()
    return x === 0 ? x : x + by * (step * Math.abs(x) + least)
  })
}
