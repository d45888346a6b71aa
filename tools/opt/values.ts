// Arguments for `--interpret` and how results are shown: nested lists of numbers, in the form in
// which `--arg` takes them back. Arguments that are not given are drawn from the seed and shown
// too.

import { Literal, type NestedArray } from '../../src/ir/literal.ts'
import { printShape } from '../../src/ir/type.ts'
import { printNumber } from '../../src/ir/value-text.ts'
import { GraphError } from '../../src/support/diagnostic.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../../src/support/dtype.ts'
import type { Random } from '../../src/support/random.ts'

/** Tensors up to this many elements are shown whole. */
const MOST_SHOWN = 64
/** Enough to tell results apart, few enough that every engine's `exp` shows the same. */
const DIGITS = 6

/** Elements of a shape, as a program or a graph holds them. */
export interface Elements {
  readonly dtype: DTypeName
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** `f32[2,2] = [[1, 2], [3, 4]]`. */
export function showElements({ dtype, shape, data }: Elements): string {
  const type = `${dtype}[${shape}]`
  const isFloat = DTYPES[dtype].kind === 'float'
  const numbers = Array.from(data, x => printNumber(isFloat ? Number(x.toPrecision(DIGITS)) : x))
  if (numbers.length <= MOST_SHOWN) return `${type} = ${nested(shape, numbers)}`
  return `${type} = [${numbers.slice(0, 16).join(', ')}, … ${numbers.length - 16} more]`
}

function nested([extent, ...inner]: readonly number[], numbers: readonly string[]): string {
  if (extent === undefined) return numbers[0]!
  const step = numbers.length / extent
  const rows = Array.from({ length: extent }, (_, i) =>
    nested(inner, numbers.slice(i * step, (i + 1) * step)),
  )
  return `[${rows.join(', ')}]`
}

/** The lines of a run: what was drawn for it, then what it gave. */
export function showRun(
  name: string,
  seed: number,
  drawn: readonly string[],
  results: readonly string[],
): string {
  const head = drawn.length === 0 ? [] : [`// @${name} with arguments drawn from seed ${seed}`]
  return [...head, ...drawn, `// @${name} gives`, ...results, ''].join('\n')
}

/** Random elements: floats in [-2, 2), integers from 0 to 4, so that they may serve as indices. */
export function drawElements(dtype: DTypeName, size: number, stream: Random): TypedArray {
  const data = DTYPES[dtype].allocate(size)
  const { kind } = DTYPES[dtype]
  for (let i = 0; i < size; i++) {
    if (kind === 'float') data[i] = stream.uniform(-2, 2)
    else data[i] = stream.integer(0, kind === 'bool' ? 1 : 4)
  }
  return data
}

/** The size of an extent. Throws E107 where it is still a name. */
export function knownExtent(extent: number | string, argument: string): number {
  if (typeof extent === 'number') return extent
  throw new GraphError({
    code: 'E107',
    subject: 'opt',
    message: `every dim must have a size to run, got the symbolic dim ${extent} in %${argument}`,
    help: `pass --dims ${/^\w+$/.test(extent) ? extent : 'name'}=32`,
  })
}

/** The elements that `--arg` gives for a buffer. Throws E108 where they have another shape. */
export function givenElements(
  name: string,
  dtype: DTypeName,
  shape: readonly number[],
  value: unknown,
): TypedArray {
  const literal = Literal.from(value as NestedArray, dtype)
  if (printShape(literal.shape) === printShape(shape)) return literal.toHost().data
  throw new GraphError({
    code: 'E108',
    subject: 'opt',
    message: `"${name}" must be ${dtype}${printShape(shape)}, got ${printShape(literal.shape)}`,
    help: `pass --arg '${name}=…' with as many nested lists as it has dims`,
  })
}
