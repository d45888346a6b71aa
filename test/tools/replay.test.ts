// The replay command: two runs of one code are equal byte for byte, and what changed is named.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runReplay } from '../../tools/replay/main.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradc replay '))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)

function replay(...words: readonly string[]) {
  const said = { out: '', err: '' }
  const code = runReplay(words, {
    out: text => {
      said.out += text
    },
    err: text => {
      said.err += text
    },
  })
  return { code, ...said }
}

/** The files of a replay with what is in them. */
function filesOf(name: string): Readonly<Record<string, string>> {
  const names = readdirSync(at(name)).sort()
  return Object.fromEntries(names.map(file => [file, readFileSync(join(at(name), file), 'utf8')]))
}

describe('replay', () => {
  it('writes the same files twice, and says so', () => {
    expect(replay(at('a'), '--only', 'planar')).toMatchObject({ code: 0, err: '' })
    const again = replay(at('b'), '--only', 'planar', '--against', at('a'))
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toContain('the same as')
    expect(filesOf('b')).toEqual(filesOf('a'))
    expect(Object.keys(filesOf('a'))).toEqual([
      'index.tsv',
      'planar.gradient.txt',
      'planar.prediction.txt',
      'planar.tangent.txt',
      'planar.training-step.txt',
    ])
    const { 'index.tsv': index, 'planar.training-step.txt': step } = filesOf('a')
    expect(index).toMatch(/^program\tlaunches\tkernels\tscratchBytes\tworkspaceBytes\n/)
    expect(index).toMatch(/^planar\.training-step\t\d+\t\d+\t\d+\t\d+$/m)
    expect(step).toMatch(/^program @planar \{.*\nkernel @.*\n\/\/ ----- js\n.*function /s)
  })

  it('names what is other, new and gone, with the launches before and after', () => {
    replay(at('a'), '--only', 'planar')
    const { 'index.tsv': index = '', 'planar.tangent.txt': tangent = '' } = filesOf('a')
    writeFileSync(join(at('a'), 'planar.tangent.txt'), tangent.replace('parallel', 'over'))
    const older = index
      .replace(/^planar\.training-step\t\d+/m, 'planar.training-step\t99')
      .replace('planar.gradient\t', 'planar.older\t')
    writeFileSync(join(at('a'), 'index.tsv'), older)
    const { code, out, err } = replay(at('b'), '--only', 'planar', '--against', at('a'))
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/^planar\.gradient: new, \d+ launches$/m)
    expect(out).toMatch(/^planar\.older: gone, it had \d+ launches$/m)
    expect(out).toMatch(/^planar\.tangent: other code, \d+ launches as before$/m)
    expect(out).toMatch(/^planar\.training-step: 99 -> \d+ launches$/m)
    expect(out).toMatch(/^4 of 5 programs differ; \d+ -> \d+ launches in all$/m)
    expect(out).not.toContain('planar.prediction')
  })

  it('replays into the folder of an earlier replay, and leaves no file of it', () => {
    replay(at('a'), '--only', 'planar')
    replay(at('a'), '--only', 'planar.tangent')
    expect(Object.keys(filesOf('a'))).toEqual(['index.tsv', 'planar.tangent.txt'])
  })

  it('refuses in one sentence what it cannot do, and writes over nothing', () => {
    writeFileSync(at('notes'), 'mine')
    replay(at('a'), '--only', 'planar.tangent')
    const sentences = [
      [[folder], 'holds files that are no replay; give a new folder'],
      [[at('b'), '--against', folder], 'holds no replay: it has no index.tsv'],
      [[at('a'), '--against', at('a')], 'a replay needs a folder of its own'],
      [[at('b'), '--only', 'nobody'], 'no program begins with nobody'],
      [[], "missing required argument 'folder'"],
      [[at('b'), '--agianst', at('a')], 'Did you mean --against?'],
    ] as const
    for (const [words, sentence] of sentences) {
      const { code, out, err } = replay(...words)
      expect({ words, code, out }).toEqual({ words, code: 2, out: '' })
      expect(err).toContain(sentence)
    }
    expect(readFileSync(at('notes'), 'utf8')).toBe('mine')
  })

  it('explains itself', () => {
    const { code, out } = replay('--help')
    expect(code).toBe(0)
    expect(out).toContain('--against')
  })
})
