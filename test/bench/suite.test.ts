// The command around the benchmarks: which run, what their rows look like, what happens when one of
// them or a peer fails. Nothing is timed: timings and peers are made up.

import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseFlags } from '../../bench/command.ts'
import { peerRatios, type Row } from '../../bench/row.ts'
import { runAll, writer } from '../../bench/suite.ts'
import { disagreement, TOLERANCE } from '../../bench/task.ts'
import { type Context, type Peer, type Prepared, timed } from '../../bench/workload.ts'
import { BENCHES } from '../../bench/workloads/index.ts'
import { copyRate, yardstickOf } from '../../bench/yardstick.ts'

const TIMING = { medianMs: 8, minMs: 7.5, maxMs: 10.12345, runs: 100 }
const RESULT = Float32Array.of(1, 2, 3)
const TASK = { kind: 'apply', op: 'exp', operands: [] } as const
const TENSOR_WORK = { flops: 20e6, bytes: 80e6 }

const bench = (name: string, prepared: Partial<Prepared> = {}) =>
  timed({ name, summary: name, prepare: async () => ({ run: () => undefined, ...prepared }) })

const peer = (name: string, result: Float32Array, factor = 4): Peer => ({
  name,
  perform: async () => ({ timing: { ...TIMING, medianMs: factor * 8 }, threads: 1, result }),
})

/** Runs benchmarks on made-up timings. */
async function runOf(benches: Parameters<typeof runAll>[0], peers: readonly Peer[] = []) {
  const rows: Row[] = []
  const complaints: string[] = []
  const context: Context = {
    backend: 'js',
    threads: 1,
    peers,
    yardstick: () => ({ gflops: 5, gbps: 40 }),
    measure: async () => TIMING,
    alternate: async runs => runs.map((_, i) => ({ ...TIMING, medianMs: 8 / (i + 1) })),
    say: () => undefined,
    complain: sentence => void complaints.push(sentence),
  }
  await runAll(benches, context, row => void rows.push(row))
  return { rows, complaints }
}

/** Parses words; the text of help or of the refusal where there is one. */
function flagsOf(words: readonly string[], benches = BENCHES) {
  let said = ''
  const hear = (text: string) => {
    said += text
  }
  try {
    return { flags: parseFlags(words, benches, { out: hear, err: hear }), said }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { said, exitCode: error.exitCode }
  }
}

const namesOf = (words: readonly string[], names: readonly string[]) =>
  flagsOf(
    words,
    names.map(name => bench(name)),
  ).flags?.benches.map(({ name }) => name)

describe('the command', () => {
  it('runs everything on one thread of js, as a table, without peers', () => {
    const { flags } = flagsOf([])
    expect(flags).toEqual({
      benches: BENCHES,
      json: false,
      backend: 'js',
      threads: 1,
      peers: false,
    })
  })

  it('takes --only as a regular expression on names', () => {
    const names = ['matmul-512', 'matmul-512-nt', 'matmul-257', 'passes']
    expect(namesOf(['--only', 'passes'], names)).toEqual(['passes'])
    expect(namesOf(['--only', '^matmul-512$'], names)).toEqual(['matmul-512'])
    expect(namesOf(['--only', 'matmul-(512|257)$'], names)).toEqual(['matmul-512', 'matmul-257'])
    expect(namesOf(['--only', '512'], names)).toEqual(['matmul-512', 'matmul-512-nt'])
  })

  it.each([
    [['--only', 'matmul-('], 'Unterminated group'],
    [['--only', '^nothing'], '--only ^nothing matches none of'],
    [['--backend', 'wasm'], 'The backends that exist: js.'],
    [['--backend', 'wgsl'], 'The backends that exist: js.'],
    [['--threads', '2'], 'The backends that exist run on 1 thread.'],
    [['--fast'], "unknown option '--fast'"],
  ])('refuses %j', (words, sentence) => {
    const { said, exitCode } = flagsOf(words)
    expect(said).toContain(sentence)
    expect(exitCode).toBeGreaterThan(0)
  })

  it('lists every benchmark and every field in its help', () => {
    const { said, exitCode } = flagsOf(['--help'])
    expect(exitCode).toBe(0)
    for (const { name } of BENCHES) expect(said).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    for (const field of [
      'medianMs',
      'gflops',
      'gbps',
      'idealMs',
      'ratio',
      'hand',
      'yardstick',
      'peers',
    ]) {
      expect(said).toMatch(new RegExp(`^ +.*${field}`, 'm'))
    }
  })
})

describe('the benchmarks', () => {
  it('have names of their own', () => {
    const names = BENCHES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('a row', () => {
  it('holds the timing alone where nothing says how long the work should take', async () => {
    const { rows } = await runOf([bench('dispatch')])
    expect(rows).toEqual([{ name: 'dispatch', backend: 'js', threads: 1, ...TIMING, maxMs: 10.1 }])
  })

  it('has rates, the ideal with both of its terms, and the ratio to it', async () => {
    const { rows } = await runOf([bench('step', { work: TENSOR_WORK })])
    expect(rows[0]).toMatchObject({
      gflops: 2.5,
      gbps: 10,
      idealMs: 6,
      idealFlopsMs: 4,
      idealBytesMs: 2,
      ratio: 1.33,
      yardstick: { gflops: 5, gbps: 40 },
    })
  })

  it('leaves out the rate of work that there is none of', async () => {
    const { rows } = await runOf([bench('exp', { work: { flops: 0, bytes: 80e6 } })])
    expect(rows[0]).not.toHaveProperty('gflops')
    expect(rows[0]).toMatchObject({ gbps: 10, idealFlopsMs: 0, ratio: 4 })
  })

  it('says how many times as long each peer takes', () => {
    const rows = [5, 40].map(medianMs => ({
      ...TIMING,
      medianMs,
      backend: `${medianMs}`,
      threads: 1,
    }))
    const others = rows.map(row => ({ ...row, name: 'x' }))
    expect(peerRatios(TIMING, others)).toEqual({ 5: 0.625, 40: 5 })
  })
})

describe('a loop written by hand', () => {
  const handOf = (byHand: Float32Array) => ({
    run: () => undefined,
    results: [
      [RESULT, RESULT],
      [RESULT, byHand],
    ] as const,
  })

  it('is timed in turn with ours; the row has its median, and ours over it', async () => {
    const { rows, complaints } = await runOf([bench('sum', { hand: handOf(RESULT.slice()) })])
    expect(complaints).toEqual([])
    expect(rows).toMatchObject([{ medianMs: 8, handMs: 4, hand: 2 }])
  })

  it('is left out with one line where a result differs, by less than a peer may', async () => {
    const { rows, complaints } = await runOf([
      bench('sum', { hand: handOf(Float32Array.of(1, 2, 3.0001)) }),
    ])
    const difference = `number 2 is 3 here, ${Math.fround(3.0001)} there`
    expect(complaints).toEqual([
      `sum: the loop written by hand is left out: its result differs: ${difference}`,
    ])
    expect(rows).toHaveLength(1)
    expect(rows[0]).not.toHaveProperty('hand')
  })
})

describe('peers', () => {
  const comparison = { task: TASK, result: RESULT }

  it('get rows of their own after ours, which compares them', async () => {
    const peers = [peer('tfjs-cpu', RESULT), peer('jax-js-wasm', RESULT, 0.5)]
    const { rows, complaints } = await runOf(
      [bench('exp', { comparison, work: TENSOR_WORK })],
      peers,
    )
    expect(complaints).toEqual([])
    expect(
      rows.map(({ name, backend, medianMs, gflops }) => [name, backend, medianMs, gflops]),
    ).toEqual([
      ['exp', 'js', 8, 2.5],
      ['exp', 'tfjs-cpu', 32, 0.625],
      ['exp', 'jax-js-wasm', 4, 5],
    ])
    expect(rows[0]!.peers).toEqual({ 'tfjs-cpu': 4, 'jax-js-wasm': 0.5 })
    expect(rows[1]).not.toHaveProperty('ratio')
  })

  it('are left out with one line where they fail or compute something else', async () => {
    const broken: Peer = {
      name: 'broken',
      perform: () => Promise.reject(new Error('no such kernel\nat somewhere')),
    }
    const peers = [broken, peer('other', Float32Array.of(1, 2, 3.1)), peer('good', RESULT)]
    const { rows, complaints } = await runOf([bench('exp', { comparison })], peers)
    expect(complaints).toEqual([
      'exp: broken is left out: no such kernel',
      `exp: other is left out: its result differs: number 2 is 3 here, ${Math.fround(3.1)} there`,
    ])
    expect(rows.map(row => row.backend)).toEqual(['js', 'good'])
  })

  it('do nothing where a workload has no task for them', async () => {
    const { rows } = await runOf([bench('compile')], [peer('tfjs-cpu', RESULT)])
    expect(rows.map(row => row.backend)).toEqual(['js'])
    expect(rows[0]).not.toHaveProperty('peers')
  })
})

describe('results', () => {
  it('agree within a share of the largest number', () => {
    const near = Float32Array.of(1, 2, 3 * (1 + TOLERANCE * 0.9))
    expect(disagreement(RESULT, near)).toBeUndefined()
    expect(disagreement(RESULT, Float32Array.of(1, 2, 3 * (1 + TOLERANCE * 1.1)))).toBeDefined()
  })

  it('differ where a number is NaN or one is missing', () => {
    expect(disagreement(RESULT, Float32Array.of(1, Number.NaN, 3))).toBe(
      'number 1 is 2 here, NaN there',
    )
    expect(disagreement(RESULT, Float32Array.of(1, 2))).toBe('3 numbers here, 2 there')
  })
})

describe('a run', () => {
  it('goes on after a benchmark that fails, and disposes of what it made', async () => {
    const disposed: string[] = []
    const failing = timed({
      name: 'failing',
      summary: '',
      prepare: () => Promise.reject(new Error('no memory\nat all')),
    })
    const { rows, complaints } = await runOf([
      failing,
      bench('other', { dispose: () => void disposed.push('other') }),
    ])
    expect(complaints).toEqual(['failing failed: no memory'])
    expect(rows.map(({ name }) => name)).toEqual(['other'])
    expect(disposed).toEqual(['other'])
  })

  it('writes one JSON object per line', async () => {
    const { rows } = await runOf([bench('one', { work: TENSOR_WORK }), bench('two')])
    let text = ''
    const write = writer(true, part => {
      text += part
    })
    rows.forEach(write)
    expect(text.endsWith('\n')).toBe(true)
    expect(
      text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Row),
    ).toEqual(rows)
  })

  it('writes a table under one head otherwise, with both terms of the ideal', async () => {
    const hand = { run: () => undefined, results: [] }
    const work = { work: TENSOR_WORK, comparison: { task: TASK, result: RESULT }, hand }
    const { rows } = await runOf([bench('one', work)], [peer('tfjs-cpu', RESULT)])
    let text = ''
    const write = writer(false, part => {
      text += part
    })
    rows.forEach(write)
    const [head, ours, theirs] = text.split('\n').map(line => line.trim().split(/ {2,}/))
    expect(head).toEqual([
      'name',
      'backend',
      'median ms',
      'min',
      'max',
      'GFLOP/s',
      'GB/s',
      'ideal ms',
      '= compute',
      '+ bytes',
      'ratio',
      'hand',
      'notes',
    ])
    expect(ours).toEqual([
      'one',
      'js',
      '8',
      '7.5',
      '10.1',
      '2.5',
      '10',
      '6',
      '4',
      '2',
      '1.33',
      '2',
      'tfjs-cpu 4x',
    ])
    expect(theirs).toEqual(['one', 'tfjs-cpu', '32', '7.5', '10.1', '0.625', '2.5'])
  })
})

describe('notes', () => {
  it('say what a workload alone has to say', async () => {
    const memory = { stateBytes: 800, scratchBytes: 300, unsharedBytes: 400, sharing: 0.75 }
    const { rows } = await runOf([bench('step', { extra: { ...memory, relativeError: 2e-8 } })])
    expect(rows[0]).toMatchObject(memory)
    let text = ''
    rows.forEach(
      writer(false, part => {
        text += part
      }),
    )
    const [sharing, error] = ['scratch 300 = 0.75 of 400', 'off by a share of 2e-8']
    expect(text).toContain(`  state 800 bytes, ${sharing}, ${error}`)
  })
})

describe('the yardstick', () => {
  it('is the best of several copies, each byte read and written', () => {
    const ticks = [0, 4, 4, 6, 6, 16]
    let i = 0
    const now = () => (i < ticks.length ? ticks[i++]! : 100 * i++)
    expect(copyRate(1_000, now)).toBe((2 * 4_000) / 2 / 1e6)
  })

  it('multiplies and adds at five billion operations a second in js', () => {
    expect(yardstickOf('js', 40)).toEqual({ gflops: 5, gbps: 40 })
  })
})
