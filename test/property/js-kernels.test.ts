// Random kernels on js beside the interpreter: what the generated code stores is what the kernel
// means, and two runs give the same bits. Graphs never make some of these kernels; the verifier
// accepts them, so a backend has to run them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Literal } from '../../src/ir/literal.ts'
import { interpretProgram, placeBuffers } from '../../src/kernel/interpret.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { verifyKernel } from '../../src/kernel/verify.ts'
import type { TypedArray } from '../../src/support/dtype.ts'
import { dataOf, launchOf, runOn } from '../backends/js/programs.ts'
import { runs } from '../counts.ts'
import { difference } from '../generic/tolerances.ts'
import { type RandomKernel, randomContract, randomLoops } from './random-kernel.ts'

function expectMeaning(kernel: Kernel, from: number): void {
  expect(verifyKernel(kernel).map(({ message }) => message)).toEqual([])
  const program = launchOf(kernel)
  const isGiven = (region: string) => region === 'input' || region === 'state'
  const given = new Map(
    program.buffers.flatMap((buffer, i) =>
      isGiven(buffer.region) ? [[buffer.name, dataOf(buffer, from + i)] as const] : [],
    ),
  )
  const copies = new Map([...given].map(([name, data]) => [name, data.slice()]))
  const memory = placeBuffers(program, copies)
  interpretProgram(program, memory)
  const got = runOn(program, given)
  const again = runOn(program, given)
  for (const { name, region, type, shape } of program.buffers) {
    if (region === 'input') continue
    const literal = (data: TypedArray) => new Literal(type, shape, Float64Array.from(data))
    const value = literal(got.get(name)!)
    expect(difference(value, literal(memory.get(name)!), 'graph'), name).toBeUndefined()
    expect(literal(again.get(name)!).equals(value), `${name}, again`).toBe(true)
  }
}

const check = (kernels: fc.Arbitrary<RandomKernel>) =>
  fc.assert(
    fc.property(kernels, fc.nat(2 ** 20), ({ kernel }, from) => expectMeaning(kernel, from)),
    runs({ test: 300, ci: 600, deep: 6000 }),
  )

describe('a random kernel on js', () => {
  it('stores what its loops mean', () => {
    check(randomLoops)
  })

  it('stores what its contraction means', () => {
    check(randomContract)
  })
})
