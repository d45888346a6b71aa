// replay as a function: words in, exit code out.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { compareReplays, fileOf, INDEX } from './compare.ts'
import { replayed } from './programs.ts'
import { parseIndex, printIndex, type Row, record } from './record.ts'

/** Where replay's words go. */
export interface Voices {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

interface Flags {
  readonly against?: string
  readonly only: string
}

const EXAMPLES = `
Examples:
  npm run -s replay -- before                  on the code as it was
  npm run -s replay -- after --against before  on the code as it is; then diff -r before after
  npm run -s replay -- one --only mnist.training-step
`

/**
 * Runs replay. Answers 0; 1 where a program differs from the replay it is compared with; 2 where
 * the command line makes no sense.
 */
export function runReplay(words: readonly string[], voices: Voices): number {
  const command = declare(voices)
  try {
    command.parse(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : 2
  }
  const folder = command.args[0]!
  const { against, only } = command.opts<Flags>()
  const wrong = wrongFolders(folder, against)
  if (wrong !== undefined) {
    voices.err(`${wrong}\n`)
    return 2
  }
  const rows = write(folder, only)
  if (rows.length === 0) {
    voices.err(`no program begins with ${only}\n`)
    return 2
  }
  voices.out(`${rows.length} programs in ${folder}\n`)
  if (against === undefined) return 0
  const lines = compareReplays(against, folder, only)
  voices.out(lines.length === 0 ? `the same as ${against}\n` : `${lines.join('\n')}\n`)
  return lines.length === 0 ? 0 : 1
}

function declare({ out, err }: Voices): Command {
  return new Command('replay')
    .description('Writes the kernels, launches and JavaScript of many programs, to be compared.')
    .argument('<folder>', 'where the files go: a new folder, or one of an earlier replay')
    .option('--against <folder>', 'say which programs differ from those of an earlier replay')
    .option('--only <prefix>', 'programs whose names begin so', '')
    .addHelpText('after', () => EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
}

/** What is wrong with the folders: files that nobody recognizes are not written over. */
function wrongFolders(folder: string, against: string | undefined): string | undefined {
  if (against !== undefined && !existsSync(join(against, INDEX))) {
    return `${against} holds no replay: it has no ${INDEX}`
  }
  if (against !== undefined && resolve(against) === resolve(folder)) {
    return `a replay needs a folder of its own, got ${folder} twice`
  }
  const isForeign =
    existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, INDEX))
  return isForeign ? `${folder} holds files that are no replay; give a new folder` : undefined
}

function write(folder: string, only: string): readonly Row[] {
  const recorded = Array.from(replayed(only), record)
  const rows = recorded.map(({ row }) => row)
  if (rows.length === 0) return rows
  removeReplay(folder)
  mkdirSync(folder, { recursive: true })
  for (const { row, text } of recorded) writeFileSync(join(folder, fileOf(row.name)), text)
  writeFileSync(join(folder, INDEX), printIndex(rows))
  return rows
}

/** Removes the files that an earlier replay says it wrote, and no others. */
function removeReplay(folder: string): void {
  const index = join(folder, INDEX)
  if (!existsSync(index)) return
  for (const name of parseIndex(readFileSync(index, 'utf8')).keys()) {
    rmSync(join(folder, fileOf(name)), { force: true })
  }
}
