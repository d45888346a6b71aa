// What the examples share as commands: options, where words go, exit codes. 0 is fine, 1 says that
// data cannot be read or written, 2 that the call is wrong, 70 that gradc itself is; each with a
// sentence on stderr.

import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { DiagnosticError, InternalError } from '../src/index.ts'
import { jsonReport, type Report, textReport } from './report.ts'

/** Exit codes; 0 where all went well. */
const EXIT = { data: 1, usage: 2, bug: 70 }

/** What an example cannot do, as a sentence for a person. */
export class Refusal extends Error {}

/** An integer from `least` on, as the parser of an option. */
export function integerFrom(least: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value
    throw new InvalidArgumentError(`It must be an integer from ${least} on.`)
  }
}

/** Whether the file of `url` is what Node was started with. */
export function isMain(url: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(url)
}

/** An example as a command; its options are what `configure` declares, and `O` their type. */
export interface Example<O> {
  readonly name: string
  readonly about: string
  readonly configure?: (command: Command) => Command
  readonly run: (options: O, report: Report) => unknown
}

/** Runs an example with the arguments of this process and sets its exit code. */
export async function runExample<O extends object>(example: Example<O>): Promise<void> {
  // A reader that has seen enough, such as `head`, closes the pipe: no reason to complain.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    const options = parseOptions(example)
    const report = options.json
      ? jsonReport(process.stdout)
      : textReport(process.stdout, process.stderr)
    await example.run(options, report)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

function parseOptions<O extends object>({ name, about, configure }: Example<O>) {
  const command = new Command(name)
    .description(about)
    .helpOption('--help', 'say this')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
  configure?.(command)
  command.option('--json', 'print one JSON object per event on stdout')
  command.parse()
  return command.opts<O & { readonly json?: true }>()
}

/** The exit code of what was thrown, which is said here unless commander has said it. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
  if (!(error instanceof DiagnosticError || error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  return error instanceof InternalError ? EXIT.bug : EXIT.data
}
