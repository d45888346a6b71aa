// `npm run -s opt -- [flags] [file]`: text in, derivatives and passes over it, text out. What it
// does is in tools/opt/; here it meets the process.

import { readFileSync } from 'node:fs'
import { runOpt } from './opt/main.ts'

const words = process.argv.slice(2)
// Nothing piped in and no file named: a person who wants to know what there is.
const isIdle = words.length === 0 && process.stdin.isTTY === true

process.exitCode = runOpt(isIdle ? ['--help'] : words, {
  readFile: path => readFileSync(path, 'utf8'),
  readInput: () => readFileSync(0, 'utf8'),
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
})
