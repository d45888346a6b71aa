// The rules of products: of matrices with broadcast batch dims, either of them transposed, and of
// the last axis of one tensor with the first of another.

import type { Dim } from '../../ir/dim.ts'
import {
  type Both,
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { type BroadcastRule, broadcastRule } from './broadcast.ts'
import type { Answer } from './checked.ts'

/** Which operands of `matmul` have their last two axes exchanged; none by default. */
export interface Transposed<TA extends boolean = boolean, TB extends boolean = boolean> {
  readonly transposeA?: TA | undefined
  readonly transposeB?: TB | undefined
}

/** Whether a shape has the two axes of a matrix, else why that does not do. */
export type MatrixRule<Side extends string, S extends Shape> =
  RankUnknown<S> extends true
    ? true
    : S extends readonly [...Shape, Dim, Dim]
      ? true
      : `matmul: ${Side} operand needs rank >= 2, got ${Show<S>}`

/** The shape of a matrix product, or why there is none. */
export type MatmulRule<
  A extends Shape,
  B extends Shape,
  TA extends boolean = false,
  TB extends boolean = false,
> = number extends A['length'] | B['length']
  ? Both<MatrixRule<'left', A>, Both<MatrixRule<'right', B>, Shape>>
  : Exchanged<A, TA> extends readonly [...infer L extends Shape, infer M extends Dim, infer K]
    ? Exchanged<B, TB> extends readonly [...infer R extends Shape, infer J, infer N extends Dim]
      ? Same<K, J> extends true
        ? R extends readonly []
          ? [...L, M, N]
          : Batched<L, R, [M, N]>
        : `matmul: inner dims differ: ${ShowDim<K>} (left axis ${Inner<L, TA>}) vs ${ShowDim<J>} (right axis ${Inner<R, TB, true>})`
      : MatrixRule<'right', B>
    : MatrixRule<'left', A>

/** A shape with its last two dims exchanged, if so; with `boolean` only the build knows. */
type Exchanged<S extends Shape, T extends boolean> = [T] extends [false]
  ? S
  : S extends readonly [...infer L extends Shape, infer M extends Dim, infer N extends Dim]
    ? [T] extends [true]
      ? [...L, N, M]
      : [...L, number, number]
    : S

/** The axis that is summed over: the last one where `T` is `Last`, else the one before. */
type Inner<Lead extends Shape, T, Last = false> = T extends Last
  ? [...Lead, 0]['length']
  : Lead['length']

type Batched<A extends Shape, B extends Shape, Matrix extends Shape> = A extends readonly []
  ? [...B, ...Matrix]
  : BroadcastRule<'matmul (batch dims)', A, B> extends infer R
    ? R extends Shape
      ? [...R, ...Matrix]
      : R
    : never

/** The shape of a matrix product, or why there is none. */
export function matmulRule(a: Shape, b: Shape, options: Transposed = {}): Answer {
  const refused = matrixRule('left', a) ?? matrixRule('right', b)
  if (refused !== undefined) return refused
  const [left, right] = [partsOf(a, !options.transposeA), partsOf(b, !!options.transposeB)]
  if (left.inner !== right.inner) {
    return `matmul: inner dims differ: ${left.inner} (left axis ${left.axis}) vs ${right.inner} (right axis ${right.axis})`
  }
  const batch = broadcastRule('matmul (batch dims)', left.batch, right.batch)
  return typeof batch === 'string' ? batch : [...batch, left.free, right.free]
}

function matrixRule(side: string, shape: Shape): string | undefined {
  if (shape.length >= 2) return undefined
  return `matmul: ${side} operand needs rank >= 2, got ${show(shape)}`
}

/** The batch dims of a matrix, the two others by role, and the axis that is summed over. */
interface Parts {
  readonly batch: Shape
  readonly free: Dim
  readonly inner: Dim
  readonly axis: number
}

function partsOf(shape: Shape, isInnerLast: boolean): Parts {
  const lead = shape.length - 2
  const [inner, free] = isInnerLast ? [lead + 1, lead] : [lead, lead + 1]
  return { batch: shape.slice(0, lead), free: shape[free]!, inner: shape[inner]!, axis: inner }
}

/** What to do about operands that `matmulRule` refuses. */
export function matmulHelp(a: Shape, b: Shape, options: Transposed): string {
  if (a.length < 2 || b.length < 2) {
    return 'use dot(a, b) for vectors, or expandDims(x, axis) to make a matrix of one row'
  }
  const fits = (other: Transposed) => typeof matmulRule(a, b, other) !== 'string'
  const { transposeA = false, transposeB = false } = options
  if (fits({ transposeA, transposeB: !transposeB })) {
    return `the operands fit with { transposeB: ${!transposeB} }`
  }
  if (fits({ transposeA: !transposeA, transposeB })) {
    return `the operands fit with { transposeA: ${!transposeA} }`
  }
  return 'give operands [..., m, k] and [..., k, n] whose leading dims are equal or 1'
}

/** Whether a shape has an axis to sum over, else why that does not do. */
export type VectorRule<Side extends string, S extends Shape> = S extends readonly []
  ? `dot: ${Side} operand needs rank >= 1, got []`
  : true

/** The shape of `dot` over the last axis of `A` and the first of `B`, or why there is none. */
export type DotRule<A extends Shape, B extends Shape> =
  VectorRule<'left', A> extends infer Refused extends string
    ? Refused
    : VectorRule<'right', B> extends infer Refused extends string
      ? Refused
      : RankUnknown<A> extends true
        ? Shape
        : RankUnknown<B> extends true
          ? Shape
          : [A, B] extends [
                readonly [...infer L extends Shape, infer K],
                readonly [infer J, ...infer R extends Shape],
              ]
            ? Same<K, J> extends true
              ? [...L, ...R]
              : `dot: inner dims differ: ${ShowDim<K>} (left axis ${L['length']}) vs ${ShowDim<J>} (right axis 0)`
            : never

/** The shape of `dot` over the last axis of `a` and the first of `b`, or why there is none. */
export function dotRule(a: Shape, b: Shape): Answer {
  if (a.length === 0) return 'dot: left operand needs rank >= 1, got []'
  if (b.length === 0) return 'dot: right operand needs rank >= 1, got []'
  const [inner, other] = [a.at(-1)!, b[0]!]
  if (inner === other) return [...a.slice(0, -1), ...b.slice(1)]
  return `dot: inner dims differ: ${inner} (left axis ${a.length - 1}) vs ${other} (right axis 0)`
}
