// The types of a trainer: what it is made from, and what it does.

import type { Explanation } from '../compile/explain.ts'
import type { ExplainOptions } from '../compile/explain-costs.ts'
import type { AnyFeed, DimNames, DimsOption, Feeds, WithDims } from '../compile/hosts.ts'
import type { DebugOptions, Mode } from '../compile/run.ts'
import type { Dims } from '../ir/dim.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Hosts, Simplify, TypedGraph } from '../ir/typed-graph.ts'
import type { TargetName } from '../kernel/target.ts'
import type { Optimizer } from '../optim/optimizer.ts'

/** The outputs that are scalars, as numbers; those of unknown rank may be, and count as such. */
export type Scalars<O> = Simplify<{
  readonly [K in keyof O as O[K] extends Tensor<infer S>
    ? S extends readonly []
      ? K
      : number extends S['length']
        ? K
        : never
    : never]: number
}>

/** How a trainer is made. `dims` are those of a full batch. */
export type TrainerOptions<In, P, S, O, M> = TrainerSettings<P, S, O> & DimsOption<In, M>

/** How a trainer is made, beside its dims. */
export interface TrainerSettings<P, S, O> {
  /** The output to minimize: a float scalar. */
  readonly loss: keyof O & string
  readonly optimizer: Optimizer
  /** Where it runs. */
  readonly target: TargetName
  /** The seed of initial params and of random draws; 0 by default. */
  readonly seed?: number | undefined
  /** Initial params; drawn from the seed by default. */
  readonly params?: Hosts<P> | undefined
  /** Initial state. */
  readonly state?: Hosts<S> | undefined
  /** The most memory that the program may take; more is error E136. */
  readonly maxBytes?: number | undefined
  readonly debug?: DebugOptions | undefined
}

/** Which outputs a step reads back: all scalars, none, or those named. */
export type ReadPolicy<O> = 'scalars' | 'none' | readonly (keyof O & string)[]

/** How one step is made. */
export interface StepOptions<O, R extends ReadPolicy<O> = ReadPolicy<O>> {
  /** Reading waits for the step; `'none'` does not. `'scalars'` by default. */
  readonly read?: R | undefined
  /**
   * Sizes of dims in this step, where they are not the trainer's: a last partial batch. Its program
   * is compiled when it is first needed, or ahead by `prepare`.
   */
  readonly dims?: Dims | undefined
}

/** What a step gives back under a read policy. */
export type StepResult<O, R> = R extends 'none'
  ? Readonly<Record<never, never>>
  : R extends readonly (infer K)[]
    ? Simplify<{ readonly [N in keyof O as N extends K ? N : never]: Hosts<O[N]> }>
    : Scalars<O>

/** How a program is run on the params of a trainer. */
export type SharedOptions<In, M> = SharedSettings & DimsOption<In, M>

/** How a program is run on the params of a trainer, beside its dims. */
export interface SharedSettings {
  /** Which side of `byMode` is kept; `eval` by default. */
  readonly mode?: Mode | undefined
  readonly maxBytes?: number | undefined
  /** Checks that cost time; those of the trainer by default. */
  readonly debug?: DebugOptions | undefined
}

/** A program that runs on the params of a trainer, as they are at the time of the call. */
export interface Shared<In, O> {
  <F extends { readonly [K in keyof In]?: AnyFeed }>(inputs: Feeds<In, F>): Hosts<O>
  explain(options?: ExplainOptions): Explanation
  dispose(): void
}

/** A model in training: its params, state and the optimizer's memory stay where the steps run. */
export interface Trainer<In, P, S, O> {
  /** The options it was made with, and the sizes of a full batch. */
  readonly dims: Dims
  readonly seed: number
  /** The output that is minimized. */
  readonly loss: keyof O & string
  /** Steps done so far. */
  readonly stepCount: number
  /**
   * One step: forward, backward, update. Outputs are those of the params before the update. Inputs
   * are read when it is the step's turn: leave them as they are until it is done.
   * Throws E108 where an input does not fit, E402 and E904 where a debug mode finds something.
   */
  step<F extends { readonly [K in keyof In]?: AnyFeed }, const R extends ReadPolicy<O> = 'scalars'>(
    inputs: Feeds<In, F>,
    options?: StepOptions<O, R>,
  ): Promise<StepResult<O, R>>
  /** Outputs of the last step. */
  read<const K extends keyof O & string>(names: readonly K[]): Promise<StepResult<O, readonly K[]>>
  /** Compiles the step for other sizes ahead of the step that needs it. */
  prepare(dims: Dims): Promise<void>
  /** A copy of the params. */
  params(): Promise<Hosts<P>>
  /** A copy of the state. */
  state(): Promise<Hosts<S>>
  /** A copy of what the optimizer remembers: for every slot, a tree of the trained params. */
  optimizerState(): Promise<Readonly<Record<string, unknown>>>
  /** Replaces all params; the optimizer's memory stays. */
  setParams(params: Hosts<P>): Promise<void>
  /** A program on the same params, without a copy. */
  executable<In2, P2, S2, O2, T2, const M extends NeededDims<In2>>(
    program: TypedGraph<In2, P2, S2, O2, T2>,
    options: SharedOptions<In2, M>,
  ): Promise<Shared<WithDims<In2, M>, WithDims<O2, M>>>
  /** What the compiler made of the step of a full batch, and with `profile` how long it takes. */
  explain(options?: ExplainOptions): Explanation
  /** The model that is trained. */
  readonly model: TypedGraph<In, P, S, O>
  /** Gives the memory back; using the trainer afterwards is error E108. */
  dispose(): void
}

/** The trainer of a model with sizes put in for its dims. */
export type TrainerOf<In, P, S, O, M> = Trainer<WithDims<In, M>, P, S, WithDims<O, M>>

/** The dims that a model needs sizes for. */
export type NeededDims<In> = { readonly [K in DimNames<In>]?: number }
