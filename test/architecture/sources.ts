// The repository's own files as data, for the tests of its architecture: texts, syntax trees,
// imports.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.bench', 'peers'])

/** Paths of all files of a folder, relative to the root, with forward slashes, in order. */
export function filesOf(folder: string): string[] {
  let entries: ReturnType<typeof list>
  try {
    entries = list(folder)
  } catch {
    // A folder that has not been written yet holds nothing.
    return []
  }
  const kept = entries.filter(entry => !NOT_OURS.has(entry.name))
  return kept.flatMap(entry => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? filesOf(path) : [path]
  })
}

function list(folder: string) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** TypeScript files of some folders. */
export function sourcesOf(...folders: readonly string[]): string[] {
  return folders.flatMap(filesOf).filter(path => path.endsWith('.ts'))
}

/** The text of a file. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

const trees = new Map<string, ts.SourceFile>()

/** The syntax tree of a TypeScript file. */
export function treeOf(path: string): ts.SourceFile {
  const known = trees.get(path)
  if (known !== undefined) return known
  const tree = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.ES2022, true)
  trees.set(path, tree)
  return tree
}

/** One import or re-export of a file. */
export interface Import {
  readonly from: string
  /** The path of a file of the repository, or the name of a package. */
  readonly to: string
  /** Gone after compilation. */
  readonly typeOnly: boolean
  /** Written as `import()`. */
  readonly lazy: boolean
  readonly names: readonly string[]
}

/** Everything that a file imports or re-exports. */
export function importsOf(path: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Expression | undefined, rest: Omit<Import, 'from' | 'to'>) => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return
    found.push({ from: path, to: targetOf(path, specifier.text), ...rest })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, { ...clauseOf(node), lazy: false })
    else if (ts.isExportDeclaration(node))
      add(node.moduleSpecifier, { typeOnly: node.isTypeOnly, lazy: false, names: [] })
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], { typeOnly: false, lazy: true, names: [] })
    ts.forEachChild(node, visit)
  }
  visit(treeOf(path))
  return found
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return relative(root, resolve(root, dirname(path), specifier)).replaceAll('\\', '/')
}

function clauseOf(node: ts.ImportDeclaration): { typeOnly: boolean; names: string[] } {
  const clause = node.importClause
  const bindings = clause?.namedBindings
  const elements =
    bindings !== undefined && ts.isNamedImports(bindings) ? [...bindings.elements] : []
  const allTypes =
    elements.length > 0 && clause?.name === undefined && elements.every(e => e.isTypeOnly)
  const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes
  return { typeOnly, names: elements.map(e => (e.propertyName ?? e.name).text) }
}

/** `path:line` of a node, for messages. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile()
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

/** The source of every entry of package.json. */
export function entries(): string[] {
  const { exports } = JSON.parse(textOf('package.json')) as {
    exports: Record<string, string | { default: string }>
  }
  return Object.values(exports)
    .filter(target => typeof target !== 'string')
    .map(target => target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'))
}
