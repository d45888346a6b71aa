// What lowering is told of the machine that kernels will run on. A record, not a switch: lowering
// asks for a number or a list and never which target it is.

import type { DTypeName } from '../support/dtype.ts'
import type { ScalarOp } from './scalar-ops.ts'

/** The names of targets, as `compile` takes them. */
export type TargetName = 'js' | 'wasm' | 'wgsl'

/** How fast a target is, roughly: what estimates of time are made from. */
export interface Rates {
  /** Billions of operations a second in sums of products. */
  readonly contractGflops: number
  /** Billions of additions a second in all other kernels; see `weightOf` for other operations. */
  readonly loopGflops: number
  /** Billions of bytes a second, read and written. */
  readonly gbps: number
  /** What a launch takes that does nothing. */
  readonly launchMs: number
}

/** What a target can do. */
export interface Target {
  readonly name: TargetName
  /** The element types that it has. */
  readonly dtypes: readonly DTypeName[]
  /** Bytes that rows may take, of one point or of as many as a vector has lanes. */
  readonly rowBytes: number
  /** Buffers that one launch may bind. */
  readonly maxBindings: number
  /** A range of scratch begins at a multiple of this many bytes; a multiple of 16 itself. */
  readonly alignmentBytes: number
  /** Elements of f32 in one vector; 1 without vectors. */
  readonly lanes: number
  /** Parallel points below which a full reduction is cut into chunks. */
  readonly minPoints: number
  /** Scalar operations that it neither spells nor legalizes; none where nothing is said. */
  readonly lacks?: readonly ScalarOp[] | undefined
  readonly rates: Rates
}
