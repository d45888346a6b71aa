// What tsc tells users, and what it costs them. The mistakes are compiled by the three versions of
// TypeScript that users have: each is one error, on the part at fault, in our words.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agreed, COMPILERS, errorsIn, MISTAKES, statements, Users } from './users.ts'

const wanted = statements()
let users: Users

beforeAll(() => {
  users = new Users()
})

afterAll(() => users.remove())

it('the mistakes are 52 statements with 71 errors', () => {
  const wrong = wanted.filter(statement => statement.wanted.length > 0)
  expect(wrong).toHaveLength(52)
  expect(wrong.flatMap(statement => statement.wanted)).toHaveLength(71)
})

describe.each(COMPILERS)('%s', compiler => {
  it('reports every mistake once, where it is, in our words, and nothing else', () => {
    const errors = errorsIn(users.compile(compiler, MISTAKES))
    expect(errors.filter(({ file }) => file !== MISTAKES)).toEqual([])
    const got = wanted.map(({ first, last, wanted: asked }) => {
      const inside = errors.filter(({ line }) => line >= first && line <= last)
      const told = inside.map(({ text }) => text)
      return { first, errors: agreed(told, asked) }
    })
    expect(got).toEqual(wanted.map(({ first, wanted: errors }) => ({ first, errors })))
  })

  it('accepts a program of everything, and a hundred layers', () => {
    expect(users.compile(compiler, 'test/types/sample.ts')).toBe('')
    expect(users.compile(compiler, 'test/types/hundred-layers.ts')).toBe('')
  })

  it('knows what a sequence makes of a tensor', () => {
    expect(users.compile(compiler, 'test/types/sequences.ts')).toBe('')
  })
})

/** Type instantiations for a hundred layers, their gradient and a run: as measured, and a tenth. */
const BUDGET = 80_100

it('a hundred layers cost the compiler no more than their budget', () => {
  const printed = users.compile(
    'typescript',
    'test/types/hundred-layers.ts',
    '--extendedDiagnostics',
  )
  const count = Number(/^Instantiations:\s+(\d+)$/m.exec(printed)?.[1])
  const told = `a hundred layers take ${count} type instantiations, the budget is ${BUDGET}`
  expect(count, told).toBeLessThanOrEqual(BUDGET)
  expect(count, told).toBeGreaterThan(1000)
})

const START = `
import { compile, f32, gradient, i32, mean, model, select, softmax, softmaxCrossEntropy } from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'
const inputs = { x: f32('batch', 784), y: i32('batch') }
const params = { l1: dense(784, 256), head: dense(256, 10) }
const m = model({ inputs, params, body({ x, y }, { l1, head }) {
  const logits = head(l1(x))
  return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
} })
const program = gradient(m, { of: 'loss' })
const run = await compile(program, { target: 'js', dims: { batch: 128 } })
const r = run({ x: new Float32Array(1), y: new Int32Array(1) }, m.init().params)
`

it.each([
  ['model({ inputs, body({ | }) { return {} } })', ['x', 'y']],
  ['model({ inputs, params, body: ({ x }, p) => ({ x: p.| }) })', ['head', 'l1']],
  ["gradient(m, { of: '|' })", ['loss']],
  ["gradient(m, { of: 'loss', wrt: ['|'] })", ['head', 'l1']],
  ["gradient(m, { of: 'loss', inputs: ['|'] })", ['x', 'y']],
  ["select(m, { outputs: ['|'] })", ['loss', 'probabilities']],
  ["compile(program, { target: 'js', dims: { | } })", ['batch']],
  ["compile(program, { target: '|', dims: { batch: 1 } })", ['js', 'wasm', 'wgsl']],
  ['run({ | })', ['x', 'y']],
  ['r.grads.|', ['head', 'l1']],
  ['r.grads.l1.|', ['b', 'w']],
])('an editor offers what fits in %s', (line, names) => {
  expect([...users.completions(START + line)].sort()).toEqual(names)
})

it('the page of everything runs: a tangent along the gradient is its square', async () => {
  const { out } = await import('./sample.ts')
  expect(out.loss).toBeGreaterThan(0)
  const square = out.direction.data.reduce((sum, g) => sum + g * g, 0)
  expect(square).toBeGreaterThan(0)
  expect(out.tangent / square).toBeCloseTo(1, 4)
  expect(out.block.data.some(g => g !== 0)).toBe(true)
  expect(out.image.shape).toEqual([128, 784])
  expect(out.mean.data.some(value => value !== 0)).toBe(true)
  expect(out.probabilities.data.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
})
