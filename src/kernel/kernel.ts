// The two kinds of kernel: `loops`, a body run once per point of its parallel axes, and `contract`,
// a loops kernel with roles. Points never exchange values; a launch is the only barrier. Plain
// readonly data, closed over its parameters; equal kernels differ in names only.

import type { DTypeName } from '../support/dtype.ts'
import type { Axis, Index } from './index.ts'
import { op, type Scalar } from './scalar.ts'
import type { ScalarOp } from './scalar-ops.ts'

/** How an accumulator takes in a value. */
export type Combine = '+' | '*' | 'max' | 'min' | '|' | '&'

/**
 * A value gathered over the iterations of a loop. With `at` it also keeps where its extreme was:
 * ties go to the smallest `at`, NaN beats every number, and an empty loop gives -1.
 */
export interface Acc {
  readonly name: string
  readonly combine: Combine
  readonly value: Scalar
  readonly at: { readonly name: string; readonly value: Scalar } | undefined
}

/** Puts a value into one element. A maximal run of stores is a group: it reads all, then writes. */
export interface Store {
  readonly kind: 'store'
  readonly buffer: string
  readonly index: readonly Index[]
  readonly value: Scalar
}

/** Iterations in any order (`over`) or in row-major order (`serial`), then its accumulators. */
export interface Loop {
  readonly kind: 'loop'
  readonly order: 'over' | 'serial'
  readonly axes: readonly Axis[]
  readonly accs: readonly Acc[]
  readonly body: readonly Stmt[]
}

/** A statement of a kernel's body. */
export type Stmt = Store | Loop

/** A buffer that a launch binds: only loaded, only stored, or both. */
export interface Param {
  readonly name: string
  readonly access: 'read' | 'write' | 'update'
  readonly type: DTypeName
  readonly shape: readonly number[]
}

/** Memory private to one point, undefined when the point begins. */
export interface Row {
  readonly name: string
  readonly type: DTypeName
  readonly shape: readonly number[]
}

/** A body run once per point of the parallel axes. */
export interface Loops {
  readonly kind: 'kernel'
  readonly name: string
  readonly params: readonly Param[]
  readonly parallel: readonly Axis[]
  readonly rows: readonly Row[]
  readonly body: readonly Stmt[]
}

/**
 * A sum of products: acc += left · right over the `over` axes, then an epilogue of stores for every
 * (batch, row, column). `left` uses no column axis and `right` no row axis.
 */
export interface Contract {
  readonly kind: 'contract'
  readonly name: string
  readonly params: readonly Param[]
  readonly batch: readonly Axis[]
  readonly rows: readonly Axis[]
  readonly cols: readonly Axis[]
  readonly over: readonly Axis[]
  readonly acc: string
  readonly left: Scalar
  readonly right: Scalar
  readonly body: readonly Store[]
}

/** What a launch runs. */
export type Kernel = Loops | Contract

/** The meaning of a kernel: a contract is a loops kernel with one sum of a product. */
export function asLoops(kernel: Kernel): Loops {
  if (kernel.kind === 'kernel') return kernel
  const { name, params, batch, rows, cols, body } = kernel
  const parallel = [...batch, ...rows, ...cols]
  return { kind: 'kernel', name, params, parallel, rows: [], body: [sumOf(kernel), ...body] }
}

function sumOf({ over, acc, left, right }: Contract): Loop {
  const value = op('mul', [left, right])
  const accs: readonly Acc[] = [{ name: acc, combine: '+', value, at: undefined }]
  return { kind: 'loop', order: 'over', axes: over, accs, body: [] }
}

/** What an accumulator does with itself and the value that it takes in. */
export const COMBINE_OPS: Readonly<Record<Combine, ScalarOp>> = {
  '+': 'add',
  '*': 'mul',
  max: 'max',
  min: 'min',
  '|': 'or',
  '&': 'and',
}

/** What an accumulator of `type` is before its first iteration. */
export function identityOf(combine: Combine, type: DTypeName): number {
  if (combine === '+' || combine === '|') return 0
  if (combine === '*' || combine === '&') return 1
  const [least, greatest] = EXTREMES[type]
  return combine === 'max' ? least : greatest
}

const EXTREMES: Readonly<Record<DTypeName, readonly [least: number, greatest: number]>> = {
  f32: [-Infinity, Infinity],
  f64: [-Infinity, Infinity],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  bool: [0, 1],
}

/** The number of points of `axes`. */
export function pointsOf(axes: readonly Axis[]): number {
  return axes.reduce((points, axis) => points * axis.extent, 1)
}

/** The number of elements of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1)
}
