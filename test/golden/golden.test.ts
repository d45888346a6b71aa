// Golden texts: opt run on every file below this folder must print what the file says. A failure
// shows the difference and the commands that repeat it and accept it.

import { beforeAll, describe, expect, it } from 'vitest'
import { parseGraphs } from '../../src/ir/parser.ts'
import { printGraphs } from '../../src/ir/printer.ts'
import { parseKernels, printKernels } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { type Golden, goldenPaths, runGolden } from '../../tools/opt/golden.ts'
import { lineDiff } from '../../tools/opt/line-diff.ts'

const paths = goldenPaths('test/golden').filter(path => !path.startsWith('test/golden/kernel/'))

/** The texts of IR in what opt printed: the stretches between its own comment lines. */
function textsIn(printed: string): string[] {
  const parts = printed.split(/^\/\/.*\n/m).map(part => part.trim())
  return parts.filter(part => /^(?:graph|program|kernel|contract)\b/.test(part))
}

/** Comments that opt adds to a line on request. */
const uncommented = (text: string) => text.replace(/ {2}\/\/ [^"\n]*$/gm, '')

function reprinted(text: string): string {
  if (!text.startsWith('graph')) return printKernels(parseKernels('printed', text))
  return printGraphs(parseGraphs('printed', text, ops))
}

describe.each(paths)('%s', path => {
  let golden: Golden
  beforeAll(() => {
    golden = runGolden(path)
  })

  it('prints what the file expects', () => {
    expect(golden.failure, golden.command).toBe('')
    if (golden.actual === golden.expected) return
    const diff = lineDiff(golden.expected, golden.actual)
    const accept = `npm run bless -- ${path}`
    expect.fail(
      `${path} prints something else (- expected, + printed)\n${diff}\n  repeat: ${golden.command}\n  accept: ${accept}`,
    )
  })

  it('prints text that reads back to itself', () => {
    for (const text of textsIn(golden.actual)) {
      const canonical = uncommented(text)
      expect(reprinted(canonical).trimEnd()).toBe(canonical)
    }
  })
})
