// `npm run bless [-- files]`: makes what opt prints now the expectation of golden files, all of
// them by default, and shows what that changed. A file that opt refuses stays as it is.

import { existsSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blessed, goldenPaths, runGolden } from './opt/golden.ts'
import { lineDiff } from './opt/line-diff.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const say = (sentence: string) => process.stdout.write(`${sentence}\n`)

function bless(path: string): 'current' | 'blessed' | 'refused' {
  const golden = runGolden(path)
  if (golden.failure !== '') {
    process.stderr.write(`${path}\n${golden.failure}\n${golden.command}\n`)
    return 'refused'
  }
  const text = blessed(golden)
  if (text === golden.text) return 'current'
  writeFileSync(path, text)
  say(`${path}\n${lineDiff(golden.expected, golden.actual)}`)
  return 'blessed'
}

const given = process.argv.slice(2)
const missing = given.find(path => !existsSync(path))
if (missing !== undefined || given.some(path => path.startsWith('-'))) {
  const got = missing ?? given.join(' ')
  process.stderr.write(`bless takes golden files, got ${got}; without files it takes them all\n`)
  process.exitCode = 2
} else {
  const paths = given.length > 0 ? given : goldenPaths(relative('.', `${root}test/golden`))
  const results = paths.map(bless)
  const count = (of: string) => results.filter(result => result === of).length
  say(`${count('blessed')} blessed, ${count('current')} current, ${count('refused')} refused`)
  if (count('refused') > 0) process.exitCode = 1
}
