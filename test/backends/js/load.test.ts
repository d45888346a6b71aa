// Text becomes code: every program under a name of its own, however often its text comes.

import { expect, it } from 'vitest'
import { compileModule } from '../../../src/backends/js/load.ts'

/** Where the code of a module says that it is. */
function nameOf(source: string): string | undefined {
  try {
    compileModule(source)([], [])
  } catch (error) {
    return /gradc-program-\d+\.js/.exec((error as Error).stack ?? '')?.[0]
  }
  return undefined
}

it('modules of one text are programs of different names', () => {
  const source = 'return function step() { null.value }'
  const names = [nameOf(source), nameOf(source), nameOf(source)]
  expect(names.every(name => name !== undefined)).toBe(true)
  expect(new Set(names).size).toBe(3)
})
