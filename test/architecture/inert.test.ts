// Importing an entry does nothing: no global is set or read into, no wasm compiled, nothing
// scheduled, listened to or printed. And what a bundle of the core holds besides ours is immer
// alone.

import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { entries, placeOf, root, sourcesOf, treeOf } from './sources.ts'

const probe = `${root}test/architecture/inert-probe.mjs`

describe.each(entries())('the entry %s', entry => {
  it('is inert when imported', () => {
    const args = ['--import', import.meta.resolve('tsx'), probe, root + entry]
    const printed = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    const { names, ...rest } = JSON.parse(printed) as { names: number }
    expect(rest).toEqual({ caught: [], same: true })
    expect(names).toBeGreaterThan(0)
  })

  it('holds no foreign code but immer in a bundle', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: [root + entry],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      // Loaded when CSV is first read, as the test of floors says; no part of the entry.
      external: ['node:*', 'csv-parse/*'],
      mainFields: ['module', 'main'],
      metafile: true,
      write: false,
      logLevel: 'error',
    })
    const foreign = Object.keys(metafile.inputs).filter(path => !path.startsWith('src/'))
    expect(foreign.filter(path => !path.startsWith('node_modules/immer/'))).toEqual([])
    const bytes = gzipSync(outputFiles[0]!.contents).length
    console.log(`${entry}: ${(bytes / 1000).toFixed(1)} kB minified and gzipped`)
  })
})

describe('src', () => {
  it('awaits nothing at the top of a module, so that require() can load it', () => {
    const awaiting: string[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) return
      if (ts.isAwaitExpression(node)) awaiting.push(placeOf(node))
      ts.forEachChild(node, visit)
    }
    for (const path of sourcesOf('src')) visit(treeOf(path))
    expect(awaiting).toEqual([])
  })
})
