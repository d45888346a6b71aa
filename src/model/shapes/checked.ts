// What a shape rule does at build time. A rule answers with the result's shape or with a sentence:
// as a type (src/ir/shape-sentence.ts), and as a function on the shapes of traced values, for
// shapes that are not known before the graph is built. Both say the same words; test/model pins
// them together.

import type { Value } from '../../ir/builder.ts'
import type { Shape } from '../../ir/type.ts'
import { GraphError } from '../../support/diagnostic.ts'
import { captureSource } from '../../support/source.ts'

/** What a rule answers at build time: a shape, or the sentence that refuses. */
export type Answer = Shape | string

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
