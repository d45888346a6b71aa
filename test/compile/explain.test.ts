// explain: the record of a compilation, as data that a schema describes and as text.

import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import type { Explanation } from '../../src/compile/explain.ts'
import { graphDiff, MOST_CHARACTERS } from '../../src/compile/explain-diff.ts'
import { passReport } from '../../src/compile/explain-passes.ts'
import {
  add,
  compile,
  constant,
  f32,
  type Graph,
  gradient,
  log,
  mean,
  model,
  mul,
  type PassRecord,
  param,
  parseGraph,
} from '../../src/index.ts'
import { parseKernels, verifyAll } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { classifier } from './models.ts'

const program = gradient(classifier, { of: 'loss' })
const compiled = compile(program, { target: 'js', dims: { batch: 8 } })

/** A formula that loses digits, whose line the tests know, and a constant of many characters. */
const naive = model({
  name: 'naive',
  inputs: { x: f32('batch', 100) },
  params: { w: param([100]) },
  body({ x }, { w }) {
    const weights = constant(Array.from({ length: 100 }, (_, i) => i / 7))
    const shifted = add(mul(mul(x, w), weights), 1)
    return { loss: mean(log(shifted)) }
  },
})

const explained = async () =>
  (await compile(gradient(naive, { of: 'loss' }), { target: 'js', dims: { batch: 3 } })).explain()

/** Where the first such text of this file stands. */
function placeOf(text: string): string {
  const lines = readFileSync('test/compile/explain.test.ts', 'utf8').split('\n')
  const at = lines.findIndex(line => line.includes(text))
  return `test/compile/explain.test.ts:${at + 1}:${lines[at]!.indexOf(text) + 1}`
}

const schema = JSON.parse(readFileSync('docs/explain.schema.json', 'utf8')) as object
const isValid = new Ajv2020({ allErrors: true }).compile(schema)
const copyOf = (explanation: Explanation) => JSON.parse(JSON.stringify(explanation)) as Explanation

const graphOf = (text: string): Graph => parseGraph('test.ir', text, ops)

it('names passes, rules, kernels, launches and memory', async () => {
  const explanation = (await compiled).explain()
  expect(explanation.version).toBe(3)
  expect([explanation.target, explanation.dims]).toEqual(['js', { batch: 8 }])
  expect(explanation.rules.every(({ times }) => times > 0)).toBe(true)
  const names = explanation.kernels.map(({ name }) => name)
  const launched = explanation.launches.map(({ kernel }) => kernel)
  expect(new Set(launched)).toEqual(new Set(names))
  for (const kernel of explanation.kernels) {
    expect(kernel.launches).toBe(launched.filter(name => name === kernel.name).length)
    verifyAll(parseKernels(kernel.text, { file: kernel.name } as never))
  }
})

it('lists every step since the model was traced, each from where the last one left off', async () => {
  const options = { loss: 'loss', optimizer: adam(), target: 'js', dims: { batch: 8 } } as const
  const { passes } = (await trainer(classifier, options)).explain()
  const names = passes.map(({ pass }) => pass.replace(/\{.*/, ''))
  const order = ['canonicalize', 'stabilize', 'gradient', 'training_step', 'bind', 'simplify']
  expect(names.filter(name => order.includes(name)).slice(0, order.length)).toEqual(order)
  expect(passes[0]!.nodesBefore).toBe(classifier.graph.order.length)
  passes.slice(1).forEach((pass, i) => {
    expect(pass.nodesBefore, pass.pass).toBe(passes[i]!.nodesAfter)
  })
})

it('says which formula was replaced, why, and at which line', async () => {
  const { formulas } = await explained()
  const why = 'log(1 + x) = log1p(x): 1 + x rounds a small x away'
  expect(formulas).toEqual([
    {
      kind: 'stabilized',
      rule: 'log-one-plus',
      why,
      op: 'log',
      source: placeOf('log(shifted)'),
      direction: 'forward',
    },
  ])
})

it('says of each firing what was replaced, of the forward or of the backward graph', async () => {
  const { passes } = await explained()
  const stabilize = passes.find(({ pass }) => pass === 'stabilize')!
  const [firing] = stabilize.firings
  expect(stabilize.rules).toMatchObject([
    { rule: 'log-one-plus', exactness: 'stabilizing', times: 1 },
  ])
  expect(firing).toMatchObject({ op: 'log', direction: 'forward' })
  expect(firing!.line).toMatch(/^%\d+ = log %\d+ : f32\[batch,100\]$/)
  const backward = passes.flatMap(({ firings }) => firings).filter(of => of.direction !== 'forward')
  expect(backward.length).toBeGreaterThan(0)
  for (const { derivativeOf } of backward) expect(Object.keys(ops)).toContain(derivativeOf)
})

it('shows exactly what a pass changed, as patches and as lines', async () => {
  const { passes } = await explained()
  const { patches, diff, firings } = passes.find(({ pass }) => pass === 'stabilize')!
  const removed = patches.filter(({ op }) => op === 'remove')
  expect(removed.map(({ path }) => path)).toContainEqual(['nodes', firings[0]!.node])
  expect(removed.map(({ before }) => before)).toContain(firings[0]!.line)
  expect(patches.find(({ path }) => path[0] === 'order')?.before).toContain(`%${firings[0]!.node}`)
  expect(diff).toContain(`-${firings[0]!.line}\n`)
  expect(diff).toMatch(/^\+%\d+ = log1p %\d+ : f32\[batch,100\]$/m)
  for (const { unchanged, ...pass } of passes) {
    expect(pass.diff === '', pass.pass).toBe(unchanged)
    expect(pass.patches.length === 0, pass.pass).toBe(unchanged)
  }
})

it('cuts lines that large constants make long, and says so', async () => {
  const { passes } = await explained()
  const lines = passes.flatMap(({ patches }) => patches.flatMap(({ after }) => after ?? []))
  const long = lines.filter(line => line.length > MOST_CHARACTERS)
  expect(long.length).toBeGreaterThan(0)
  for (const line of long) expect(line).toMatch(/… \(\d+ characters\)$/)
})

it('finds what moved in a diff, and keeps quiet about the numbers of values', () => {
  const before = graphOf(`graph @g(input %x: f32[2]) {
    %0 = exp %x : f32[2]
    %1 = neg %x : f32[2]
    return a = %0, b = %1 }`)
  const after = { ...before, order: [...before.order].reverse() }
  expect(graphDiff(before, before)).toBe('')
  expect(graphDiff(before, after)).toBe(
    [
      '@@ -1,5 +1,5 @@',
      ' input %x: f32[2]',
      '+%2 = neg %x : f32[2]',
      ' %1 = exp %x : f32[2]',
      '-%2 = neg %x : f32[2]',
      ' return a = %1',
      ' return b = %2',
      '',
    ].join('\n'),
  )
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

it('is data that follows the schema, in all programs of the tests', async () => {
  const options = { loss: 'loss', optimizer: adam(), target: 'js', dims: { batch: 8 } } as const
  const all = [
    (await compiled).explain(),
    await explained(),
    (await trainer(classifier, options)).explain(),
    (await trainer(classifier, options)).explain({ profile: true }),
  ]
  for (const explanation of all) {
    const copy = copyOf(explanation)
    expect(isValid(copy), JSON.stringify(isValid.errors)).toBe(true)
    expect(copy).toEqual(explanation.toJSON())
    expect(copy.passes).toEqual(explanation.passes)
  }
})

it('is refused by the schema where a part is missing, misplaced or of the wrong kind', async () => {
  const whole = copyOf(await explained())
  const [formula] = whole.formulas
  const { direction: _, ...nowhere } = formula!
  const { memory: __, ...withoutMemory } = whole
  const broken = [
    withoutMemory,
    { ...whole, version: 2 },
    { ...whole, launches: [whole.launches[0]!.kernel] },
    { ...whole, launches: [{ ...whole.launches[0], flops: 0.5 }] },
    { ...whole, phases: [{ ...whole.phases[0], phase: 'sideways' }] },
    { ...whole, extra: true },
    { ...whole, formulas: [nowhere] },
    { ...whole, formulas: [{ ...formula, kind: 'improved' }] },
    { ...whole, formulas: [{ ...formula, extra: true }] },
    { ...whole, passes: [{ ...whole.passes[0], nodesAfter: -1 }] },
    { ...whole, passes: [{ ...whole.passes[0], patches: [{ op: 'move', path: ['order'] }] }] },
    { ...whole, rules: [{ ...whole.rules[0], times: 0 }] },
  ]
  for (const explanation of broken) {
    expect(isValid(explanation), JSON.stringify(explanation).slice(0, 200)).toBe(false)
  }
})

it('reads well: formulas first, then passes with their rules, kernels and memory', async () => {
  const explanation = await explained()
  const text = String(explanation)
  const heads = text.split('\n').filter(line => /^\S/.test(line))
  expect(heads).toEqual([
    ...['target js, batch = 3', 'formulas', 'passes', 'kernels'],
    ...['launches by estimated time', 'layers', 'phases', 'memory'],
  ])
  expect(text).toContain(
    [
      'formulas',
      '  stabilized log-one-plus: log(1 + x) = log1p(x): 1 + x rounds a small x away',
      `    ${placeOf('log(shifted)')} log`,
    ].join('\n'),
  )
  expect(text).toMatch(/^ {2}stabilize +\d+ -> \d+ nodes, [\d.]+ ms\n {4}log-one-plus × 1 {2}log/m)
  expect(text).toMatch(/^ {2}without effect: inline, /m)
  for (const { text: kernel } of explanation.kernels) expect(text).not.toContain(kernel)
  expect(text).not.toContain(explanation.source)
})

it('shows the first places of a rule and counts the others', async () => {
  const many = model({
    inputs: { x: f32(3) },
    body({ x }) {
      const a = log(add(x, 1))
      const b = log(add(a, 1))
      const c = log(add(b, 1))
      const d = log(add(c, 1))
      return { d: log(add(d, 1)) }
    },
  })
  const text = String((await compile(many, { target: 'js' })).explain())
  const block = /^ {4}log-one-plus × 5 .*\n((?: {6}.*\n)+)/m.exec(text)?.[1]
  expect(block?.trimEnd().split('\n')).toHaveLength(4)
  expect(block).toContain('and at 2 more places')
})

it('costs nothing where nobody looks: what a record would have to compute is not asked for', () => {
  const graph = graphOf('graph @g(input %x: f32[2]) { return y = %x }')
  const unread = (part: string) => () => {
    throw new Error(`${part} was read`)
  }
  const record: PassRecord = Object.defineProperties(
    { pass: 'p', before: graph, graph, milliseconds: 1, unchanged: false } as PassRecord,
    { patches: { get: unread('patches') }, firings: { get: unread('firings') } },
  )
  const report = passReport(record)
  expect(report.nodesAfter).toBe(0)
  expect(() => report.patches).toThrow('patches was read')
  expect(() => report.firings).toThrow('firings was read')
})

it('counts what maxBytes allows: all but the workspace', async () => {
  const { memory } = (await compiled).explain()
  const bytes = memory.total - memory.workspace
  const within = (maxBytes: number) =>
    compile(program, { target: 'js', dims: { batch: 8 }, maxBytes })
  await expect(within(bytes)).resolves.toBeTypeOf('function')
  await expect(within(bytes - memory.scratch)).rejects.toThrow(/E136/)
})
