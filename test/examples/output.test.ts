// Files that examples write: all or nothing.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '../../examples/command.ts'
import { openFolder, writeAll } from '../../examples/output.ts'

let folder = ''
const at = (...names: string[]) => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradc-output-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('files of an example', () => {
  it('replace those of the same name, in a folder that is made, and leave others alone', () => {
    openFolder(at('a', 'b'))
    expect(readdirSync(at('a', 'b'))).toEqual([])
    writeFileSync(at('a', 'b', 'other'), 'kept')
    writeFileSync(at('a', 'b', 'x.svg'), 'old and longer')
    const texts = { 'x.svg': 'new', 'y.svg': 'é' }
    expect(writeAll(at('a', 'b'), texts)).toEqual([at('a', 'b', 'x.svg'), at('a', 'b', 'y.svg')])
    expect(readdirSync(at('a', 'b')).sort()).toEqual(['other', 'x.svg', 'y.svg'])
    expect(readFileSync(at('a', 'b', 'x.svg'), 'utf8')).toBe('new')
    expect(readFileSync(at('a', 'b', 'y.svg'), 'utf8')).toBe('é')
  })

  it('are refused with a sentence, and leave no draft', () => {
    const [path, reason] = [at('taken.svg'), 'illegal operation on a directory']
    mkdirSync(path)
    expect(() => writeAll(folder, { 'taken.svg': 'text' })).toThrow(
      new Refusal(`${path}: must be a file that can be written, got ${reason}`),
    )
    expect(readdirSync(folder)).toEqual(['taken.svg'])
  })
})
