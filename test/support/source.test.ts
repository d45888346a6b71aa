// Source positions: parsing every form of a stack frame, and real positions under vitest, tsx, a
// tsc build and bundles. The programs are written to a temporary folder and run in their own
// process.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { add, scale } from '../../src/ops/arithmetic.ts'
import {
  captureSource,
  formatLocation,
  SourceReference,
  sourceLine,
  userFrame,
} from '../../src/support/source.ts'

const PACKAGE = 'file:///home/a%20b/gradc/dist/'
const inside = '    at add (file:///home/a%20b/gradc/dist/ops/arithmetic.js:3:9)'

describe('the user frame of a stack', () => {
  it.each([
    ['V8, a file URL', '    at file:///home/me/a.ts:9:22', 'file:///home/me/a.ts', 9, 22],
    ['V8, a path', '    at main (/home/me/a.ts:9:22)', '/home/me/a.ts', 9, 22],
    ['a name with an alias', '    at F.g [as h] (/home/me/a.ts:9:22)', '/home/me/a.ts', 9, 22],
    ['a constructor', '    at new Net (/home/me/a.ts:9:22)', '/home/me/a.ts', 9, 22],
    ['an async frame', '    at async main (/home/me/a.ts:9:22)', '/home/me/a.ts', 9, 22],
    ['an async file', '    at async file:///home/me/a.ts:9:22', 'file:///home/me/a.ts', 9, 22],
    ['module code', '    at Object.<anonymous> (/home/me/a.ts:9:22)', '/home/me/a.ts', 9, 22],
    ['a query', '    at main (/home/me/a.ts?v=1f2e:9:22)', '/home/me/a.ts', 9, 22],
    ['brackets', '    at main (/home/me/a (copy)/a.ts:9:22)', '/home/me/a (copy)/a.ts', 9, 22],
    ['brackets, no name', '    at /home/me/a (copy)/a.ts:9:22', '/home/me/a (copy)/a.ts', 9, 22],
    ['a scope', '    at main (/m/@me/a.ts:9:22)', '/m/@me/a.ts', 9, 22],
    ['a Windows path', '    at main (C:\\me\\a.ts:9:22)', 'C:\\me\\a.ts', 9, 22],
    ['a Windows URL', '    at main (file:///C:/me/a.ts:9:22)', 'file:///C:/me/a.ts', 9, 22],
    ['a server', '    at main (http://localhost:80/a.ts:9:22)', 'http://localhost:80/a.ts', 9, 22],
    ['SpiderMonkey', 'main@http://localhost/@me/a.js:9:22', 'http://localhost/@me/a.js', 9, 22],
    ['JavaScriptCore', '@file:///home/me/a.js:9:22', 'file:///home/me/a.js', 9, 22],
  ])('reads %s', (_form, frame, file, line, column) => {
    expect(userFrame(`Error\n${inside}\n${frame}`, PACKAGE)).toEqual({ file, line, column })
  })

  it.each([
    '    at node:internal/modules/esm/loader:600:12',
    '    at ModuleJob.run (node:internal/modules/esm/module_job:263:25)',
    '    at Array.map (<anonymous>)',
    '    at eval (eval at main (/home/me/x.ts:1:2), <anonymous>:3:4)',
    '    at async Promise.all (index 0)',
    '    at String.replace (native:1:1)',
    '    at main (/home/a b/gradc/dist/model/trace.js:1:2)',
    'f@http://localhost/a.js line 3 > eval:1:2',
    'not a frame: at all',
    '',
  ])('passes over %j', frame => {
    const stack = `Error\n${frame}\n    at main (/home/me/a.ts:9:22)`
    expect(userFrame(stack, PACKAGE)).toEqual({ file: '/home/me/a.ts', line: 9, column: 22 })
  })

  it('knows its own package on Windows, whatever the slashes and the drive letter', () => {
    const root = 'file:///C:/Users/me/node_modules/gradc/dist/'
    const stack = [
      'Error',
      '    at add (c:\\Users\\me\\node_modules\\gradc\\dist\\ops\\arithmetic.js:1:2)',
      '    at add (file:///C:/Users/me/node_modules/gradc/dist/model/trace.js:1:2)',
      '    at main (C:\\Users\\me\\model.ts:9:22)',
    ]
    expect(userFrame(stack.join('\n'), root)?.file).toBe('C:\\Users\\me\\model.ts')
  })

  it('does not take a sibling folder for its own', () => {
    const stack = 'Error\n    at main (/home/a b/gradc/dist-old/a.js:9:22)'
    expect(userFrame(stack, PACKAGE)?.line).toBe(9)
  })

  it('is undefined where every frame is the package’s', () => {
    expect(userFrame(`Error\n${inside}`, PACKAGE)).toBeUndefined()
    expect(userFrame('', PACKAGE)).toBeUndefined()
  })
})

describe('a location', () => {
  it('is written relative to the working directory, from a path or a file URL', () => {
    const path = join(process.cwd(), 'examples', 'a b.ts')
    expect(formatLocation({ file: path, line: 1, column: 2 })).toBe('examples/a b.ts:1:2')
    const url = pathToFileURL(path).href
    expect(formatLocation({ file: url, line: 1, column: 2 })).toBe('examples/a b.ts:1:2')
  })

  it('is written whole elsewhere, without a slash before a drive letter', () => {
    expect(formatLocation({ file: '/x/100%/a.ts', line: 1, column: 2 })).toBe('/x/100%/a.ts:1:2')
    expect(formatLocation({ file: 'file:///x/100%/a.ts', line: 1, column: 2 })).toBe(
      '/x/100%/a.ts:1:2',
    )
    expect(formatLocation({ file: 'file:///C:/me/a.ts', line: 1, column: 2 })).toBe(
      'C:/me/a.ts:1:2',
    )
  })

  it('gives its line of source where the file can be read', () => {
    const file = fileURLToPath(import.meta.url)
    expect(sourceLine({ file, line: 1, column: 1 })).toMatch(/^\/\/ Source positions/)
    expect(sourceLine({ file: '/nowhere/a.ts', line: 1, column: 1 })).toBeUndefined()
    expect(sourceLine({ file: 'https://example.org/a.ts', line: 1, column: 1 })).toBeUndefined()
  })
})

describe('a captured source', () => {
  it('is the line and column of the caller under vitest', () => {
    const reference = captureSource() // here
    const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n')
    const line = lines.findIndex(text => text.endsWith('captureSource() // here')) + 1
    expect(reference.location).toMatchObject({ line, column: 23 })
    expect(`${reference}`).toBe(`test/support/source.test.ts:${line}:23`)
  })

  it('is the user’s line for an error, also through library functions that call others', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'f32', shape: [2] })
    const y = builder.input('y', { dtype: 'f32', shape: [3] })
    const b = builder.input('b', { dtype: 'bool', shape: [] })
    expect(() => add(x, y)).toThrow(
      /made at test\/support\/source\.test\.ts:\d+:\d+\n.*add\(x, y\)/,
    )
    expect(() => scale(b, 2)).toThrow(
      /made at test\/support\/source\.test\.ts:\d+:\d+\n.*scale\(b, 2\)/,
    )
  })

  it('begins above its boundary', () => {
    const operation = () => captureSource(operation)
    const direct = operation()
    const [first, second] = [direct, operation()].map(reference => reference.location!)
    expect(second!.line).toBe(first!.line + 1)
  })

  it('leaves Error.stackTraceLimit as it was', () => {
    const limit = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 3
      captureSource()
      expect(Error.stackTraceLimit).toBe(3)
    } finally {
      Error.stackTraceLimit = limit
    }
  })

  it('does without Error.captureStackTrace, which older engines lack', () => {
    const capture = Error.captureStackTrace
    try {
      Reflect.set(Error, 'captureStackTrace', undefined)
      expect(captureSource().location?.file).toContain('source.test.ts')
    } finally {
      Error.captureStackTrace = capture
    }
  })

  it('may be a known location, or none', () => {
    const location = { file: 'a.ts', line: 1, column: 2 }
    expect(new SourceReference(location).location).toBe(location)
    expect(`${new SourceReference({ stack: '' })}`).toBe('an unknown place')
  })
})

/** A package with one function, and a program that calls it at a known place. */
const API = `import { captureSource } from './support/source.ts'
/** Types that are gone at run time, so that lines and columns move. */
export interface Shape { readonly axes: readonly number[] }
export const make = (shape: Shape): string => \`\${shape.axes.length} \${captureSource(make)}\`
`
const PROGRAM = `import { make, type Shape } from 'API'

interface Unused { readonly a: number }

function model(): string {
  const shape: Shape = { axes: [] as number[] }
  return (shape as Shape).axes.length === 0 ? make(shape) : ''
}

console.log(model())
`

describe('a captured source in its own process', () => {
  let folder = ''
  const source = fileURLToPath(new URL('../../src/support/source.ts', import.meta.url))
  const file = (...parts: string[]) => join(folder, ...parts)
  const placeIn = (name: string, text: string) => {
    const at = text.indexOf('make(shape)')
    const before = text.slice(0, at).split('\n')
    return `0 ${name}:${before.length}:${before.at(-1)!.length + 1}`
  }
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim()

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gradc source ')))
    for (const name of ['pkg/src/support', 'pkg/dist/support'])
      mkdirSync(file(name), { recursive: true })
    writeFileSync(file('package.json'), '{"type":"module"}')
    const inputs = { 'support/source': readFileSync(source, 'utf8'), api: API }
    for (const [name, text] of Object.entries(inputs)) {
      writeFileSync(file('pkg/src', `${name}.ts`), text)
      writeFileSync(file('pkg/dist', `${name}.js`), compile(text))
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function compile(text: string): string {
    const compilerOptions: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    }
    return ts.transpileModule(text, { compilerOptions }).outputText
  }

  function program(name: string, api: string): string {
    const text = PROGRAM.replace('API', api)
    writeFileSync(file(name), name.endsWith('.ts') ? text : compile(text))
    return file(name)
  }

  it('is exact under tsx', () => {
    const tsx = import.meta.resolve('tsx')
    const path = program('typed.ts', './pkg/src/api.ts')
    expect(run('--import', tsx, path)).toBe(
      placeIn('typed.ts', PROGRAM.replace('API', './pkg/src/api.ts')),
    )
  })

  it('is exact for a program that imports the build', () => {
    const path = program('plain.js', './pkg/dist/api.js')
    expect(run(path)).toBe(placeIn('plain.js', readFileSync(path, 'utf8')))
  })

  it.each(['esm', 'cjs', 'iife'] as const)('is exact in a bundle of format %s', async format => {
    const entry = program('entry.ts', './pkg/src/api.ts')
    const outfile = file('out', `bundle-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`)
    await build({ entryPoints: [entry], outfile, bundle: true, format, logLevel: 'error' })
    const name = `out/bundle-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`
    expect(run(outfile)).toBe(placeIn(name, readFileSync(outfile, 'utf8')))
  })

  it('is the place in the user’s own file in a bundle with a source map', async () => {
    const entry = program('entry.ts', './pkg/src/api.ts')
    const outfile = file('mapped', 'bundle.mjs')
    await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', sourcemap: true })
    const text = readFileSync(entry, 'utf8')
    expect(run('--enable-source-maps', outfile)).toBe(placeIn('entry.ts', text))
  })
})
