// Values that users pass, checked before anything runs: the run-time twin of the sentences in
// hosts.ts. A value is a typed array of exactly the right class and length, a host, or a number for
// a scalar; nothing is converted silently.

import { elementCount } from '../ir/literal.ts'
import type { TensorType } from '../ir/type.ts'
import { GraphError, nearest } from '../support/diagnostic.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'

/** What a value is passed for. */
export interface Slot {
  /** What it is, as a sentence names it: `input x`, `param l1.w`. */
  readonly what: string
  /** Its type with integer dims. */
  readonly type: TensorType
}

/** The public function that a mistake is reported of, and whose caller's line is shown. */
export type Boundary = (...args: never[]) => unknown

/** The typed array that holds elements of a dtype. */
const ARRAYS: Readonly<Record<DTypeName, { new (length: number): TypedArray; name: string }>> = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint32Array,
}

/**
 * The elements of a value passed for `slot`, not copied. Throws E108 with the caller's line where
 * it does not fit.
 */
export function feed(subject: string, slot: Slot, value: unknown, boundary?: Boundary): TypedArray {
  const problem = problemOf(slot, value)
  if (problem !== undefined) throw feedError(subject, problem, undefined, boundary)
  const { dtype } = slot.type
  if (typeof value === 'number') {
    const data = DTYPES[dtype].allocate(1)
    data[0] = value
    return data
  }
  return ArrayBuffer.isView(value) ? (value as TypedArray) : (value as HostLike).data
}

interface HostLike {
  readonly shape: readonly number[]
  readonly dtype: DTypeName
  readonly data: TypedArray
}

const showShape = (shape: readonly unknown[]) => `[${shape.join(', ')}]`

/** The sentence that says why a value does not fit, without its subject. */
function problemOf({ what, type }: Slot, value: unknown): string | undefined {
  const { dtype } = type
  const shape = type.shape as readonly number[]
  const name = ARRAYS[dtype].name
  if (typeof value === 'number') {
    return shape.length === 0 ? undefined : `${what} is ${dtype}: pass a ${name}`
  }
  if (ArrayBuffer.isView(value)) {
    if (!(value instanceof ARRAYS[dtype])) return `${what} is ${dtype}: pass a ${name}`
    return lengthProblem(what, type, value.length)
  }
  if (!isHost(value)) {
    return `${what} is ${dtype} ${showShape(shape)}, got ${described(value)}`
  }
  if (value.dtype !== dtype) return `${what} is ${dtype}, got ${value.dtype}`
  const agrees = value.shape.length === shape.length && value.shape.every((n, i) => n === shape[i])
  if (!agrees) return `${what} is ${showShape(shape)}, got ${showShape(value.shape)}`
  if (!(value.data instanceof ARRAYS[dtype])) return `${what} is ${dtype}: pass a ${name}`
  return lengthProblem(what, type, value.data.length)
}

function lengthProblem(what: string, { shape }: TensorType, got: number): string | undefined {
  const size = elementCount(shape as readonly number[])
  if (got === size) return undefined
  return `${what} is ${showShape(shape)}, ${size} elements, got ${got}`
}

function isHost(value: unknown): value is HostLike {
  if (typeof value !== 'object' || value === null) return false
  return 'shape' in value && Array.isArray(value.shape) && 'dtype' in value && 'data' in value
}

function described(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (ArrayBuffer.isView(value)) return 'a typed array'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : typeof value
}

/** An input that is passed by its name. */
export interface InputSlot extends Slot {
  readonly name: string
}

/** The slots of inputs; made once, for many runs. */
export function inputSlots(
  declared: readonly { readonly name: string; readonly type: TensorType }[],
): readonly InputSlot[] {
  return declared.map(({ name, type }) => ({ name, type, what: `input ${name}` }))
}

/**
 * The elements of all inputs, by name, not copied. Throws E108 with the caller's line where one is
 * missing, unknown or does not fit.
 */
export function feedInputs(
  subject: string,
  slots: readonly InputSlot[],
  given: unknown,
  boundary: Boundary,
): Record<string, TypedArray> {
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) {
    const message = `inputs go by name, got ${described(given)}`
    throw feedError(subject, message, 'pass { x: … }', boundary)
  }
  checkKeys(subject, slots, given, boundary)
  const fed: Record<string, TypedArray> = {}
  for (const slot of slots) {
    const value = (given as Record<string, unknown>)[slot.name]
    fed[slot.name] = feed(subject, slot, value, boundary)
  }
  return fed
}

/** The error of a value that does not fit, at the caller's line. */
export function feedError(
  subject: string,
  message: string,
  help?: string,
  boundary?: Boundary,
): GraphError {
  return new GraphError({
    code: 'E108',
    subject,
    message,
    source: captureSource(boundary),
    help: help ?? 'pass a typed array of the right class and length, or { shape, dtype, data }',
  })
}

/**
 * Checks that exactly the inputs of `slots` are there.
 * Throws E108 naming one that is missing, or one that is not known and the nearest that is.
 */
function checkKeys(
  subject: string,
  slots: readonly InputSlot[],
  given: object,
  boundary?: Boundary,
): void {
  const names = Object.keys(given)
  const isThere = ({ name }: InputSlot) => Object.hasOwn(given, name)
  if (names.length === slots.length && slots.every(isThere)) return
  const known = slots.map(({ name }) => name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, known)
    const listed = `leave it out; there are ${known.join(', ') || 'none'}`
    const help = near === undefined ? listed : `did you mean "${near}"?`
    throw feedError(subject, `this model has no input ${unknown}`, help, boundary)
  }
  const missing = known.find(name => !Object.hasOwn(given, name))
  if (missing === undefined) return
  const message = `needs input ${missing}, got nothing of that name`
  throw feedError(subject, message, `pass ${missing}`, boundary)
}
