// The types of a compiled program and of how it is compiled.

import type { Hosts, Simplify } from '../ir/typed-graph.ts'
import type { Explanation } from './explain.ts'
import type { ExplainOptions } from './explain-costs.ts'
import type { AnyFeed, DimsOption, Feeds } from './hosts.ts'

/** Which side of `byMode` a program keeps. */
export type Mode = 'train' | 'eval'

/** What a run may be told beside its values. */
export interface DrawOptions {
  /** The seed of random draws, an unsigned 32-bit integer; 0 by default. Matters when it draws. */
  readonly seed?: number | undefined
  /** The number of the step: every step draws anew. 0 by default. */
  readonly step?: number | undefined
}

/** What a run may be told beside its values; a forward derivative needs its directions. */
export type RunOptions<T> = [T] extends [never]
  ? DrawOptions
  : DrawOptions & {
      /** Directions, nested like the params they belong to. */
      readonly tangents: Hosts<T>
    }

/** Outputs by name, and the new state where there is state. */
export type Result<S, O> = Simplify<
  Hosts<O> & ([S] extends [never] ? unknown : { readonly state: Hosts<S> })
>

type NoState = Readonly<Record<never, never>>

/** What follows the inputs: params where there are any, state where there is any, options. */
type Rest<P, S, T> = [T] extends [never]
  ? [S] extends [never]
    ? [keyof P] extends [never]
      ? [params?: Hosts<P>, state?: NoState, options?: RunOptions<T>]
      : [params: Hosts<P>, state?: NoState, options?: RunOptions<T>]
    : [params: Hosts<P>, state: Hosts<S>, options?: RunOptions<T>]
  : [params: Hosts<P>, state: Hosts<S>, options: RunOptions<T>]

/** A compiled program: a function of inputs, params and state. */
export interface Run<In, P, S, O, T = never> {
  /**
   * Runs the program. Inputs are typed arrays of exactly the right length and type, or hosts; what
   * comes back are copies that no later run changes.
   * Throws E108 where a value does not fit, naming it, what it needs and what it got; E402 and E904
   * where a debug mode finds something.
   */
  <F extends { readonly [K in keyof In]?: AnyFeed }>(
    inputs: Feeds<In, F>,
    ...rest: Rest<P, S, T>
  ): Result<S, O>
  /**
   * What the compiler did: passes, kernels, what launches cost, memory, source.
   * Throws E137 for an option that there is none of, E108 for a profile after `dispose`.
   */
  explain(options?: ExplainOptions): Explanation
  /** Gives the memory back. Running afterwards throws E108. */
  dispose(): void
}

/** How a program is compiled, beside its dims. */
export interface CompileSettings {
  /** Where it runs. */
  readonly target: 'js' | 'wasm' | 'wgsl'
  /** Which side of `byMode` is kept; `eval` by default. A gradient program has chosen already. */
  readonly mode?: Mode | undefined
  /**
   * The most bytes that its plan may take: state, scratch, inputs and outputs, without what the
   * backend works in. More is error E136, which names the largest values and what made them.
   */
  readonly maxBytes?: number | undefined
  readonly debug?: DebugOptions | undefined
}

/** How a program is compiled. */
export type CompileOptions<In, M> = CompileSettings & DimsOption<In, M>

/** Checks that cost time. */
export interface DebugOptions {
  /** Verifies the graph after every pass, and the kernels and the program. */
  readonly verify?: boolean | undefined
  /**
   * Before every run, evaluates what each rewrite replaced and what it made of it, in double, on
   * the actual inputs, params and state: error E904 blames the first that changes a value by more
   * than its rule promises. Costs several runs of the interpreter each time.
   */
  readonly checkRewrites?: boolean | undefined
  /**
   * After every run, looks for NaN and infinities in outputs and new state: error E402 names the
   * node where the first begins, its operands' ranges, layer and source line, forward or backward.
   * Params and state are then as they were before the run. Costs a copy of both.
   */
  readonly nanGuard?: boolean | undefined
  /**
   * Fills scratch with NaN before every run, and each range of it once its last reader has run, so
   * that a value that is read too late or was never written shows in what the run gives. Costs a
   * write of scratch, and another one of each range.
   */
  readonly poison?: boolean | undefined
}
