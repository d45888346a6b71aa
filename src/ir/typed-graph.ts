// A graph together with how its names nest, and, for the TypeScript compiler only, the types of
// what it takes and gives. Models and their derivatives are such graphs; compile runs them.

import type { Traced } from './history.ts'
import type { Host, Tensor } from './tensor.ts'
import type { NameTree } from './tree.ts'

/** Holds the types of a typed graph; no such property exists at run time. */
declare const types: unique symbol

/**
 * A graph whose inputs have the types `In` (tensors by name), params and state the types `P` and
 * `S` (trees of tensors; `never` for no state), outputs the types `O` (a tree of tensors). `T` are
 * the directions of a forward derivative, which mirror params; `never` for other programs.
 */
export interface TypedGraph<In = unknown, P = unknown, S = unknown, O = unknown, T = unknown>
  extends Traced {
  /** How params nest: the names of arguments of role param. */
  readonly params: NameTree
  /** How state nests: the names of arguments of role state. */
  readonly state: NameTree
  /** How outputs nest: the names of outputs, such as `grads.l1.w` under grads, l1, w. */
  readonly outputs: NameTree
  readonly [types]?: {
    readonly inputs: In
    readonly params: P
    readonly state: S
    readonly outputs: O
    readonly tangents: T
  }
}

/** A record type spelled out, for hovers. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {}

/**
 * Host values nested like a tree of tensors; a scalar is a number, and a tensor of unknown rank may
 * be one. `never` (no state) is `{}`.
 */
export type Hosts<T> = [T] extends [never]
  ? Readonly<Record<never, never>>
  : T extends Tensor<infer S, infer D>
    ? S extends readonly []
      ? number
      : number extends S['length']
        ? number | Host<S, D>
        : Host<S, D>
    : { [K in keyof T]: Hosts<T[K]> }
