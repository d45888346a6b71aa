// Who may import whom. Floors go downward only, runtime imports form no cycle, packages stay where
// they belong, and no generic part of the compiler names an op.

import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { entries, type Import, importsOf, placeOf, sourcesOf, treeOf } from './sources.ts'

const FLOORS: Readonly<Record<string, number>> = {
  support: 0,
  kernel: 1,
  ir: 2,
  ops: 3,
  rewrite: 4,
  passes: 5,
  autodiff: 5,
  lower: 6,
  backends: 7,
  compile: 8,
  model: 9,
  optim: 9,
  nn: 10,
  train: 10,
  data: 10,
  testing: 10,
  codegen: 10,
  interop: 10,
  cli: 11,
  'index.ts': 11,
}

/** The highest floor that a folder may see, where that is lower than its own. */
const SEES: Readonly<Record<string, number>> = { model: 5, optim: 5 }

/** Packages that a folder may import beside immer. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  data: /^(?:node:|csv-parse)/,
  codegen: /^ts-morph$/,
  cli: /^(?:node:|commander$|picocolors$|esbuild$)/,
}

/** Folders that work from the op contract alone. */
const NAME_NO_OP = ['kernel', 'ir', 'rewrite', 'lower', 'backends']

/** What autodiff takes from src/ops: the sum of cotangents and the first one. */
const AUTODIFF_NAMES: readonly string[] = ['add', 'fullLike']

const files = sourcesOf('src')
const imports = files.flatMap(importsOf)
const inside = imports.filter(one => one.to.startsWith('src/'))
const folderOf = (path: string) => path.split('/')[1]!
const floorOf = (path: string) => FLOORS[folderOf(path)]!
const arrow = (one: Import) => `${one.from} -> ${one.to}`

describe('imports', () => {
  it('know the floor of every folder', () => {
    expect(files.filter(path => floorOf(path) === undefined)).toEqual([])
  })

  it('name files that exist, with their extension', () => {
    expect(inside.filter(one => !files.includes(one.to)).map(arrow)).toEqual([])
  })

  it('go downward only', () => {
    const upward = inside.filter(one => {
      const [from, to] = [folderOf(one.from), folderOf(one.to)]
      if (from === to) return false
      return FLOORS[to]! > Math.min(FLOORS[from]!, SEES[from] ?? Number.POSITIVE_INFINITY)
    })
    expect(upward.map(arrow)).toEqual([])
  })

  it('go one way only between folders of one floor', () => {
    const across = inside.filter(
      one => floorOf(one.from) === floorOf(one.to) && folderOf(one.from) !== folderOf(one.to),
    )
    const ways = new Set(across.map(one => `${folderOf(one.from)} ${folderOf(one.to)}`))
    const both = [...ways].filter(way => ways.has(way.split(' ').reverse().join(' ')))
    expect(both).toEqual([])
  })

  it('form no cycle at run time', () => {
    expect(cycle(inside.filter(one => !one.typeOnly))).toEqual([])
  })

  it('take immer only, and other packages only where they belong', () => {
    const foreign = imports.filter(one => {
      if (one.to.startsWith('src/') || one.to === 'immer') return false
      return !PACKAGES[folderOf(one.from)]?.test(one.to)
    })
    expect(foreign.map(arrow)).toEqual([])
  })

  it('load every package but immer lazily', () => {
    const eager = imports.filter(
      one => !one.to.startsWith('src/') && one.to !== 'immer' && !one.lazy && !one.typeOnly,
    )
    expect(eager.filter(one => folderOf(one.from) !== 'cli').map(arrow)).toEqual([])
  })

  it('reach registry.ts only from an entry, which re-exports it', () => {
    const reaching = inside.filter(one => /(?:^|\/)registry\.ts$/.test(one.to))
    expect(reaching.filter(one => !entries().includes(one.from)).map(arrow)).toEqual([])
  })
})

describe('the generic parts of the compiler', () => {
  it('import no op', () => {
    const naming = inside.filter(
      one => NAME_NO_OP.includes(folderOf(one.from)) && one.to.startsWith('src/ops/'),
    )
    expect(naming.map(arrow)).toEqual([])
  })

  it('differentiate with no op but the sum of cotangents and the one they start from', () => {
    const own = inside.filter(one => folderOf(one.from) === 'autodiff' && !one.typeOnly)
    const naming = own.filter(one => one.to.startsWith('src/ops/'))
    const others = naming.filter(one => !one.names.every(name => AUTODIFF_NAMES.includes(name)))
    expect(others.map(one => `${arrow(one)} {${one.names}}`)).toEqual([])
  })

  it('compare the name of an op with no text', () => {
    const folders = ['ir', 'rewrite', 'autodiff', 'lower'].map(folder => `src/${folder}`)
    const found: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isBinaryExpression(node) && comparesOpName(node)) found.push(placeOf(node))
      ts.forEachChild(node, visit)
    }
    for (const path of sourcesOf(...folders)) visit(treeOf(path))
    expect(found).toEqual([])
  })
})

/** `….op.name === 'text'`, either way round; `??` compares nothing. */
function comparesOpName(node: ts.BinaryExpression): boolean {
  if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) return false
  const sides = [node.left, node.right]
  const isName = (side: ts.Expression) => /\bop\.name$/.test(side.getText())
  return sides.some(isName) && sides.some(side => ts.isStringLiteralLike(side))
}

/** The first cycle among imports, as a list of paths; empty where there is none. */
function cycle(edges: readonly Import[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const walk = (path: string, above: readonly string[]): string[] => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
    if (done.has(path)) return []
    for (const to of targets.get(path) ?? []) {
      const found = walk(to, [...above, path])
      if (found.length > 0) return found
    }
    done.add(path)
    return []
  }
  for (const path of targets.keys()) {
    const found = walk(path, [])
    if (found.length > 0) return found
  }
  return []
}
