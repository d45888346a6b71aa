// Files that an example writes: each whole or not at all, and none where one cannot be written.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from './command.ts'

/**
 * Makes sure that files can be written to `folder`, which is made if need be: what takes minutes
 * should not end with this. Throws a `Refusal` where they cannot.
 */
export function openFolder(folder: string): void {
  drafting(folder, () => {})
}

/** Writes texts by file name and answers the paths. Throws a `Refusal` where that fails. */
export function writeAll(folder: string, texts: Readonly<Record<string, string>>): string[] {
  return drafting(folder, drafts => {
    const names = Object.keys(texts)
    for (const name of names) writeFileSync(join(drafts, name), texts[name]!)
    return names.map(name => {
      const path = join(folder, name)
      renameSync(join(drafts, name), path)
      return path
    })
  })
}

/** Work in a folder of drafts, on the disk of `folder`, that is gone afterwards. */
function drafting<T>(folder: string, work: (drafts: string) => T): T {
  let drafts: string | undefined
  try {
    makeFolder(folder)
    drafts = mkdtempSync(join(folder, '.drafts-'))
    return work(drafts)
  } catch (error) {
    throw refusalOf(folder, error)
  } finally {
    if (drafts !== undefined) rmSync(drafts, { recursive: true, force: true })
  }
}

/** Makes a folder and those above it. Node's `recursive` never comes back from `/proc/x`. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}

function refusalOf(folder: string, error: unknown): Refusal {
  const { message, dest } = error as NodeJS.ErrnoException & { readonly dest?: string }
  // `permission denied` of `EACCES: permission denied, mkdir 'x'`.
  const reason = message.replace(/^E[A-Z]+: /, '').replace(/, \w+ '.*$/, '')
  // Only a file that is put in place has a destination.
  const needed = dest === undefined ? `${folder}: must be a folder` : `${dest}: must be a file`
  return new Refusal(`${needed} that can be written, got ${reason}`)
}
