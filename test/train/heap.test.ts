// A long training leaves the heap as it is: the steps run in a process of their own.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('grows the heap by at most 64 bytes a step, and the arenas not at all', async () => {
  const probe = fileURLToPath(new URL('heap-probe.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', probe])
  const { growth, allocated, before, after } = JSON.parse(stdout)
  expect(growth).toBeLessThanOrEqual(64)
  // The engine may box the few numbers that an optimizer computes for a step; nothing else is made.
  expect(allocated).toBeLessThanOrEqual(128)
  expect(after).toEqual(before)
  expect(Math.min(...after)).toBeGreaterThan(0)
}, 60_000)
