// The types of tensors that are made from nothing: of a shape that is written out, or of a value.

import type { Dim } from '../../ir/dim.ts'
import type { HostTensor, NestedArray } from '../../ir/literal.ts'
import { type RankUnknown, type Show, type ShowDim, show } from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName, TypedArray } from '../../support/dtype.ts'
import type { Answer } from './checked.ts'

/** Whether no axis can have this extent. */
type Impossible<D> = D extends Dim
  ? `${D}` extends `-${string}` | `${string}.${string}`
    ? D
    : never
  : never

/** Whether a tensor can have a shape that is written out, else why not. */
export type ExtentsRule<Op extends string, S extends Shape> =
  RankUnknown<S> extends true
    ? true
    : [Impossible<S[number]>] extends [never]
      ? true
      : `${Op}: dims must be names or whole numbers from 0, got ${ShowDim<Impossible<S[number]>>} in ${Show<S>}`

/** A shape that is written out, or why no tensor has it. */
export function extentsRule(op: string, shape: Shape): Answer {
  const isExtent = (extent: unknown) =>
    typeof extent === 'string' ? !/^\s*-|\./.test(extent) : isSize(extent)
  const wrong = shape.find(extent => !isExtent(extent))
  if (wrong === undefined) return shape
  return `${op}: dims must be names or whole numbers from 0, got ${wrong} in ${show(shape)}`
}

const isSize = (extent: unknown) => Number.isSafeInteger(extent) && (extent as number) >= 0

/** What a constant can be made of. */
export type ConstantValue = NestedArray | TypedArray | HostTensor

/** The shape of a constant: rows are of equal length, so the first one tells. */
export type ShapeOfConstant<V> = V extends HostTensor
  ? [...V['shape']]
  : V extends TypedArray
    ? [number]
    : NestedShape<V>

/** Bounded, since the type of nested arrays nests for ever: beyond 8 axes the rank is unknown. */
type NestedShape<V, Found extends Shape = []> = Found['length'] extends 8
  ? Shape
  : V extends readonly unknown[]
    ? NestedShape<V[0], [...Found, V['length']]>
    : Found

/** The dtype of a constant where none is given. */
export type DTypeOfConstant<V> = V extends HostTensor
  ? V['dtype']
  : V extends Float64Array
    ? 'f64'
    : V extends Int32Array
      ? 'i32'
      : V extends Uint32Array
        ? 'u32'
        : V extends Float32Array
          ? 'f32'
          : [Leaf<V>] extends [never]
            ? 'f32'
            : [Leaf<V>] extends [number]
              ? 'f32'
              : [Leaf<V>] extends [boolean]
                ? 'bool'
                : DTypeName

type Leaf<V, Depth extends Shape = []> = Depth['length'] extends 8
  ? number | boolean
  : V extends readonly (infer E)[]
    ? Leaf<E, [0, ...Depth]>
    : V
