// Two replays side by side: which programs are new, gone or made of other kernels, and what that
// did to launches and scratch.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseIndex, type Row } from './record.ts'

/** The file of figures in a folder of a replay. */
export const INDEX = 'index.tsv'

/** The file of a program in a folder of a replay. */
export const fileOf = (name: string) => `${name}.txt`

/** One sentence for every program that differs, then one of totals; equal replays have no lines. */
export function compareReplays(before: string, after: string, prefix: string): readonly string[] {
  const [old, now] = [indexOf(before, prefix), indexOf(after, prefix)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  const lines = names.flatMap(name => {
    const [was, is] = [old.get(name), now.get(name)]
    if (was === undefined) return [`${name}: new, ${is!.launches} launches`]
    if (is === undefined) return [`${name}: gone, it had ${was.launches} launches`]
    const isSame = textOf(before, name) === textOf(after, name) && sameFigures(was, is)
    return isSame ? [] : [`${name}: ${figures(was, is).join(', ')}`]
  })
  if (lines.length === 0) return []
  const launches = [old, now].map(index =>
    [...index.values()].reduce((sum, row) => sum + row.launches, 0),
  )
  const total = `${lines.length} of ${names.length} programs differ`
  return [...lines, `${total}; ${launches[0]} -> ${launches[1]} launches in all`]
}

function indexOf(folder: string, prefix: string): ReadonlyMap<string, Row> {
  const rows = parseIndex(readFileSync(join(folder, INDEX), 'utf8'))
  return new Map([...rows].filter(([name]) => name.startsWith(prefix)))
}

function textOf(folder: string, name: string): string | undefined {
  const path = join(folder, fileOf(name))
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

const sameFigures = (a: Row, b: Row) => changes(a, b).length === 0

function changes(was: Row, is: Row): readonly string[] {
  const named = [
    ['launches', was.launches, is.launches],
    ['kernels', was.kernels, is.kernels],
    ['scratch bytes', was.scratchBytes, is.scratchBytes],
    ['workspace bytes', was.workspaceBytes, is.workspaceBytes],
  ] as const
  return named.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${a} -> ${b} ${what}`)
}

function figures(was: Row, is: Row): readonly string[] {
  const found = changes(was, is)
  return found.length > 0 ? found : [`other code, ${is.launches} launches as before`]
}
