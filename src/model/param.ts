// Declared parameters: shape, dtype, how they start, whether training changes them. A declaration
// is data and known before any body runs; paths in the tree of declarations are the names.

import type { Shape } from '../ir/type.ts'
import { type DTypeName, isDTypeName } from '../support/dtype.ts'
import { declarationError } from './declaration-error.ts'
import { heNormal, type Initializer, zeros } from './initializers.ts'

/** A parameter of a model or layer, or a value of a layer's state. */
export interface Param<
  S extends Shape = Shape,
  D extends DTypeName = DTypeName,
  T extends boolean = boolean,
> {
  readonly kind: 'param'
  readonly shape: S
  readonly dtype: D
  readonly trainable: T
  readonly initializer: Initializer
}

/** Options of `param`. */
export interface ParamOptions {
  /** f32 by default. */
  readonly dtype?: DTypeName
  /** False freezes: no gradient is taken, no optimizer touches it. True by default. */
  readonly trainable?: boolean
}

// Read off the options rather than type parameters with defaults: those would take what the place
// of the call wants, any dtype, for what the declaration says.
type DTypeIn<O> = O extends { readonly dtype: infer D extends DTypeName } ? D : 'f32'
type TrainableIn<O> = O extends { readonly trainable: infer T extends boolean } ? T : true

/**
 * Declares a parameter: `param([784, 256], heNormal())`. Without an initializer, matrices start by
 * `heNormal()` and anything of lower rank at zero.
 *
 * Throws E126 where a dim is no size: only inputs have dims that are not known yet.
 */
export function param<
  const S extends readonly number[],
  const O extends ParamOptions = Record<never, never>,
>(shape: S, initializer?: Initializer, options?: O): Param<[...S], DTypeIn<O>, TrainableIn<O>> {
  const { dtype = 'f32', trainable = true }: ParamOptions = options ?? {}
  checkShape(shape)
  const start = initializer ?? (shape.length < 2 ? zeros() : heNormal())
  checkOptions(start, dtype)
  const declared = { kind: 'param', shape: [...shape], dtype, trainable, initializer: start }
  // The conditional types say of the options what the defaults above do.
  return Object.freeze(declared) as unknown as Param<[...S], DTypeIn<O>, TrainableIn<O>>
}

function checkShape(shape: unknown): void {
  const isSize = (dim: unknown) => Number.isSafeInteger(dim) && (dim as number) >= 0
  if (Array.isArray(shape) && shape.every(isSize)) return
  const got = Array.isArray(shape) ? `[${shape.join(', ')}]` : String(shape)
  const help = 'write the sizes as numbers: param([784, 256])'
  throw declarationError('param', `a shape must be a list of sizes, got ${got}`, help, param)
}

function checkOptions(initializer: unknown, dtype: string): void {
  const known = typeof initializer === 'object' && initializer !== null && 'draw' in initializer
  if (!known) {
    const help = 'pass one such as heNormal() or zeros()'
    throw declarationError(
      'param',
      `must have an initializer, got ${typeof initializer}`,
      help,
      param,
    )
  }
  if (isDTypeName(dtype)) return
  const help = "write { dtype: 'f32' }"
  throw declarationError('param', `the dtype must be one of gradc's, got ${dtype}`, help, param)
}

/** Whether something that may come from untyped code is a declared parameter. */
export function isParam(value: unknown): value is Param {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'param'
}
