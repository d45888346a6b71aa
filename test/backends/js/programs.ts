// What the tests of the js backend share: kernels as programs of one launch, seeded arguments, and
// the comparison with the interpreter.

import { expect } from 'vitest'
import type { Loaded } from '../../../src/backends/backend.ts'
import { js } from '../../../src/backends/js/index.ts'
import { interpretProgram, placeBuffers } from '../../../src/kernel/interpret.ts'
import { type Kernel, type Param, sizeOf } from '../../../src/kernel/kernel.ts'
import type { Buffer, Program } from '../../../src/kernel/program.ts'
import { DTYPES, isFloat, type TypedArray } from '../../../src/support/dtype.ts'
import { random } from '../../../src/support/random.ts'
import { toleranceOf } from '../../generic/tolerances.ts'

/** Memory on js; js answers at once. */
export const memoryOf = (stateBytes: number) => now(js.memory(stateBytes))

/** A program on js. */
export function load(
  program: Program,
  memory = memoryOf(0),
  constants: ReadonlyMap<string, TypedArray> = new Map(),
): Loaded {
  return now(js.load(program, memory, constants))
}

/** The value of a call that js answers at once. */
export function now<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('js answers at once')
  return value
}

/**
 * A program that launches `kernel` once. What it updates lies in state, what it reads is an input,
 * what it writes an output.
 */
export function launchOf(kernel: Kernel): Program {
  let offset = 0
  const buffers = kernel.params.map(({ name, access, type, shape }): Buffer => {
    if (access !== 'update') {
      return { name, type, shape, region: access === 'read' ? 'input' : 'output', offset: 0 }
    }
    const buffer: Buffer = { name, type, shape, region: 'state', offset }
    offset += Math.ceil((DTYPES[type].bytes * sizeOf(shape)) / 16) * 16
    return buffer
  })
  const args = kernel.params.map(param => param.name)
  const items = [{ kind: 'launch', kernel: kernel.name, args, origin: undefined }] as const
  return { name: 'test', buffers, kernels: [kernel], items }
}

/** Seeded data for a parameter; integers are small, so that they can be positions. */
export function dataOf({ type, shape }: Pick<Param, 'type' | 'shape'>, seed: number): TypedArray {
  const numbers = random(seed)
  const data = DTYPES[type].allocate(sizeOf(shape))
  for (let i = 0; i < data.length; i++) {
    if (type === 'bool') data[i] = numbers.integer(0, 1)
    else data[i] = isFloat(type) ? numbers.uniform(-2, 2) : numbers.integer(0, 9)
  }
  return data
}

/** What every buffer that a program writes holds after a run on `given`, by name. */
export function runOn(
  program: Program,
  given: ReadonlyMap<string, TypedArray>,
): ReadonlyMap<string, TypedArray> {
  const ends = program.buffers.map(b => b.offset + DTYPES[b.type].bytes * sizeOf(b.shape))
  const memory = memoryOf(Math.max(0, ...ends))
  const loaded = load(program, memory)
  for (const { name, region, offset } of program.buffers) {
    if (region === 'state') now(memory.write(offset, given.get(name)!))
  }
  now(loaded.run(Object.fromEntries(given)))
  return new Map(
    program.buffers.flatMap(({ name, region, type, shape, offset }) => {
      if (region === 'output') return [[name, now(loaded.read(name))] as const]
      return region === 'state'
        ? [[name, now(memory.read(offset, type, sizeOf(shape)))] as const]
        : []
    }),
  )
}

/** Demands that js and the interpreter agree on every buffer that the program writes. */
export function expectAgreement(program: Program, seed = 1): void {
  const given = new Map(
    program.buffers.flatMap((buffer, i) =>
      buffer.region === 'input' || buffer.region === 'state'
        ? [[buffer.name, dataOf(buffer, seed + i)] as const]
        : [],
    ),
  )
  const memory = placeBuffers(program, new Map([...given].map(([k, data]) => [k, data.slice()])))
  interpretProgram(program, memory)
  for (const [name, got] of runOn(program, given)) {
    const { type } = program.buffers.find(buffer => buffer.name === name)!
    expectNear(name, got, memory.get(name)!, toleranceOf(type, 'accumulation'))
  }
}

/** Demands equal lengths and that every element is near; NaN is near to NaN only. */
export function expectNear(
  name: string,
  got: TypedArray,
  want: TypedArray,
  tolerance: number,
): void {
  expect(got.length, name).toBe(want.length)
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, want[i]!]
    const isSame = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))
    if (!isSame) expect.fail(`${name}[${i}] is ${a}, should be ${b}`)
  }
}
