// How files are written: short, opened by what they are, documented where they export, finished,
// and about the project only.

import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { filesOf, placeOf, sourcesOf, textOf, treeOf } from './sources.ts'

const LONGEST_FILE = 400
const LONGEST_FUNCTION = 40
/** Columns of a comment; the formatter minds code only. */
const WIDTH = 100

const written = sourcesOf('src', 'tools', 'bench', 'examples')
const tested = sourcesOf('test')
const lines = (path: string) => textOf(path).trimEnd().split('\n')

/** Files of any kind that hold our own words; generated and data files are not ours to word. */
const worded = filesOf('.').filter(
  path => /\.(?:ts|mjs|json|md|ir|yml)$|^\.ci\//.test(path) && path !== 'package-lock.json',
)

function matching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap(path =>
    lines(path).flatMap((line, i) =>
      pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [],
    ),
  )
}

describe('a file', () => {
  it(`has at most ${LONGEST_FILE} lines`, () => {
    const long = written.map(path => `${path}: ${lines(path).length}`)
    expect(long.filter(entry => Number(entry.split(': ')[1]) > LONGEST_FILE)).toEqual([])
  })

  it(`keeps its comments within ${WIDTH} columns`, () => {
    const isWide = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line) && [...line].length > WIDTH
    const wide = [...written, ...tested].flatMap(path =>
      lines(path).flatMap((line, i) => (isWide(line) ? [`${path}:${i + 1}`] : [])),
    )
    expect(wide).toEqual([])
  })

  it('opens with what it is', () => {
    const silent = [...written, ...tested].filter(path => !/^(?:#!.*\n)?\/\/ \S/.test(textOf(path)))
    expect(silent).toEqual([])
  })

  it('is named in kebab case, after what it holds', () => {
    const named = written.map(path =>
      path
        .split('/')
        .at(-1)!
        .replace(/(?:\.test)?\.ts$/, ''),
    )
    expect(named.filter(name => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([])
    expect(named.filter(name => /^(?:utils?|helpers?|misc|common)$/.test(name))).toEqual([])
  })
})

describe('a function', () => {
  it(`has at most ${LONGEST_FUNCTION} lines`, () => {
    const long: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) {
        const count = node.body?.getText().split('\n').length ?? 0
        if (count > LONGEST_FUNCTION) long.push(`${placeOf(node)}: ${count}`)
      }
      ts.forEachChild(node, visit)
    }
    for (const path of written) visit(treeOf(path))
    expect(long).toEqual([])
  })
})

describe('an exported declaration of src', () => {
  it('has a doc comment', () => {
    const silent: string[] = []
    for (const path of sourcesOf('src')) {
      let overload = ''
      for (const statement of treeOf(path).statements) {
        const name = ts.isFunctionDeclaration(statement) ? (statement.name?.text ?? '') : ''
        const documented = isDocumented(statement) || (name !== '' && name === overload)
        if (isExported(statement) && !documented) silent.push(placeOf(statement))
        overload = name
      }
    }
    expect(silent).toEqual([])
  })
})

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  return modifiers.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword)
}

function isDocumented(node: ts.Node): boolean {
  const text = node.getSourceFile().text
  const ranges = ts.getLeadingCommentRanges(text, node.pos) ?? []
  return ranges.some(range => text.slice(range.pos, range.pos + 3) === '/**')
}

describe('the sources', () => {
  it('hold no unfinished mark', () => {
    const marks = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK']
    const pattern = new RegExp(
      `\\b(?:${marks.join('|')})\\b|\\bnot implemented\\b|\\bunimplemented\\b`,
    )
    // These words are also the subject of an error code, and of what a rule may answer.
    const spoken = /derivative rule not implemented|that is not implemented/
    const found = matching([...written, ...tested], pattern)
    expect(found.filter(line => !spoken.test(line) && !line.startsWith(SELF))).toEqual([])
  })

  it('silence neither the compiler nor the linter', () => {
    const code = [...written, ...tested].filter(path => path !== SELF)
    expect(matching(code, /@ts-(?:ignore|nocheck)/)).toEqual([])
    expect(matching(sourcesOf('src'), /biome-ignore|@ts-expect-error/)).toEqual([])
  })

  it('use no `any`', () => {
    const found: string[] = []
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(placeOf(node))
      ts.forEachChild(node, visit)
    }
    for (const path of [...written, ...tested]) visit(treeOf(path))
    expect(found).toEqual([])
  })

  it('skip and single out no test', () => {
    const hidden = /\b(?:it|test|describe)\.(?:skip|todo|only|skipIf|runIf)\b/
    expect(
      matching(
        tested.filter(path => path !== SELF),
        hidden,
      ),
    ).toEqual([])
  })

  it('speak of the project only', () => {
    const paths = /(?<![\w.])\/(?:work|root)\/\w|\b[A-Z]:\\Users\\(?!me\b)/
    const hosts = /registry\.(?!ts\b)\w|npmjs|artifactory/
    const words = /\bissue #?\d|\bspike\b|\bchatgpt\b|\bclaude\b|\bcopilot\b|\blanguage model\b/i
    const own = worded.filter(path => path !== SELF)
    for (const pattern of [paths, hosts, words]) expect(matching(own, pattern)).toEqual([])
  })
})

/** This file spells out what it forbids. */
const SELF = 'test/architecture/files.test.ts'
