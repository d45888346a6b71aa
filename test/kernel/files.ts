// What the tests of the kernel IR share: the golden examples, arrays of seeded numbers, closeness.

import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { interpretKernel } from '../../src/kernel/interpret.ts'
import type { Contract, Kernel } from '../../src/kernel/kernel.ts'
import { sizeOf } from '../../src/kernel/kernel.ts'
import { parseKernels } from '../../src/kernel/text.ts'
import { DTYPES, type TypedArray } from '../../src/support/dtype.ts'
import { random } from '../../src/support/random.ts'

/** A file below test/, and its text. */
export function readTest(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

/** The names of the files in a folder below test/. */
export function listTests(folder: string): string[] {
  return readdirSync(new URL(`../${folder}`, import.meta.url)).sort()
}

export const examplesText = readTest('golden/kernel/examples.kir')

/** The example kernels and their program. */
export const examples = parseKernels('examples.kir', examplesText)

/** One of the example kernels. */
export function example(name: string): Kernel {
  const kernel = examples.kernels.find(kernel => kernel.name === name)
  if (kernel === undefined) throw new Error(`there is no example ${name}`)
  return kernel
}

/** The only kernel of a text. */
export function kernelOf(text: string): Kernel {
  return parseKernels('test.kir', text).kernels[0]!
}

/** The only contract of a text. */
export function contractOf(text: string): Contract {
  const kernel = kernelOf(text)
  if (kernel.kind !== 'contract') throw new Error('a contract is expected')
  return kernel
}

const numbers = random(11)

/** `length` seeded numbers in [low, high). */
export function floats(length: number, low = -1, high = 1): Float32Array {
  return Float32Array.from({ length }, () => numbers.uniform(low, high))
}

/** `length` seeded integers in [0, below). */
export function integers(length: number, below: number): Int32Array {
  return Int32Array.from({ length }, () => numbers.integer(0, below - 1))
}

/** Numbers computed one by one, in double. */
export function table(length: number, at: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => at(i))
}

/** The sum of `length` terms, in order. */
export function total(length: number, term: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += term(i)
  return sum
}

/** Runs a kernel on copies of `given`; parameters that are not given begin as 7. */
export function run(
  kernel: Kernel,
  given: Readonly<Record<string, TypedArray>>,
  rounding: 'f64' | 'dtype' = 'f64',
): Record<string, TypedArray> {
  const args = kernel.params.map(({ name, type, shape }) => {
    const data = DTYPES[type].allocate(sizeOf(shape)).fill(7)
    const source = given[name]
    if (source !== undefined) data.set(source)
    return data
  })
  interpretKernel(kernel, args, rounding)
  return Object.fromEntries(kernel.params.map(({ name }, i) => [name, args[i]!]))
}

/** Demands that every element is near, relative to 1 or to itself where it is larger. */
export function expectClose(
  got: ArrayLike<number> | undefined,
  want: ArrayLike<number>,
  tolerance: number,
): void {
  expect(got?.length).toBe(want.length)
  let worst = 0
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got![i]! - want[i]!) / Math.max(1, Math.abs(want[i]!))
    if (!(error <= worst)) worst = error
  }
  expect(worst).toBeLessThanOrEqual(tolerance)
}

/** Demands the same numbers, zeros by sign. Engines choose the bits of a NaN, not always alike. */
export function expectSameBits(got: TypedArray | undefined, want: TypedArray | undefined): void {
  const isSame = (data: TypedArray) => data.every((value, i) => Object.is(value, want![i]))
  const isThere = got !== undefined && want !== undefined && got.length === want.length
  expect(isThere && isSame(got)).toBe(true)
}
