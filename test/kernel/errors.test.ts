// Wrong texts: every file of test/errors/kernel says on each offending line what is wrong with it,
// `// error: …`, and nothing else may be found. A line `// ---` separates cases that are read
// alone.

import { describe, expect, test } from 'vitest'
import { parseKernels, verifyAll } from '../../src/kernel/text.ts'
import { type Diagnostic, lineAt, ParseError } from '../../src/support/diagnostic.ts'
import { listTests, readTest } from './files.ts'

const MARK = '// error: '

function expectedIn(text: string): string[] {
  return text.split('\n').flatMap((line, i) => {
    const [, ...messages] = line.split(MARK)
    return messages.map(message => `${i + 1}: ${message.trim()}`)
  })
}

function foundIn(file: string, text: string): string[] {
  try {
    verifyAll(parseKernels(file, text))
    return []
  } catch (error) {
    if (error instanceof ParseError) return error.diagnostics.map(asExpected)
    throw error
  }
}

/** Findings of the verifier begin with a rule; other errors get their code. */
function asExpected({ code, message, text }: Diagnostic): string {
  const line = text === undefined ? 0 : lineAt(text.text, text.start).line
  return `${line}: ${code === 'E304' ? message : `${code} ${message}`}`
}

const files = listTests('errors/kernel')

describe.each(files)('the wrong text %s', file => {
  const cases = readTest(`errors/kernel/${file}`).split(/^\/\/ ---\n/m)

  test.each(cases.map((text, i) => [i + 1, text] as const))('case %i is refused', (_, text) => {
    const expected = expectedIn(text).sort()
    expect(expected).not.toEqual([])
    expect(foundIn(file, text).sort()).toEqual(expected)
  })
})

test('every rule of the checklist has a wrong text that breaks it', () => {
  const checklist = readTest('../src/kernel/verify.ts').match(/^\/\/ {3}([KP]\d+) /gm) ?? []
  const rules = checklist.map(line => line.slice(5).trim())
  expect(rules).toHaveLength(17)
  const found = files.flatMap(file => expectedIn(readTest(`errors/kernel/${file}`)))
  for (const rule of rules) {
    expect(
      found.some(message => message.includes(`: ${rule} `)),
      rule,
    ).toBe(true)
  }
})

test('an error shows the line with carets under the statement', () => {
  const text = readTest('errors/kernel/k8.kir').replaceAll(/ \/\/ error.*/g, '')
  expect(() => verifyAll(parseKernels('k8.kir', text))).toThrow(
    [
      'E304 @twice: K8 a store group writes an element of y once, got a second store',
      '  at k8.kir:5:3',
      '      y[i] = x[i]',
      '      ^^^^^^^^^^^',
    ].join('\n'),
  )
})
