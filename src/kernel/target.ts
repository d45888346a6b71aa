// What lowering is told of the machine that kernels will run on. A record, not a switch: lowering
// asks for a number or a list and never which target it is.

import type { DTypeName } from '../support/dtype.ts'

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
  /** Bytes that the rows of one point may take. */
  readonly rowBytes: number
  /** Buffers that one launch may bind. */
  readonly maxBindings: number
  /** Elements of f32 in one vector; 1 without vectors. */
  readonly lanes: number
  /** Parallel points below which a full reduction is cut into chunks. */
  readonly minPoints: number
  readonly rates: Rates
}
