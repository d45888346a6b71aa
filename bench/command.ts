// The words of the command line, as flags. Parsing writes nothing and ends nothing by itself when
// it is told where to write: tests parse wrong words too.

import { Command, InvalidArgumentError, Option } from 'commander'
import { matching } from './suite.ts'
import type { Bench } from './workload.ts'
import { BACKENDS, type BackendName } from './yardstick.ts'

/** What was asked for. */
export interface Flags {
  readonly benches: readonly Bench[]
  readonly json: boolean
  readonly backend: BackendName
  readonly threads: number
  readonly peers: boolean
}

/** Where help and refusals go. */
export interface Voice {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

const FIELDS = `
Fields of a row:
  medianMs, minMs, maxMs  milliseconds of one run, warm
  gflops                  billions of operations of matrix products a second
  gbps                    billions of bytes a second, of those that an ideal run moves
  idealMs                 matrix products at the machine's rate + bytes at the rate of a copy;
                          the two terms are idealFlopsMs and idealBytesMs
  handMs                  what the same takes in loops written by hand, measured in turns with it
  ratio                   medianMs / idealMs
  hand                    medianMs / handMs, the median of a loop written by hand, timed in turn
  yardstick               the rates that the ideal is made from; the copy is measured in each run
  peers                   how many times as long as gradc each peer takes

Exit code: 0, 1 where a benchmark or a peer failed, 2 where the command is wrong.
`

/**
 * The flags that `words` stand for. Throws commander's CommanderError, after saying why to `voice`,
 * where they are wrong (exit code not 0) or ask for help (exit code 0).
 */
export function parseFlags(words: readonly string[], all: readonly Bench[], voice: Voice): Flags {
  const program = command(all).configureOutput({ writeOut: voice.out, writeErr: voice.err })
  program.parse(words, { from: 'user' })
  const { only, json = false, backend, threads, peers = false } = program.opts<Given>()
  const benches = matching(all, only)
  if (benches.length === 0) {
    const names = all.map(({ name }) => name).join(', ')
    program.error(`error: --only ${only?.source} matches none of ${names}`)
  }
  return { benches, json, backend, threads, peers }
}

interface Given {
  readonly only?: RegExp
  readonly json?: true
  readonly backend: BackendName
  readonly threads: number
  readonly peers?: true
}

function command(all: readonly Bench[]): Command {
  const width = Math.max(...all.map(({ name }) => name.length))
  const list = all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  const only = new Option('--only <regex>', 'run the benchmarks whose name matches')
  const backend = new Option('--backend <name>', 'the backend to measure').default(BACKENDS[0])
  const threads = new Option('--threads <count>', 'threads of the backend').default(1)
  return new Command('bench')
    .description('Measures gradc. Every figure is the median of several warm runs.')
    .exitOverride()
    .option('--json', 'print one JSON object per line, nothing else')
    .addOption(only.argParser(regexOf))
    .addOption(backend.argParser(backendOf))
    .addOption(threads.argParser(threadsOf))
    .option('--peers', 'also run other libraries on the same work; installs them when missing')
    .addHelpText('after', `\nBenchmarks:\n${list.join('\n')}\n${FIELDS}`)
}

function regexOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
}

function backendOf(text: string): BackendName {
  const found = BACKENDS.find(name => name === text)
  if (found !== undefined) return found
  throw new InvalidArgumentError(`The backends that exist: ${BACKENDS.join(', ')}.`)
}

function threadsOf(text: string): number {
  if (text === '1') return 1
  throw new InvalidArgumentError('The backends that exist run on 1 thread.')
}
