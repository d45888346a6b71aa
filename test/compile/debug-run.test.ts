// Guarded runs on a target that answers later: the same error, and params as they were.

import { expect, it } from 'vitest'
import type { Memory } from '../../src/backends/backend.ts'
import { debugRun } from '../../src/compile/debug-run.ts'
import { load, openSession, prepare, type Session } from '../../src/compile/executable.ts'
import { add, f32, layer, log, model, param, sum } from '../../src/index.ts'
import { layoutState } from '../../src/lower/state.ts'
import { saidOf } from './guarded.ts'

const counting = layer({
  name: 'counting',
  input: f32(2),
  output: f32(2),
  state: { count: param([]) },
  apply: (x, _, { count }) => ({ output: log(x), state: { count: add(count, 1) } }),
})

const program = model({
  inputs: { x: f32(2) },
  params: { counting },
  body: ({ x }, { counting: apply }) => ({ loss: sum(apply(x)) }),
})

/** A session whose memory answers later. */
function late(session: Session): Session {
  const { memory } = session
  const later: Memory = {
    stateBytes: memory.stateBytes,
    scratchBytes: memory.scratchBytes,
    write: async (offset, data) => memory.write(offset, data),
    read: async (offset, type, length) => memory.read(offset, type, length),
    dispose: () => memory.dispose(),
  }
  return { ...session, memory: later }
}

it('a guarded run that answers later', async () => {
  const prepared = prepare(program, {}, { mode: 'train' }, prepare)
  const resident = prepared.graph.arguments.filter(({ role }) => role === 'state')
  const session = await openSession('js', layoutState([{ members: resident }]))
  const executable = await load(prepared, session, {})
  const run = debugRun(
    {
      prepared,
      session: late(session),
      executable: {
        outputs: executable.outputs,
        run: async inputs => executable.run(inputs),
        read: async output => executable.read(output),
      },
    },
    { nanGuard: true, checkRewrites: true },
  )
  const count = () => session.memory.read(0, 'f32', 1)
  await run({ x: Float32Array.of(1, 2) })
  expect(count()).toEqual(Float32Array.of(1))
  const said = await saidOf(() => run({ x: Float32Array.of(1, -2) }, 2))
  expect(said).toContain('E402 step 2: every value must be finite, got NaN at [1] from log\n')
  expect(count()).toEqual(Float32Array.of(1))
})
