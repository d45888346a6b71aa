// Programs of users, compiled as users compile them: against the declarations of the package, by
// each version of TypeScript that they may have. The command line is the one interface that all of
// these share.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(import.meta.url)

/** The compilers of users, as package.json names them; the last one is a native program. */
export const COMPILERS = ['typescript-5.9', 'typescript', 'typescript-7']

/** The program with mistakes. */
export const MISTAKES = 'test/types/errors/mistakes.ts'

/** Programs that compile, and what they are made of. */
const OTHERS = [
  'test/types/parts.ts',
  'test/types/sample.ts',
  'test/types/sequences.ts',
  'test/types/hundred-layers.ts',
]

const OPTIONS = {
  strict: true,
  noUncheckedIndexedAccess: true,
  target: 'es2022',
  lib: ['es2022'],
  types: [],
  module: 'nodenext',
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
}

function tsc(compiler: string, folder: string, args: readonly string[]): string {
  const program = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin', 'tsc')
  const all = [program, '--pretty', 'false', ...args]
  const { stdout, status } = spawnSync(process.execPath, all, { cwd: folder, encoding: 'utf8' })
  if (status === null) throw new Error(`${compiler} was stopped`)
  return stdout
}

/** A folder with the declarations of the package and the programs, each at its usual path. */
export class Users {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gradc-users-'))
  readonly #documents = ts.createDocumentRegistry()

  constructor() {
    const out = join(this.#folder, 'src')
    const declarations = ['--emitDeclarationOnly', '--declarationMap', 'false', '--outDir', out]
    // The fastest of the compilers; errors of the sources are the business of `npm run typecheck`.
    tsc('typescript-7', root, ['-p', 'tsconfig.build.json', ...declarations])
    for (const file of [MISTAKES, ...OTHERS]) cpSync(join(root, file), join(this.#folder, file))
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
  }

  /** What a compiler prints for one program. */
  compile(compiler: string, file: string, ...args: readonly string[]): string {
    const config = { compilerOptions: OPTIONS, files: [file] }
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(config))
    return tsc(compiler, this.#folder, ['-p', '.', ...args])
  }

  /** The names that an editor offers where `|` stands in a program. */
  completions(program: string): readonly string[] {
    const path = join(this.#folder, 'test/types/edited.ts')
    const text = program.replace('|', '')
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => ts.convertCompilerOptionsFromJson(OPTIONS, '.').options,
      getScriptFileNames: () => [path],
      getScriptVersion: file => (file === path ? text : '0'),
      getScriptSnapshot: file => {
        const found = file === path ? text : ts.sys.readFile(file)
        return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found)
      },
      getCurrentDirectory: () => this.#folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: file => file === path || ts.sys.fileExists(file),
      readFile: file => (file === path ? text : ts.sys.readFile(file)),
      directoryExists: ts.sys.directoryExists,
    }
    const service = ts.createLanguageService(host, this.#documents)
    const found = service.getCompletionsAtPosition(path, program.indexOf('|'), {})
    return found?.entries.map(({ name }) => name) ?? []
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** A statement of the program with mistakes. */
export interface Statement {
  readonly first: number
  readonly last: number
  /** `where => message` of each error it must have, in order of position. */
  readonly wanted: readonly string[]
}

const lines = readFileSync(join(root, MISTAKES), 'utf8').split('\n')

/** The statements with the errors that the comments before them ask for. */
export function statements(): Statement[] {
  const tree = ts.createSourceFile(MISTAKES, lines.join('\n'), ts.ScriptTarget.ES2022, true)
  const lineAt = (position: number) => tree.getLineAndCharacterOfPosition(position).line
  return tree.statements.map(statement => {
    const [first, last] = [lineAt(statement.getStart()), lineAt(statement.getEnd())]
    return { first: first + 1, last: last + 1, wanted: wantedBefore(first) }
  })
}

/** The `//!` comments that end on the line before; a line of `//` goes on with the one above. */
function wantedBefore(line: number): string[] {
  let start = line
  while (start > 0 && lines[start - 1]!.startsWith('//')) start--
  const comments = lines.slice(start, line)
  const begin = comments.findIndex(comment => comment.startsWith('//!'))
  if (begin < 0) return []
  const text = comments.slice(begin).map(comment => comment.replace(/^\/\/ ?/, ''))
  return text
    .join(' ')
    .split(/(?:^| )! /)
    .slice(1)
}

/** An error as the comments write it, and where it stands. */
export interface Reported {
  readonly file: string
  readonly line: number
  readonly text: string
}

/**
 * What a compiler reported, in the words of what was asked for where the two agree: an error that
 * may be `{ => TS2345 or TS2741` is one whose code differs between versions.
 */
export function agreed(got: readonly string[], wanted: readonly string[]): string[] {
  return got.map((text, i) => {
    const [where, codes] = (wanted[i] ?? '').split(' => ')
    const isOne = codes?.split(' or ').some(code => text === `${where} => ${code}`)
    return isOne === true ? wanted[i]! : text
  })
}

/**
 * The errors that a compiler printed for the program with mistakes. Sentences that the compiler
 * composes itself differ between versions: of those only the code is kept.
 */
export function errorsIn(output: string): Reported[] {
  const found = output.matchAll(/^(\S.*?)\((\d+),(\d+)\): error (TS\d+): (.*)$/gm)
  return [...found].map(([, file, line, column, code, message]) => {
    const at = lines[Number(line) - 1]!.slice(Number(column) - 1)
    const where = /^[\w$.]+|^'[^']*'|^\{\}|^./.exec(at)?.[0]
    const sentence = /type '"([^"]*)"'\.$/.exec(message!)?.[1]
    return { file: file!, line: Number(line), text: `${where} => ${sentence ?? code}` }
  })
}
