// What layers on images say of their calls. Sizes need arithmetic, which slots cannot express: the
// slots check the dtype alone, and the op in the body checks the rest, in the words of the types.

import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'

/** The result of `N` for an image of dtype `D`, of the shape that a rule answers; or a sentence. */
export type ImageResult<N extends string, D extends DTypeName, Rule> = 'f32' extends D
  ? Rule extends Shape
    ? Tensor<Rule, 'f32'>
    : Rule
  : `${N}: expects f32, got ${D}; use cast(x, 'f32')`
