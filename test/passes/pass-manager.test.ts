// The pass manager: what it says about a pass that breaks a graph, how pipelines read and print,
// what it records.

import { describe, expect, it } from 'vitest'
import type { Graph } from '../../src/ir/graph.ts'
import type { PassRecord } from '../../src/ir/history.ts'
import { passes } from '../../src/passes/by-name.ts'
import { type Pass, parsePipeline, printPipeline } from '../../src/rewrite/pass.ts'
import { describeRecord, runPipeline } from '../../src/rewrite/pass-manager.ts'
import { internalError } from '../../src/support/diagnostic.ts'
import { graphOf } from './graphs.ts'

const GRAPH = graphOf(`graph @g(input %x: f32[n]) {
  %0 = exp %x : f32[n]
  %1 = neg %0 : f32[n]
  %2 = tanh %1 : f32[n]
  return y = %2
}`)

const breaking = (
  name: string,
  run: (graph: Graph) => Graph,
  leaves: Pass['leaves'] = [],
): Pass => ({
  name,
  summary: 'breaks graphs',
  expects: [],
  leaves,
  run: graph => ({ graph: run(graph), patches: [], firings: [] }),
})

/** Swaps the first two nodes, so that one is used before its definition. */
const swapping = breaking('swap', graph => {
  const [first, second, ...rest] = graph.order
  return { ...graph, order: [second!, first!, ...rest] }
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

describe('a pass that breaks a graph', () => {
  it('is named, with what it broke, the lines around it before and after, and the command', () => {
    const pipeline = [{ pass: passes.cse! }, { pass: swapping }, { pass: passes.dce! }]
    const message = messageOf(() => runPipeline(GRAPH, pipeline, { file: 'small.ir' }))
    expect(
      message,
    ).toBe(`E901 pass "swap": must leave a well-formed graph, got V3 %1 is used before its definition
  %0 = neg %1 : f32[n]
  before
      %0 = exp %x : f32[n]
    > %1 = neg %0 : f32[n]
      %2 = tanh %1 : f32[n]
      return y = %2
  after
    > %0 = neg %1 : f32[n]
      %1 = exp %x : f32[n]
      %2 = tanh %0 : f32[n]
      return y = %2
  reproduce: npm run opt -- -p cse,swap --verify-each small.ir
  made at test.ir:3:3
  help: this is a bug in gradc; please report it with the lines above`)
  })

  it('shows five lines either side of a long graph', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `  %${i + 1} = exp %${i} : f32[n]`)
    const long = graphOf(
      `graph @g(input %x: f32[n]) {\n  %0 = exp %x : f32[n]\n${lines.join('\n')}\n  return y = %30\n}`,
    )
    const middle = breaking('middle', graph => {
      const order = [...graph.order]
      order.splice(14, 2, order[15]!, order[14]!)
      return { ...graph, order }
    })
    const after = messageOf(() => runPipeline(long, [{ pass: middle }])).split('after\n')[1]!
    const shown = after.split('\n').filter(line => line.includes('= exp'))
    expect(shown).toHaveLength(11)
    expect(shown[5]).toMatch(/^ {4}> /)
  })

  it('is named where it does not keep the promise of its stage', () => {
    const lying = breaking('lie', graph => graph, ['bound'])
    expect(() => runPipeline(GRAPH, [{ pass: lying }])).toThrow(
      /E901 pass "lie": must leave a well-formed graph, got V10 .*symbolic dim n/,
    )
  })

  it('is not looked for where verification is off', () => {
    expect(runPipeline(GRAPH, [{ pass: swapping }], { verify: false }).graph.order).toEqual([
      2, 1, 3,
    ])
  })

  it('is named where it finds a bug of its own', () => {
    const failing = breaking('fail', () => {
      throw internalError('subject', 'an invariant')
    })
    expect(() => runPipeline(GRAPH, [{ pass: failing }])).toThrow(
      /E903 subject: an invariant.*in pass "fail".*reproduce: npm run opt -- -p fail/s,
    )
  })
})

describe('the graph that a pipeline starts from', () => {
  it('must be well formed', () => {
    const broken = swapping.run(GRAPH, {}).graph
    expect(() => runPipeline(broken, [{ pass: passes.cse! }])).toThrow(
      /E106 .*not well formed before the first pass/s,
    )
  })

  it('must be at the stage that the first pass expects', () => {
    expect(() => runPipeline(GRAPH, [{ pass: passes.decompose! }])).toThrow(
      /E106 pass "decompose": expects a graph of stage bound, got one where V10/,
    )
  })
})

describe('a pipeline as text', () => {
  it('reads and prints back', () => {
    const text = 'bind{batch=32,time=4},simplify{assume_finite=true},simplify{only="mul-self"},cse'
    expect(printPipeline(parsePipeline(text, passes))).toBe(text)
    expect(parsePipeline(' bind { n = 3 } , dce ', passes)[0]!.options).toEqual({ n: 3 })
  })

  it('is quoted in the command that repeats a failure', () => {
    const pipeline = [...parsePipeline('bind{n=3}', passes), { pass: swapping }]
    expect(() => runPipeline(GRAPH, pipeline)).toThrow(
      "-p 'bind{n=3},swap' --verify-each failing.ir",
    )
  })

  it.each([
    ['simplfy', /there is no pass simplfy.*did you mean simplify\?/s],
    ['simplify,', /expected the name of a pass, got the end of the text/],
    ['cse dce', /expected "," or the end of the pipeline, got "dce"/],
    ['fold{limits=3}', /no option of pass fold called limits.*did you mean limit\?/s],
    ['fold{limit=x}', /option "limit" must be a whole number from 0, got x/],
    ['simplify{assume_finite=3}', /option "assume_finite" must be true or false, got 3/],
    ['cse{x=3}', /no option of pass cse called x/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parsePipeline(text, passes)).toThrow(message)
  })

  it('names rules for simplify that are there', () => {
    const run = (only: string) => () => passes.simplify!.run(GRAPH, { only })
    expect(run('mul-slef')).toThrow(/there is no rule "mul-slef".*did you mean "mul-self"\?/s)
    expect(run('mul-self')).not.toThrow()
  })
})

describe('the record of a run', () => {
  it('holds every step: graphs, patches, firings, time, and whether it changed anything', () => {
    const seen: PassRecord[] = []
    const graph = graphOf(`graph @g(input %x: f32[4]) {
      %0 = neg %x : f32[4]
      %1 = neg %0 : f32[4]
      %2 = exp %1 : f32[4]
      return y = %2
    }`)
    const pipeline = parsePipeline('cse,simplify', passes)
    const { records } = runPipeline(graph, pipeline, { trace: record => seen.push(record) })
    expect(seen).toEqual(records)
    expect(records.map(record => record.unchanged)).toEqual([true, false])
    expect(records[1]!.before).toBe(graph)
    expect(records[1]!.firings.map(firing => firing.rule)).toEqual(['involution'])
    expect(records[1]!.patches.length).toBeGreaterThan(0)
    expect(describeRecord(records[0]!)).toMatch(/^cse: [\d.]+ ms \(unchanged\)$/)
    expect(describeRecord(records[1]!)).toMatch(/^simplify: [\d.]+ ms, 3 -> 1 nodes; involution 1$/)
  })
})
