// Text with random damage is parsed, or refused with one of our errors; nothing else is thrown, and
// nothing hangs.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseGraphs } from '../../src/ir/parser.ts'
import { parseKernels, verifyAll } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { DiagnosticError, InternalError } from '../../src/support/diagnostic.ts'
import { runs } from '../counts.ts'

const golden = fileURLToPath(new URL('../golden/', import.meta.url))

function textsOf(extension: string): string[] {
  const names = readdirSync(golden, { recursive: true, encoding: 'utf8' })
  return names
    .filter(name => name.endsWith(extension))
    .map(
      name =>
        readFileSync(golden + name, 'utf8')
          .split('// expect\n')
          .at(-1)!,
    )
}

/** Pieces that mean something somewhere, which find more than random characters do. */
const PIECES = [
  '%',
  '@',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ',',
  '=',
  ':',
  '-',
  '*',
  '0',
  '1',
  '99',
  '1e9',
]
const WORDS = [
  'inf',
  'nan',
  'f32',
  'bool',
  'axes',
  '"',
  '"a.b"',
  '\\',
  '\n',
  ' ',
  'batch',
  'over',
  'é',
]

/** A position (as a fraction), how much is cut there, and what is put in its place. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(4),
  piece: fc.constantFrom('', ...PIECES, ...WORDS),
})

function damaged(text: string, damages: readonly { at: number; cut: number; piece: string }[]) {
  return damages.reduce((now, { at, cut, piece }) => {
    const position = Math.floor(at * now.length)
    return now.slice(0, position) + piece + now.slice(position + cut)
  }, text)
}

function refusedOrRead(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (error instanceof DiagnosticError && !(error instanceof InternalError)) {
      expect(error.message).not.toContain('undefined')
      return
    }
    throw error
  }
}

it('damaged graphs are refused with our errors, or read', () => {
  const texts = fc.constantFrom(...textsOf('.ir').filter(text => text.includes('graph @')))
  const property = fc.property(
    texts,
    fc.array(damage, { minLength: 1, maxLength: 3 }),
    (text, list) => refusedOrRead(() => parseGraphs('damaged.ir', damaged(text, list), ops)),
  )
  fc.assert(property, runs({ test: 1000, ci: 2000, deep: 20_000 }))
})

it('damaged kernels are refused with our errors, or read', () => {
  const kernels = textsOf('.kir').flatMap(text => text.split(/\n(?=kernel|contract|program)/))
  const property = fc.property(
    fc.constantFrom(...kernels),
    fc.array(damage, { minLength: 1, maxLength: 3 }),
    (text, list) =>
      refusedOrRead(() => verifyAll(parseKernels('damaged.kir', damaged(text, list)))),
  )
  fc.assert(property, runs({ test: 1000, ci: 2000, deep: 20_000 }))
})
