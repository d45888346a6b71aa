// Every kernel that the repository makes, as WGSL, before there is a backend for it: legal for the
// target and accepted by Tint. That keeps the kernel IR from growing into the shape of a CPU.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wgslTarget } from '../../src/backends/wgsl/target.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { Op, OpTable } from '../../src/ir/op.ts'
import { SHAPE_KINDS } from '../../src/ir/sample.ts'
import { parseKernels } from '../../src/kernel/text.ts'
import { verifyKernel } from '../../src/kernel/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { UnsupportedError } from '../../src/support/diagnostic.ts'
import { goldenPaths } from '../../tools/opt/golden.ts'
import { loweredFor, replayed } from '../../tools/replay/programs.ts'
import { cases, runs, seed, tier } from '../counts.ts'
import { type RandomKernel, randomContract, randomLoops } from '../property/random-kernel.ts'
import { gradientTrial, opTrial } from './op-graphs.ts'
import { singlePrecision } from './single.ts'
import { nullDevice, refusal } from './tint.ts'
import { Validator } from './validate.ts'

let device: Awaited<ReturnType<typeof nullDevice>>
let validator: Validator

beforeAll(async () => {
  device = await nullDevice()
  validator = new Validator(device)
})

afterAll(() => device?.destroy())

/** What is wrong with the program of a graph; 'f64' where the graph has values of that dtype. */
async function wrongWith(graph: Graph): Promise<readonly string[] | 'f64'> {
  try {
    return await validator.program(loweredFor(graph, wgslTarget).program)
  } catch (error) {
    // What lowering says of the one dtype that the target lacks.
    if (error instanceof UnsupportedError && error.message.includes('got f64')) return 'f64'
    throw error
  }
}

/** The kernels of the other forms are nearly those of a training step. */
const FORMS: Parameters<typeof replayed>[1] =
  tier === 'test' ? ['prediction', 'training step'] : undefined

/** Programs that compute in f64, which WGSL does not have: lowering refuses all their forms. */
const IN_DOUBLE = [
  'parabola',
  'pendulum',
  'attracting_bodies',
  'least_squares',
  'polynomial_fit',
  'compound_rates',
  'mixed_precision',
  'decay',
]

describe('WGSL', () => {
  it('is accepted for the example kernels', async () => {
    const path = 'test/golden/kernel/examples.kir'
    const { kernels, programs } = parseKernels(path, readFileSync(path, 'utf8'))
    for (const kernel of kernels) {
      expect(await validator.kernel(kernel), kernel.name).toEqual([])
    }
    for (const program of programs) {
      expect(await validator.program(program), program.name).toEqual([])
    }
    expect(validator.kernels).toBeGreaterThan(20)
  })

  it('is accepted for the golden programs, whose launches do as much as they can', async () => {
    const paths = goldenPaths('test/golden/lower')
    expect(paths.length).toBeGreaterThan(10)
    for (const path of paths) {
      const [, expected = ''] = readFileSync(path, 'utf8').split(/^\/\/ expect$/m)
      const [program] = parseKernels(path, expected).programs
      expect(await validator.program(program!), path).toEqual([])
    }
  })

  it('is accepted for every program, those with f64 aside', async () => {
    const inDouble: string[] = []
    for (const { name, graph } of replayed('', FORMS)) {
      const found = await wrongWith(graph)
      const [program = name] = name.split('.')
      if (found !== 'f64') expect(found, name).toEqual([])
      else if (!inDouble.includes(program)) inDouble.push(program)
    }
    expect(inDouble).toEqual(IN_DOUBLE)
  })
})

const table: OpTable = ops

/** Ops with samples in f64 only. A call is what its body is: its kernels are those of others. */
const DOUBLE: ReadonlySet<string> = new Set(['call'])

/** Trials of an op for each kind of shape. */
const REPEATS = cases({ test: 1, ci: 2, deep: 10 })

describe.each(Object.values(table).map(({ op }) => [op.name, op] as const))('%s', (_, op) => {
  it('is accepted as WGSL, and so is its gradient', async () => {
    expect((await acceptedOf(op, opTrial)) > 0).toBe(!DOUBLE.has(op.name))
    await acceptedOf(op, gradientTrial)
  })
})

/** Expects all trials of an op to be accepted; answers how many there were. */
async function acceptedOf(op: Op, trialOf: typeof opTrial): Promise<number> {
  let accepted = 0
  for (const kind of SHAPE_KINDS) {
    for (let from = seed; from < seed + REPEATS; from++) {
      const graph = trialOf(op, from, kind)
      if (graph === undefined) continue
      expect(await wrongWith(graph), `${op.name}, shapes "${kind}", seed ${from}`).toEqual([])
      accepted++
    }
  }
  return accepted
}

describe('WGSL of random kernels, in f32', () => {
  const check = (kernels: fc.Arbitrary<RandomKernel>) =>
    fc.assert(
      fc.asyncProperty(kernels, async ({ kernel }) => {
        const single = singlePrecision(kernel)
        expect(verifyKernel(single)).toEqual([])
        expect(await validator.kernel(single)).toEqual([])
      }),
      runs({ test: 100 }),
    )

  it('is accepted for loops', () => check(randomLoops))

  it('is accepted for contractions', () => check(randomContract))
})

describe('Tint', () => {
  it('refuses what is wrong, so that it could refuse a kernel', async () => {
    const main = (body: string) =>
      `@compute @workgroup_size(1) fn main(@builtin(local_invocation_index) i: u32) {\n${body}\n}`
    expect(await refusal(device, main('let x: f32 = 1f;'))).toBeUndefined()
    expect(await refusal(device, main('let x: f32 = 1u;'))).toContain('let x: f32 = 1u;')
    expect(await refusal(device, main('if (i == 0u) { workgroupBarrier(); }'))).toContain('uniform')
    const wide = main('').replace('workgroup_size(1)', 'workgroup_size(512)')
    expect(await refusal(device, wide)).toContain('512')
  })
})
