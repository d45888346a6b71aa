// The README and CONTRIBUTING are tried: their TypeScript is checked and run, what it prints is
// what the page says, errors read as shown, and links lead somewhere.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { filesOf, root, textOf } from '../architecture/sources.ts'
import { blocksOf, load, moduleText, statedOutput } from './blocks.ts'

const blocks = blocksOf('README.md')
const code = blocks.filter(block => block.language === 'ts')
const mistakes = blocks.filter(block => block.language === 'ts error')
const refused = blocks.filter(block => block.language === 'ts refused')

afterEach(() => vi.restoreAllMocks())

/** Runs a block and returns the lines that it prints. */
async function printed(text: string): Promise<string[]> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    lines.push(...parts.map(String).join(' ').trimEnd().split('\n'))
  })
  await load(moduleText(text))
  return lines
}

/** What a block throws, its own file called `model.ts`. */
async function thrown(text: string): Promise<string> {
  try {
    await load(text)
  } catch (error) {
    return (error as Error).message.replace(/made at \S+:(\d+:\d+)/, 'made at model.ts:$1')
  }
  return 'nothing'
}

describe('the code of README.md', () => {
  it('is there', () => {
    expect(code.length).toBeGreaterThan(0)
  })

  it.each(code.map(block => [`${block.page}:${block.line}`, block] as const))(
    '%s prints what it says',
    async (_, block) => {
      const stated = statedOutput(block.text)
      const lines = await printed(block.text)
      const follows = blocks[blocks.indexOf(block) + 1]
      if (stated.length > 0) expect(lines).toEqual(stated)
      else if (follows?.language === 'text') expect(`${lines.join('\n')}\n`).toBe(follows.text)
    },
  )

  it.each(mistakes.map(block => [`${block.page}:${block.line}`, block] as const))(
    '%s fails as it says',
    async (_, block) => {
      const shown = blocks[blocks.indexOf(block) + 1]!
      expect(`${await thrown(moduleText(block.text))}\n`).toBe(shown.text)
    },
  )

  it.each(refused.map(block => [`${block.page}:${block.line}`, block] as const))(
    '%s is refused by the compiler as it says',
    (_, block) => {
      const file = `${root}block-${block.line}.ts`
      const shown = blocks[blocks.indexOf(block) + 1]!
      expect(diagnose(new Map([[file, block.text]]))).toEqual([`${file}: ${shown.text.trimEnd()}`])
    },
  )

  it('is well typed under the options of this repository', () => {
    const files = new Map(
      [...code, ...mistakes].map(block => [`${root}block-${block.line}.ts`, block.text]),
    )
    expect(diagnose(files)).toEqual([])
  })
})

/** The compiler's messages about files that exist in memory only. */
function diagnose(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  options.paths = { gradc: [`${root}src/index.ts`], 'gradc/*': [`${root}src/*/index.ts`] }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = path => files.has(path) || fileExists.call(host, path)
  host.readFile = path => files.get(path) ?? readFile.call(host, path)
  host.getSourceFile = (path, version, ...rest) => {
    const text = files.get(path)
    if (text === undefined) return getSourceFile.call(host, path, version, ...rest)
    return ts.createSourceFile(path, text, version, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files.keys()].flatMap(path => {
    const file = program.getSourceFile(path)
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]
    return found.map(one => `${path}: ${ts.flattenDiagnosticMessageText(one.messageText, '\n')}`)
  })
}

describe('the pages', () => {
  const pages = [...filesOf('.')].filter(path => path.endsWith('.md'))

  it('link to files that exist', () => {
    const broken = pages.flatMap(page =>
      [...textOf(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)]
        .map(match => match[1]!)
        .filter(target => !existsSync(join(root, dirname(page), target)))
        .map(target => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const named = pages.flatMap(page =>
      [...textOf(page).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(match => `${page}: ${match[1]}`),
    )
    expect(named.filter(name => !Object.hasOwn(scripts, name.split(': ')[1]!))).toEqual([])
  })
})
