// What a program of the corpus is: a model as users write them, sizes for its dims, the output that
// is trained, and values to run it on. Nothing here is written for a rule.

import { bindGraph } from '../../../src/ir/bind.ts'
import type { Dims } from '../../../src/ir/dim.ts'
import type { Argument } from '../../../src/ir/graph.ts'
import { elementCount, Literal, roundTo } from '../../../src/ir/literal.ts'
import type { Model } from '../../../src/model/model.ts'
import { isFloat } from '../../../src/support/dtype.ts'
import { type Random, random } from '../../../src/support/random.ts'

/** Where the elements of an argument lie: from the first up to but without the second. */
export type Range = readonly [from: number, to: number]

/** A model as a user wrote it, and what it takes to run it. */
export interface Program {
  readonly name: string
  readonly model: Model
  /** Sizes for all symbolic dims. */
  readonly dims: Dims
  /** The scalar that gradients and training steps are taken of; absent where there is none. */
  readonly loss?: string
  /** Values for every argument of the model by name, in its own dtypes. */
  readonly arguments: (seed: number) => Record<string, Literal>
}

interface Given {
  /** Where one model stands in the corpus more than once. */
  readonly name?: string
  readonly dims?: Dims
  readonly loss?: string
  /** Ranges of arguments by name; floats lie from −1.5 to 1.5 otherwise, integers from 0 to 3. */
  readonly ranges?: Readonly<Record<string, Range>>
}

/** A program of the corpus; its name is the model's unless another is given. */
export function program<In, P, S, O>(of: Model<In, P, S, O>, given: Given = {}): Program {
  const { name = of.name, dims = {}, loss, ranges = {} } = given
  // What tsc knows of its values matters to the body alone.
  const model = of as unknown as Model
  const declared = bindGraph(model.graph, dims).arguments
  const draw = (argument: Argument, stream: Random) =>
    drawn(argument, ranges[argument.name] ?? usual(argument), stream)
  return {
    name,
    model,
    dims,
    ...(loss !== undefined && { loss }),
    arguments: seed => {
      const stream = random(seed)
      return Object.fromEntries(declared.map(one => [one.name, draw(one, stream)]))
    },
  }
}

function usual({ role, type }: Argument): Range {
  if (role === 'rng') return [0, 1000]
  if (isFloat(type.dtype)) return [-1.5, 1.5]
  return type.dtype === 'bool' ? [0, 2] : [0, 3]
}

function drawn({ type }: Argument, [from, to]: Range, stream: Random): Literal {
  const shape = type.shape as readonly number[]
  const round = roundTo(type.dtype)
  const next = isFloat(type.dtype)
    ? () => round(stream.uniform(from, to))
    : () => stream.integer(from, to - 1)
  const data = Float64Array.from({ length: elementCount(shape) }, next)
  return new Literal(type.dtype, shape, data)
}
