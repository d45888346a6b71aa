// Programs of one model in one memory: scratch is as large as the largest plan and no larger, runs
// of different sizes follow one another without a trace, and poison changes nothing.

import { expect, it } from 'vitest'
import { JsMemory } from '../../src/backends/js/memory.ts'
import { type Executable, load, openSession, prepare } from '../../src/compile/executable.ts'
import { compile, gradient } from '../../src/index.ts'
import type { Traced } from '../../src/ir/history.ts'
import { arenaBytes, bytesOf } from '../../src/kernel/program.ts'
import { lower } from '../../src/lower/lower.ts'
import { layoutState } from '../../src/lower/state.ts'
import type { TypedArray } from '../../src/support/dtype.ts'
import { TARGET } from '../lower/run.ts'
import { saidOf } from './guarded.ts'
import { batch, classifier } from './models.ts'

const derivative: Traced = gradient(classifier, { of: 'loss' })
const { params } = classifier.init(3)

/** A session with params in it. */
async function opened() {
  const { graph } = prepare(derivative, { batch: 1 }, {}, prepare)
  const members = graph.arguments.filter(({ role }) => role === 'param')
  const session = await openSession('js', layoutState([{ members }]))
  for (const [name, { offset }] of session.layout.slots) {
    const [layer, member] = name.split('.') as ['hidden', 'w']
    session.memory.write(offset, params[layer][member].data)
  }
  return session
}

/** One program of one size in a session. */
interface Size {
  readonly program: Traced
  readonly batch: number
}

const SIZES: readonly Size[] = [
  { program: derivative, batch: 16 },
  { program: derivative, batch: 5 },
  { program: classifier, batch: 1 },
  { program: classifier, batch: 40 },
]

const loadedIn = (session: Awaited<ReturnType<typeof opened>>, poison: boolean) => (size: Size) =>
  load(prepare(size.program, { batch: size.batch }, {}, prepare), session, { debug: { poison } })

/** All outputs of a run, by name. */
function results(executable: Executable, size: Size, seed: number) {
  const given = batch(size.batch, seed)
  executable.run(given as unknown as Record<string, TypedArray>)
  return Object.fromEntries(
    [...executable.outputs.keys()].map(name => [name, executable.read(name)]),
  )
}

const TURNS = [0, 2, 1, 0, 3, 2, 2, 1, 3, 0] as const

it.each([false, true])('give what they give alone, in any order (poison: %s)', async poison => {
  const session = await opened()
  const shared = await Promise.all(SIZES.map(loadedIn(session, poison)))
  for (const [turn, i] of TURNS.entries()) {
    const alone = await loadedIn(await opened(), false)(SIZES[i]!)
    expect(results(shared[i]!, SIZES[i]!, turn)).toEqual(results(alone, SIZES[i]!, turn))
  }
})

it('take scratch of the largest plan, whichever comes first', async () => {
  for (const order of [SIZES, [...SIZES].reverse()]) {
    const session = await opened()
    const plans: number[] = []
    for (const size of order) {
      const executable = await loadedIn(session, false)(size)
      plans.push(executable.explain().memory.scratch)
      expect(session.memory.scratchBytes).toBe(Math.max(...plans))
    }
    expect(new Set(plans).size).toBeGreaterThan(1)
  }
})

it('hold exactly the bytes that were planned, and use them up to the last', async () => {
  const { graph } = prepare(derivative, { batch: 16 }, {}, prepare)
  const members = graph.arguments.filter(({ role }) => role === 'param')
  const state = layoutState([{ members }])
  const { program, memory } = lower(graph, { target: TARGET, state })
  const session = await opened()
  const executable = await loadedIn(session, false)(SIZES[0]!)
  if (!(session.memory instanceof JsMemory)) throw new Error('memory of js is expected')
  const arena = session.memory.arena('scratch')
  expect(arena.byteLength).toBe(memory.bytes)
  expect(arenaBytes(program, 'scratch')).toBe(memory.bytes)
  // What a run writes is seen as what is no longer there: every byte of every buffer, no other.
  const pattern = 0xa7
  new Uint8Array(arena).fill(pattern)
  results(executable, SIZES[0]!, 1)
  const words = new Uint32Array(arena)
  const isUntouched = (word: number) => words[word] === 0xa7a7a7a7
  const scratch = program.buffers.filter(({ region }) => region === 'scratch')
  for (let word = 0; word < words.length; word++) {
    const at = 4 * word
    const isPlanned = scratch.some(one => one.offset <= at && at < one.offset + bytesOf(one))
    expect(isUntouched(word), `byte ${at}`).toBe(!isPlanned)
  }
  expect(isUntouched(words.length - 1)).toBe(false)
})

it('is poisoned where that is asked for, which changes no bit', async () => {
  const options = { target: 'js', dims: { batch: 6 } } as const
  const program = gradient(classifier, { of: 'loss' })
  const plain = await compile(program, options)
  const debug = { poison: true, verify: true }
  const debugged = await compile(program, { ...options, debug })
  expect(plain.explain().source).not.toContain('poison(')
  expect(debugged.explain().source).toMatch(/^ {2}poison\(b\[\d+\]\)$/m)
  expect(debugged.explain().memory).toEqual(plain.explain().memory)
  for (const seed of [1, 2]) {
    expect(debugged(batch(6, seed), params)).toEqual(plain(batch(6, seed), params))
  }
  const misspelt = { ...options, debug: { poisn: true } as never }
  const said = await saidOf(() => compile(program, misspelt))
  expect(said).toContain('among verify, checkRewrites, nanGuard, poison, got "poisn"')
  expect(said).toContain('did you mean poison?')
})
