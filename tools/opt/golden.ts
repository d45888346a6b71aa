// Golden files: a text, the flags that opt runs it with, and what it must print. Read by the golden
// tests, written by `npm run bless`.
//
//   // run: opt -p simplify,cse
//   graph … the input …
//   // expect
//   graph … the output …

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runOpt } from './main.ts'
import { EXPECT, flagsOf, shellWord } from './sections.ts'

/** A golden file as it stands and as it should. */
export interface Golden {
  readonly path: string
  readonly text: string
  readonly expected: string
  /** What opt prints now. */
  readonly actual: string
  /** What opt says instead; empty where the run went well. */
  readonly failure: string
  /** The command that shows what opt prints. */
  readonly command: string
}

/** Every golden file below a folder, as paths with slashes, sorted. */
export function goldenPaths(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const texts = names.filter(name => name.endsWith('.ir')).sort()
  return texts.map(name => join(folder, name).replaceAll('\\', '/'))
}

/** Runs a golden file. */
export function runGolden(path: string): Golden {
  const text = readFileSync(path, 'utf8')
  const flags = flagsOf(text)
  const lines = text.split('\n')
  const cut = lines.findIndex(line => EXPECT.test(line))
  const expected = cut < 0 ? '' : lines.slice(cut + 1).join('\n')
  const command = `npm run -s opt -- ${[...(flags ?? []), path].map(shellWord).join(' ')}`
  const base = { path, text, expected, command }
  if (flags === undefined) return { ...base, actual: '', failure: NO_FLAGS }
  const said = { out: '', err: '' }
  const code = runOpt([...flags, path], {
    readFile: () => text,
    readInput: () => text,
    out: part => (said.out += part),
    err: part => (said.err += part),
  })
  return {
    ...base,
    actual: said.out,
    failure: code === 0 ? '' : `opt exits with ${code}: ${said.err}`,
  }
}

const NO_FLAGS = 'a golden file needs a line "// run: opt …" that says how it is run'

/** The file with its expectation replaced by what opt prints now. */
export function blessed({ text, actual }: Golden): string {
  const lines = text.split('\n')
  const cut = lines.findIndex(line => EXPECT.test(line))
  const input = (cut < 0 ? lines : lines.slice(0, cut)).join('\n').trimEnd()
  return `${input}\n// expect\n${actual}`
}
