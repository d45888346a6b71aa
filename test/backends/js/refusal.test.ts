// Where a policy forbids code from text, the error says so and what to do instead.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('a policy against code from text is reported as E502', () => {
  const probe = fileURLToPath(new URL('refusal-probe.mjs', import.meta.url))
  const flag = '--disallow-code-generation-from-strings'
  const args = [flag, '--import', import.meta.resolve('tsx'), probe]
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8' })
  const { name, message, help } = JSON.parse(printed) as Record<string, string>
  expect(name).toBe('UnsupportedError')
  expect(message).toContain("E502 target 'js': needs leave to make functions from text")
  expect(help).toContain("target 'wasm'")
})
