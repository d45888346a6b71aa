// Random scalar and index expressions for random kernels. What jumps (a comparison, a floor, a cast
// to an integer, a position) is only asked of values that every backend has bit for bit: elements
// of parameters, integers and bools, never of a float that was summed up in the backend's order.

import {
  type Axis,
  addIndex,
  axisIndex,
  divide,
  type Index,
  index,
  range,
  scaleIndex,
  valueIndex,
} from '../../src/kernel/index.ts'
import type { Param } from '../../src/kernel/kernel.ts'
import * as s from '../../src/kernel/scalar.ts'
import { type DTypeName, isFloat } from '../../src/support/dtype.ts'

/** A number in [0, below), chosen and shrunk by the property test; 0 is the simplest choice. */
export type Pick = (below: number) => number

/** What an expression may use where it stands. */
export interface Scope {
  readonly pick: Pick
  /** The type of floats that are not cast. */
  readonly float: 'f32' | 'f64'
  readonly axes: readonly Axis[]
  /** Parameters that are only read: one of every dtype at least. */
  readonly reads: readonly Param[]
  /** Accumulators that are finished, and elements that the kernel has stored. */
  readonly known: readonly s.Scalar[]
}

/** One of a list; the first is the simplest. */
export const oneOf = <T>(pick: Pick, list: readonly T[]): T => list[pick(list.length)]!

/** The scope without floats whose last bits are the backend's. */
const steady = (scope: Scope): Scope => ({
  ...scope,
  known: scope.known.filter(({ type }) => !isFloat(type)),
})

/** Expressions of at most `depth` operations, by type. */
export function scalarOf(scope: Scope, type: DTypeName, depth: number): s.Scalar {
  const isLeaf = depth === 0 || scope.pick(4) === 0
  if (isLeaf) return leafOf(scope, type)
  if (type === 'bool') return boolOf(scope, depth)
  return isFloat(type) ? floatOf(scope, type, depth) : integerOf(scope, type, depth)
}

function leafOf(scope: Scope, type: DTypeName): s.Scalar {
  const { pick } = scope
  const known = scope.known.filter(one => one.type === type)
  const form = pick(5)
  if (form === 3) return s.constant(type, oneOf(pick, [1, 0, 2, 3]))
  if (form === 4 && type === 'i32') return s.indexValue(affine(scope))
  if (form >= 1 && known.length > 0) return oneOf(pick, known)
  return elementOf(scope, type)
}

/** An element of a parameter that is read, inside of it for certain or with what stands outside. */
export function elementOf(scope: Scope, type: DTypeName): s.Scalar {
  const { pick } = scope
  const { name, shape } = oneOf(
    pick,
    scope.reads.filter(param => param.type === type),
  )
  const isInside = pick(3) < 2 && !shape.includes(0)
  if (isInside)
    return s.load(
      type,
      name,
      shape.map(extent => indexWithin(scope, extent)),
    )
  const fill = s.constant(type, oneOf(pick, [0, 1]))
  return s.load(
    type,
    name,
    shape.map(() => indexAnywhere(scope)),
    fill,
  )
}

type Unary = (x: s.Scalar) => s.Scalar
type Binary = (x: s.Scalar, y: s.Scalar) => s.Scalar

/** Bounded or flat enough that a rounding stays small. */
const SMOOTH: readonly Unary[] = [
  s.tanh,
  s.neg,
  s.abs,
  s.sin,
  x => s.exp(s.tanh(x)),
  x => s.sqrt(s.abs(s.sin(x))),
  x => s.div(s.one(x), s.add(s.one(x), s.mul(x, x))),
  s.erf,
]

const JOINING: readonly Binary[] = [s.add, s.sub, s.max, s.min, (x, y) => s.mul(s.tanh(x), y)]

const JUMPING: readonly Unary[] = [s.floor, s.ceil, s.round, s.sign]

function floatOf(scope: Scope, type: DTypeName, depth: number): s.Scalar {
  const { pick } = scope
  const inner = (of: Scope = scope, as: DTypeName = type) => scalarOf(of, as, depth - 1)
  const form = pick(7)
  if (form <= 2) return oneOf(pick, JOINING)(inner(), inner())
  if (form === 3) return oneOf(pick, SMOOTH)(inner())
  if (form === 4) return s.select(inner(scope, 'bool'), inner(), inner())
  if (form === 5) return oneOf(pick, JUMPING)(inner(steady(scope)))
  return s.op(type as 'f32' | 'f64', [
    inner(scope, oneOf(pick, ['i32', 'bool', 'u32', other(type)])),
  ])
}

const other = (type: DTypeName): DTypeName => (type === 'f32' ? 'f64' : 'f32')

const INTEGER: readonly Binary[] = [
  s.add,
  s.sub,
  s.mul,
  s.div,
  s.min,
  s.max,
  s.and,
  s.or,
  (x, y) => s.op('xor', [x, y]),
  (x, y) => s.op('shl', [x, y]),
  (x, y) => s.op('shr', [x, y]),
]

function integerOf(scope: Scope, type: DTypeName, depth: number): s.Scalar {
  const { pick } = scope
  const inner = (of: Scope = scope, as: DTypeName = type) => scalarOf(of, as, depth - 1)
  const form = pick(6)
  if (form <= 2) return oneOf(pick, INTEGER)(inner(), inner())
  if (form === 3) return s.select(inner(scope, 'bool'), inner(), inner())
  const from = form === 4 ? scope.float : oneOf(pick, ['bool', 'i32', 'u32'] as const)
  return s.op(type as 'i32' | 'u32', [inner(steady(scope), from)])
}

const COMPARING: readonly Binary[] = [s.lt, s.le, s.eq, s.ne, s.gt, s.ge]

function boolOf(scope: Scope, depth: number): s.Scalar {
  const { pick } = scope
  const inner = (type: DTypeName) => scalarOf(steady(scope), type, depth - 1)
  const form = pick(5)
  if (form <= 2) {
    const type = oneOf(pick, [scope.float, 'i32', 'u32'] as const)
    return oneOf(pick, COMPARING)(inner(type), inner(type))
  }
  if (form === 3) return s.op('not', [inner('bool')])
  return oneOf(pick, [s.and, s.or])(inner('bool'), inner('bool'))
}

/** A constant and a few scaled axes, quotients and remainders of them. */
function affine(scope: Scope): Index {
  const { pick, axes } = scope
  let sum = index(oneOf(pick, [0, 1, -1, 3]))
  for (let left = axes.length === 0 ? 0 : pick(3); left > 0; left--) {
    const axis = axisIndex(oneOf(pick, axes))
    const scaled = scaleIndex(axis, oneOf(pick, [1, 2, -1, 3]))
    const kind = oneOf(pick, ['none', 'div', 'mod'] as const)
    const by = 2 + pick(3)
    sum = addIndex(sum, kind === 'none' ? scaled : divide(kind, addIndex(scaled, sum), by))
  }
  return sum
}

/** An index that is certain to lie in a dim of `extent`, which has one element at least. */
export function indexWithin(scope: Scope, extent: number): Index {
  const { pick, axes } = scope
  const fitting = axes.filter(axis => axis.extent <= extent)
  if (fitting.length > 0 && pick(2) === 0) return axisIndex(oneOf(pick, fitting))
  const e = affine(scope)
  const [low, high] = range(e)
  return low >= 0 && high < extent ? e : divide('mod', e, extent)
}

/** An index that may leave any dim, or be undefined. */
function indexAnywhere(scope: Scope): Index {
  const { pick } = scope
  const form = pick(4)
  if (form === 2) return divide('exact', affine(scope), 2 + pick(2))
  if (form === 3) return valueIndex(elementOf(steady(scope), 'i32'))
  return affine(scope)
}
