// Every error code is tested somewhere, and belongs to one class of errors.

import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../src/support/codes.ts'
import { filesOf, placeOf, sourcesOf, textOf, treeOf } from './sources.ts'

/** Tests of rendering spell codes without provoking them. */
const SPELLS_ONLY = /^test\/(?:architecture\/|support\/diagnostic\.test)/

/**
 * The codes that each class may carry: parsers find faults of graphs too, and a bug may be any
 * fault.
 */
const CARRIES: Readonly<Record<string, RegExp>> = {
  GraphError: /^E[124]|^E304/,
  ParseError: /^E[13]/,
  UnsupportedError: /^E5/,
  InternalError: /^E/,
}

describe('an error code', () => {
  it('is provoked by at least one test', () => {
    const tests = filesOf('test').filter(path => !SPELLS_ONLY.test(path))
    const texts = tests.filter(path => /\.(?:ts|ir)$/.test(path)).map(textOf)
    const untested = Object.keys(CODES).filter(code => !texts.some(text => text.includes(code)))
    expect(untested).toEqual([])
  })

  it('is thrown somewhere in src', () => {
    const texts = sourcesOf('src')
      .filter(path => path !== 'src/support/codes.ts')
      .map(textOf)
    const unused = Object.keys(CODES).filter(
      code => !texts.some(text => text.includes(`'${code}'`)),
    )
    expect(unused).toEqual([])
  })
})

describe('src', () => {
  it('throws nothing but the four classes, each with codes of its own', () => {
    const wrong: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node)) wrong.push(...wronglyMade(node))
      ts.forEachChild(node, visit)
    }
    for (const path of sourcesOf('src')) visit(treeOf(path))
    expect(wrong).toEqual([])
  })
})

/** Bare errors, and codes of another class than the one that is made. */
function wronglyMade(node: ts.NewExpression): string[] {
  const name = node.expression.getText()
  if (/^(?:Error|TypeError|RangeError|SyntaxError)$/.test(name)) {
    const isThrown = ts.isThrowStatement(node.parent)
    return isThrown ? [`${placeOf(node)}: throws a bare ${name}`] : []
  }
  const carries = CARRIES[name]
  const codes = [...node.getText().matchAll(/\bcode: '(E\d+)'/g)].map(match => match[1]!)
  const foreign = codes.filter(code => carries !== undefined && !carries.test(code))
  return foreign.map(code => `${placeOf(node)}: ${name} with ${code}`)
}
