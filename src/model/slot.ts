// Slots: the place of a tensor whose shape and dtype are declared. The same words declare the
// inputs of a model, where names of dims are rigid, and the signature of a layer or op, where names
// are variables that a call binds and a leading '...' stands for any leading axes.

import type { Dim } from '../ir/dim.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'

/** A declared shape and dtype. */
export interface Slot<S extends Shape = Shape, D extends DTypeName = DTypeName> {
  readonly kind: 'slot'
  readonly shape: S
  readonly dtype: D
}

function slot<S extends Shape, D extends DTypeName>(dtype: D, shape: S): Slot<S, D> {
  return Object.freeze({ kind: 'slot', shape, dtype })
}

/** A slot of 32-bit floats: `f32('batch', 784)`, `f32()` for a scalar. */
export const f32 = <const S extends readonly Dim[]>(...shape: S): Slot<S, 'f32'> =>
  slot('f32', shape)

/** A slot of 64-bit floats. */
export const f64 = <const S extends readonly Dim[]>(...shape: S): Slot<S, 'f64'> =>
  slot('f64', shape)

/** A slot of signed 32-bit integers: `i32('batch')`. */
export const i32 = <const S extends readonly Dim[]>(...shape: S): Slot<S, 'i32'> =>
  slot('i32', shape)

/** A slot of unsigned 32-bit integers. */
export const u32 = <const S extends readonly Dim[]>(...shape: S): Slot<S, 'u32'> =>
  slot('u32', shape)

/** A slot of truth values. */
export const bool = <const S extends readonly Dim[]>(...shape: S): Slot<S, 'bool'> =>
  slot('bool', shape)

/** Whether something that may come from untyped code is a slot. */
export function isSlot(value: unknown): value is Slot {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'slot'
}
