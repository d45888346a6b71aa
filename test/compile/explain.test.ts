// explain: the record of a compilation, as data and as text.

import { expect, it } from 'vitest'
import { compile, gradient } from '../../src/index.ts'
import { parseKernels, verifyAll } from '../../src/kernel/text.ts'
import { classifier } from './models.ts'

const program = gradient(classifier, { of: 'loss' })
const compiled = compile(program, { target: 'js', dims: { batch: 8 } })

it('names passes, rules, kernels, launches and memory', async () => {
  const explanation = (await compiled).explain()
  expect(explanation.version).toBe(1)
  expect([explanation.target, explanation.dims]).toEqual(['js', { batch: 8 }])
  expect(explanation.passes.map(({ pass }) => pass)).toContain('bind{batch=8}')
  expect(explanation.passes.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
  expect(explanation.rules.every(({ times }) => times > 0)).toBe(true)
  const names = explanation.kernels.map(({ name }) => name)
  expect(new Set(explanation.launches)).toEqual(new Set(names))
  for (const kernel of explanation.kernels) {
    expect(kernel.launches).toBe(explanation.launches.filter(name => name === kernel.name).length)
    verifyAll(parseKernels(kernel.text, { file: kernel.name } as never))
  }
})

it('counts bytes: arenas hold their buffers, and the total is the sum', async () => {
  const { memory } = (await compiled).explain()
  const { state, scratch, input, output, workspace, total } = memory
  expect(total).toBe(state + scratch + input + output + workspace)
  for (const { region, offset, bytes, name } of memory.buffers) {
    const size = region === 'state' ? state : scratch
    if (region === 'state' || region === 'scratch') {
      expect(offset + bytes, name).toBeLessThanOrEqual(size)
    }
  }
  // 5·4 + 4 + 4·3 + 3 params of 4 bytes, each at a multiple of 16 bytes.
  expect(state).toBe(80 + 16 + 48 + 16)
})

it('is data: it survives JSON, and reads well', async () => {
  const explanation = (await compiled).explain()
  const copy = JSON.parse(JSON.stringify(explanation)) as typeof explanation
  expect(copy.kernels).toEqual(explanation.kernels)
  const text = String(explanation)
  expect(text).toMatch(/^target js, batch = 8$/m)
  for (const head of ['passes', 'rules', 'kernels', 'memory']) expect(text).toContain(`\n${head}\n`)
  expect(explanation.source).toContain('function')
  expect(text).not.toContain('function')
})

it('counts what maxBytes allows: all but the workspace', async () => {
  const { memory } = (await compiled).explain()
  const bytes = memory.total - memory.workspace
  const within = (maxBytes: number) =>
    compile(program, { target: 'js', dims: { batch: 8 }, maxBytes })
  await expect(within(bytes)).resolves.toBeTypeOf('function')
  await expect(within(bytes - 1)).rejects.toThrow(/E136/)
})
