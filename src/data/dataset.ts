// A data set: host arrays by the names of the inputs that they feed, all with as many rows as there
// are examples. A plain record, so that `{ ...data, x }` is one too; every function here looks at
// what it is given, since much of it comes from files and from untyped code.

import { elementCount, type HostTensor } from '../ir/literal.ts'
import type { Host } from '../ir/tensor.ts'
import { printShape } from '../ir/type.ts'
import { type Diagnostic, GraphError, oneOf } from '../support/diagnostic.ts'
import { DTYPE_NAMES, DTYPES, isDTypeName } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'

/** Host arrays by input name; the first axis of each counts the examples. */
export type Dataset = Readonly<Record<string, HostTensor>>

/** Some of the examples of `D`: the same arrays, with another extent of the first axis. */
export type Rows<D extends Dataset> = {
  readonly [K in keyof D]: Host<RowsShape<D[K]['shape']>, D[K]['dtype']>
}

type RowsShape<S extends readonly number[]> = S extends readonly [number, ...infer Rest]
  ? readonly [number, ...Rest]
  : readonly number[]

/** A public function, at whose call errors point. */
export type Boundary = (...args: never[]) => unknown

/**
 * The arrays as a data set, checked and not copied. Throws E110 where an array is none, has no axis
 * or a length that does not fit its shape, or where the arrays differ in their number of rows.
 *
 * @example
 * const data = dataset({
 *   x: { shape: [150, 4], dtype: 'f32', data: measurements },
 *   y: { shape: [150], dtype: 'i32', data: species },
 * })
 */
export function dataset<const D extends Dataset>(arrays: D): D {
  countExamples(arrays, dataset)
  return arrays
}

/** The number of examples. Throws E110 where `data` is no data set. */
export function exampleCount(data: Dataset): number {
  return countExamples(data, exampleCount)
}

/** The number of examples; errors name the place where `boundary` was called. */
export function countExamples(data: Dataset, boundary: Boundary): number {
  const names = Object.keys(data)
  if (names.length === 0) {
    throw unusable('a data set must have at least one array, got none', boundary)
  }
  for (const name of names) checkArray(name, data[name]!, boundary)
  const count = data[names[0]!]!.shape[0]!
  if (names.some(name => data[name]!.shape[0] !== count)) throw ragged(data, boundary)
  return count
}

function checkArray(name: string, array: HostTensor, boundary: Boundary): void {
  const refuse = (message: string) => unusable(`${name} ${message}`, boundary)
  if (typeof array !== 'object' || array === null || !Array.isArray(array.shape)) {
    throw refuse(`must be a host array { shape, dtype, data }, got ${kindOf(array)}`)
  }
  const { shape, dtype, data } = array
  if (!isDTypeName(dtype)) {
    throw refuse(`must have one of the dtypes ${DTYPE_NAMES.join(', ')}, got ${String(dtype)}`)
  }
  const isShape = shape.every(extent => Number.isSafeInteger(extent) && extent >= 0)
  if (!isShape) throw refuse(`must have extents that count, got [${shape.join(',')}]`)
  if (shape.length === 0) throw refuse('must have an axis of examples, got a scalar')
  const storage = DTYPES[dtype].allocate(0).constructor.name
  if (data?.constructor?.name !== storage) {
    throw refuse(`of ${dtype} must hold its elements in a ${storage}, got ${kindOf(data)}`)
  }
  const size = elementCount(shape)
  if (data.length === size) return
  throw refuse(`must have ${size} elements for ${dtype}${printShape(shape)}, got ${data.length}`)
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return `a ${value.constructor?.name ?? 'bare object'}`
}

function ragged(data: Dataset, boundary: Boundary): GraphError {
  const names = Object.keys(data)
  const counts = names.map(name => data[name]!.shape[0]!)
  const operands = names.map((label, i) => {
    const { dtype, shape } = data[label]!
    const start = dtype.length + 1
    const culprit =
      counts[i] === counts[0] ? undefined : { start, end: start + String(counts[i]).length }
    return { label, type: dtype + printShape(shape), culprit }
  })
  const got = oneOf([...new Set(counts)].map(String)).replace(' or ', ' and ')
  const message = `the arrays must have one number of examples, got ${got}`
  const help = 'give every array one row per example; the first axis counts them'
  return unusable(message, boundary, { operands, help })
}

/** The error of a data set that cannot be used as asked. */
export function unusable(
  message: string,
  boundary: Boundary,
  more: Pick<Diagnostic, 'operands' | 'help'> = {},
): GraphError {
  return new GraphError({
    code: 'E110',
    subject: boundary.name,
    message,
    source: captureSource(boundary),
    help: 'pass arrays such as { x: { shape: [150, 4], dtype: "f32", data } }',
    ...more,
  })
}

/** Every array of `data` through `change`, under its name. */
export function mapArrays<D extends Dataset>(
  data: D,
  change: (array: HostTensor) => HostTensor,
): Rows<D> {
  const entries = Object.entries(data).map(([name, array]) => [name, change(array)] as const)
  return Object.fromEntries(entries) as Rows<D>
}

/** Elements of one row. */
export const rowSize = ({ shape }: HostTensor) => elementCount(shape.slice(1))

/** Rows from `start` up to but without `end`: views of the same memory. */
export function viewRows<D extends Dataset>(data: D, start: number, end: number): Rows<D> {
  return mapArrays(data, array => {
    const size = rowSize(array)
    const shape = [end - start, ...array.shape.slice(1)]
    return { ...array, shape, data: array.data.subarray(start * size, end * size) }
  })
}

/**
 * The first `count` examples, as views of the same memory. Throws E110 where there are fewer.
 */
export function take<D extends Dataset>(data: D, count: number): Rows<D> {
  const most = countExamples(data, take)
  if (Number.isInteger(count) && count >= 0 && count <= most) return viewRows(data, 0, count)
  throw unusable(`the count must be an integer from 0 to ${most}, got ${count}`, take, {
    help: `ask for at most ${most} examples`,
  })
}

/** Rows shorter than this are copied by a loop: a view of each would cost more than its copy. */
const SHORT_ROW = 32

/** Copies the rows `indices` of `array` to the front of `target`, one after another. */
export function gatherRows(
  array: HostTensor,
  indices: ArrayLike<number>,
  target: HostTensor['data'],
): void {
  const size = rowSize(array)
  const from = array.data
  for (let row = 0; row < indices.length; row++) {
    const start = indices[row]! * size
    const at = row * size
    if (size >= SHORT_ROW) target.set(from.subarray(start, start + size), at)
    else for (let i = 0; i < size; i++) target[at + i] = from[start + i]!
  }
}

/**
 * Copies of the examples `indices`, in that order; an index may come more than once. Throws E110
 * where one is out of range.
 *
 * @example
 * const wrong = gatherExamples(dev, mistakes) // to look at them
 */
export function gatherExamples<D extends Dataset>(data: D, indices: ArrayLike<number>): Rows<D> {
  const count = countExamples(data, gatherExamples)
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (Number.isInteger(index) && index >= 0 && index < count) continue
    const message = `an index must be an integer from 0 to ${count - 1}, got ${index}`
    throw unusable(message, gatherExamples, { help: 'pass indices of examples that there are' })
  }
  return gathered(data, indices)
}

/** As `gatherExamples`, of indices that are known to be in range. */
export function gathered<D extends Dataset>(data: D, indices: ArrayLike<number>): Rows<D> {
  return mapArrays(data, array => {
    const shape = [indices.length, ...array.shape.slice(1)]
    const copy = DTYPES[array.dtype].allocate(elementCount(shape))
    gatherRows(array, indices, copy)
    return { shape, dtype: array.dtype, data: copy }
  })
}
