// Wrong texts with what must be said of them. A file holds sections separated by `// -----`; a
// section is run as its `// run: opt …` line says and must be refused. What is found stands as a
// comment
//
//   %1 = matmul %x, %w : f32[2,4]  // error: E101 matmul: contracting axes must … (C1)
//
// on the line at fault, or on a line of its own where a finding has no place. A section that opens
// with
//
//   // each op with C1 "x is f32, f64"
//
// stands for one text per op that has exactly these constraints and takes the attributes written,
// with the op's name for OP.

import { readdirSync, readFileSync } from 'node:fs'
import type { Op } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import {
  type Diagnostic,
  DiagnosticError,
  lineAt,
  PARSE_SUBJECT,
} from '../../src/support/diagnostic.ts'
import { parseCommand } from '../../tools/opt/command.ts'
import { runText } from '../../tools/opt/main.ts'
import { flagsOf, sectionsOf, shellWord } from '../../tools/opt/sections.ts'

/** Something found, or expected to be found, at a line of the file; 0 where it has no place. */
export interface Found {
  readonly line: number
  /** `E101 matmul: contracting axes must … (C1)`. */
  readonly said: string
}

/** One text that must be refused. */
export interface WrongText {
  readonly file: string
  /** Line of the first word. */
  readonly line: number
  /** The op that the text was made for, where it is one of several. */
  readonly op: string | undefined
  readonly text: string
  readonly expected: readonly Found[]
}

const MARK = ' // error: '

/** All wrong texts of a folder. */
export function wrongTexts(folder: string): WrongText[] {
  const names = readdirSync(folder).filter(name => name.endsWith('.ir'))
  return names.sort().flatMap(name => textsOf(`${folder}/${name}`))
}

function textsOf(file: string): WrongText[] {
  return sectionsOf(readFileSync(file, 'utf8')).flatMap(section => {
    const line = section.split('\n').findIndex(row => row !== '') + 1
    const each = /^\/\/ each op with (.*)$/m.exec(section)
    if (each === null) return [wrongText(file, line, section, undefined)]
    const fitting = opsWith(each[1]!, section)
    if (fitting.length === 0) throw new Error(`${file}:${line} fits no op: ${each[0]}`)
    return fitting.map(op => wrongText(file, line, section.replaceAll('OP', op.name), op.name))
  })
}

function wrongText(file: string, line: number, text: string, op: string | undefined): WrongText {
  return { file, line, op, text, expected: expectedIn(text) }
}

/** The ops that have exactly the constraints of a selector and whose attributes a text states. */
function opsWith(selector: string, text: string): Op[] {
  const wanted = [...selector.matchAll(/(C\d+) "([^"]*)"/g)].map(match => `${match[1]} ${match[2]}`)
  const isStated = (op: Op) => {
    const types = op.operands.map(() => ({ dtype: 'f32' as const, shape: [] }))
    const given = Object.keys(op.defaults(types))
    const stated = [...text.matchAll(/[{,] ?(\w+) = /g)].map(match => match[1]!)
    const names = Object.keys(op.attributes)
    return names.every(name => given.includes(name) || stated.includes(name))
  }
  return Object.values(ops)
    .map(({ op }: { readonly op: Op }) => op)
    .filter(op => {
      const own = Object.entries(op.constraints).map(([name, sentence]) => `${name} ${sentence}`)
      return own.join('; ') === wanted.join('; ') && isStated(op)
    })
}

function expectedIn(text: string): Found[] {
  return text.split('\n').flatMap((row, i) => {
    const [before, ...said] = ` ${row}`.split(MARK)
    const line = before!.trim() === '' ? 0 : i + 1
    return said.map(sentence => ({ line, said: sentence.trim() }))
  })
}

/** What opt finds in a text. */
export function findingsOf({ file, text }: WrongText): Found[] {
  const request = parseCommand([...(flagsOf(text) ?? []), file], { out: () => {}, err: () => {} })
  try {
    runText(text, request)
    return []
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(found)
    throw error
  }
}

function found(d: Diagnostic): Found {
  const subject = d.subject === PARSE_SUBJECT ? '' : `${d.subject}: `
  return {
    line: lineOf(d),
    said: `${d.code} ${subject.replace(/: $/, ':')}${subject && ' '}${d.message}`,
  }
}

function lineOf({ text, source }: Diagnostic): number {
  if (text !== undefined) return lineAt(text.text, text.start).line
  const location = source !== undefined && 'location' in source ? source.location : source
  return location?.line ?? 0
}

/** What to say where findings and expectations differ; undefined where they agree. */
export function differenceOf(wrong: WrongText): string | undefined {
  const findings = findingsOf(wrong)
  const key = ({ line, said }: Found) => `${line} ${said}`
  const [have, want] = [findings.map(key), wrong.expected.map(key)]
  const missing = wrong.expected.filter(one => !have.includes(key(one)))
  const extra = findings.filter(one => !want.includes(key(one)))
  const isSame = missing.length === 0 && extra.length === 0 && have.length === want.length
  if (isSame && want.length > 0) return undefined
  const place = ({ line }: Found) =>
    line === 0 ? `${wrong.file} (no line)` : `${wrong.file}:${line}`
  const flags = (flagsOf(wrong.text) ?? []).map(shellWord)
  return [
    want.length === 0 ? 'the text states no error' : '',
    ...missing.map(one => `not found   ${place(one)}  ${one.said}`),
    ...extra.map(one => `unexpected  ${place(one)}  ${one.said}`),
    wrong.op === undefined
      ? `repeat: npm run -s opt -- ${[...flags, wrong.file].join(' ')}`
      : `the text, for ${wrong.op}:\n${wrong.text.trimStart()}`,
  ].join('\n')
}
