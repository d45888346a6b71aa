// Fenced blocks of the Markdown pages, and how the TypeScript ones become modules that can be
// checked and run: `gradc` means the sources here, and a trailing `// value` states what a line
// prints.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, textOf } from '../architecture/sources.ts'

/** A fenced block. */
export interface Block {
  readonly page: string
  /** Line of the block's first line of content, from 1. */
  readonly line: number
  /** What stands behind the opening fence. */
  readonly language: string
  readonly text: string
}

/** All fenced blocks of a page. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: { line: number; language: string; lines: string[] } | undefined
  for (const [i, line] of textOf(page).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === undefined) open = { line: i + 2, language: fence[1]!.trim(), lines: [] }
    else {
      blocks.push({
        page,
        line: open.line,
        language: open.language,
        text: `${open.lines.join('\n')}\n`,
      })
      open = undefined
    }
  }
  return blocks
}

/** The module text of a block: imports of the package point at its sources. */
export function moduleText(text: string): string {
  return text
    .replace(/from 'gradc'/g, `from '${root}src/index.ts'`)
    .replace(/from 'gradc\/(\w+)'/g, `from '${root}src/$1/index.ts'`)
}

/** Imports `text` as a TypeScript module of its own. */
export async function load(text: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'gradc-block-'))
  try {
    const file = join(folder, 'block.ts')
    writeFileSync(file, text)
    return (await import(/* @vite-ignore */ file)) as Record<string, unknown>
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a block says it prints: the comments behind its calls of `console.log`, in order. */
export function statedOutput(text: string): string[] {
  return [...text.matchAll(/^\s*console\.log\(.*\) *\/\/ (.*)$/gm)].map(match => match[1]!)
}
