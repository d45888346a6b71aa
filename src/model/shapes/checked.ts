// How a shape mistake becomes one sentence, twice. A shape rule answers with the result's shape or
// with a sentence: as a type, so that tsc reports it on the argument at fault, and as a function on
// the shapes of traced values, for shapes that are not known before the graph is built. Both say
// the same words; test/model pins them together.
//
// Conditional types test dims as `[X] extends [Y]`, so that nothing distributes over unions, and
// ask `Unknown` first.

import type { Value } from '../../ir/builder.ts'
import type { Dim } from '../../ir/dim.ts'
import type { Shape } from '../../ir/type.ts'
import { GraphError } from '../../support/diagnostic.ts'
import { captureSource } from '../../support/source.ts'

/**
 * The type of a parameter: `T` where the rule accepts, else the rule's sentence, in which tsc need
 * not look for what to infer.
 */
export type Checked<T, Rule> = Rule extends string ? NoInfer<Rule> : T

/**
 * The shape of a result: the rule's, or of unknown rank where it refused, so that one mistake is
 * one error.
 */
export type Out<Rule> = Rule extends Shape ? Rule : Shape

/** The first of two rules that refuses, else what the second answers. */
export type Both<First, Second> = First extends string ? First : Second

type IsUnion<X, Whole = X> = X extends unknown ? ([Whole] extends [X] ? false : true) : never

/** Whether a dim is not one literal: `number`, `string`, or a union, which only the build knows. */
export type Unknown<X> = number extends X ? true : string extends X ? true : IsUnion<X>

/** Whether not even the rank is known, or which of several shapes it is. */
export type RankUnknown<S extends Shape> = number extends S['length'] ? true : IsUnion<S>

/** Whether two dims can be equal. */
export type Same<X, Y> = [X] extends [Y]
  ? true
  : Unknown<X> extends true
    ? true
    : Unknown<Y> extends true
      ? true
      : false

/** Whether two shapes can be equal. */
export type Fits<A extends Shape, B extends Shape> =
  RankUnknown<A> extends true
    ? true
    : RankUnknown<B> extends true
      ? true
      : A['length'] extends B['length']
        ? false extends { [I in keyof A]: Same<A[I], I extends keyof B ? B[I] : never> }[number]
          ? false
          : true
        : false

/** A dim as sentences show it. */
export type ShowDim<D> = Unknown<D> extends true ? '?' : D extends Dim ? `${D}` : '?'

/** A shape as sentences show it: `[batch, 784]`. */
export type Show<S extends Shape> = RankUnknown<S> extends true ? '[...]' : `[${Join<S>}]`

type Join<S extends Shape> = S extends readonly [infer H]
  ? ShowDim<H>
  : S extends readonly [infer H, ...infer R extends Shape]
    ? `${ShowDim<H>}, ${Join<R>}`
    : ''

/** What a rule answers at build time: a shape, or the sentence that refuses. */
export type Answer = Shape | string

/** A shape as sentences show it: `[batch, 784]`. */
export function show(shape: readonly Dim[]): string {
  return `[${shape.join(', ')}]`
}

/**
 * What a rule answered: a shape, or the axes that were meant. Throws E101 with its sentence, the
 * operands and the line of the user's call of `boundary` where it refused.
 */
export function accepted<A extends readonly unknown[]>(
  answer: A | string,
  operands: readonly Value[],
  boundary: (...args: never[]) => unknown,
  help?: string,
): A {
  if (typeof answer !== 'string') return answer
  throw refusal(answer, operands, boundary, help)
}

/**
 * The error of a sentence such as `add: cannot broadcast [2] with [3]: 2 vs 3 at axis -1`. A
 * sentence that ends with what to do, `…; use cast(x, 'f32')`, gets no other help.
 */
export function refusal(
  sentence: string,
  operands: readonly Value[],
  boundary: (...args: never[]) => unknown,
  help?: string,
): GraphError {
  const colon = sentence.indexOf(': ')
  return new GraphError({
    code: 'E101',
    subject: sentence.slice(0, colon),
    message: sentence.slice(colon + 2),
    operands: operands.map(({ id, builder, shape, dtype }) => ({
      label: builder.label?.(id) ?? `%${id}`,
      type: `${dtype}[${shape.join(',')}]`,
    })),
    source: captureSource(boundary),
    help: /; use [^;]+$/.test(sentence) ? undefined : help,
  })
}
