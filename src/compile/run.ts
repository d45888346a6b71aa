// The types of a compiled program and of how it is compiled.

import type { TypedGraph } from '../ir/typed-graph.ts'
import type { Explanation } from './explain.ts'
import type { AnyFeed, DimNames, DimsOf, Feeds, Hosts, Simplify } from './hosts.ts'

/** Which side of `byMode` a program keeps. */
export type Mode = 'train' | 'eval'

/** What a run may be told beside its values. */
export interface DrawOptions {
  /** The seed of random draws, an unsigned 32-bit integer; 0 by default. Matters when it draws. */
  readonly seed?: number | undefined
  /** The number of the step: every step draws anew. 0 by default. */
  readonly step?: number | undefined
}

/** What a run may be told beside its values; tangents are what a `jvp` program differentiates along. */
export interface RunOptions<P> extends DrawOptions {
  /** Directions, nested like the params; those left out are zero. */
  readonly tangents?: { readonly [K in keyof P]?: Hosts<P[K]> } | undefined
}

/** Outputs by name, and the new state where there is state. */
export type Result<S, O> = Simplify<
  Hosts<O> & ([S] extends [never] ? unknown : { readonly state: Hosts<S> })
>

/** What follows the inputs: params where there are any, state where there is any, options. */
type Rest<P, S> = [S] extends [never]
  ? [keyof P] extends [never]
    ? [params?: Hosts<P>, state?: Readonly<Record<never, never>>, options?: RunOptions<P>]
    : [params: Hosts<P>, state?: Readonly<Record<never, never>>, options?: RunOptions<P>]
  : [params: Hosts<P>, state: Hosts<S>, options?: RunOptions<P>]

/** A compiled program: a function of inputs, params and state. */
export interface Run<In, P, S, O> {
  /**
   * Runs the program. Inputs are typed arrays of exactly the right length and type, or hosts; what
   * comes back are copies that no later run changes.
   * Throws E108 where a value does not fit, naming it, what it needs and what it got.
   */
  <F extends { readonly [K in keyof In]?: AnyFeed }>(
    inputs: Feeds<In, F>,
    ...rest: Rest<P, S>
  ): Result<S, O>
  /** What the compiler did: passes, kernels, memory, source. */
  explain(): Explanation
  /** Gives the memory back. Running afterwards throws E108. */
  dispose(): void
}

/** How a program is compiled. */
export interface CompileOptions<In, M> {
  /** Where it runs. */
  readonly target: 'js' | 'wasm' | 'wgsl'
  /** A size for every symbolic dim. */
  readonly dims: DimsOf<In, M>
  /** Which side of `byMode` is kept; `eval` by default. A gradient program has chosen already. */
  readonly mode?: Mode | undefined
  /** The most memory that the program may take; more is error E136. */
  readonly maxBytes?: number | undefined
  readonly debug?: DebugOptions | undefined
}

/** Checks that cost time. */
export interface DebugOptions {
  /** Verifies the graph after every pass, and the kernels and the program. */
  readonly verify?: boolean | undefined
}

/** Compile options where the program has no symbolic dims: `dims` may be left out. */
export type OptionsFor<In, M> = [DimNames<In>] extends [never]
  ? Omit<CompileOptions<In, M>, 'dims'> & { readonly dims?: DimsOf<In, M> | undefined }
  : CompileOptions<In, M>

/** Anything that can be compiled: a model, or what a transform made of one. */
export type Compilable<In, P, S, O> = TypedGraph<In, P, S, O>
