// `npm run -s bench`: measures gradc, on request beside other libraries. Figures go to stdout (a
// table, or one JSON object a line), progress to stderr.

import { CommanderError } from 'commander'
import { type Flags, parseFlags } from './command.ts'
import { alternate, measure } from './harness.ts'
import { startPeers } from './peers.ts'
import { runAll, writer } from './suite.ts'
import { BENCHES } from './workloads/index.ts'
import { copyRate, type Yardstick, yardstickOf } from './yardstick.ts'

const out = (text: string) => void process.stdout.write(text)
const err = (text: string) => void process.stderr.write(text)
const say = (line: string) => err(`${line}\n`)

function complain(sentence: string): void {
  say(sentence)
  process.exitCode = 1
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

async function main({ benches, json, backend, threads, ...flags }: Flags): Promise<void> {
  const yardstick = once((): Yardstick => {
    say('yardstick: measuring a copy')
    return yardstickOf(backend, copyRate())
  })
  const peers = flags.peers ? await startPeers(say, complain) : []
  const context = { backend, threads, peers, yardstick, measure, alternate, say, complain }
  await runAll(benches, context, writer(json, out))
  for (const peer of peers) peer.stop()
}

/** The flags; nothing where the words were wrong or help was all that was wanted. */
function flagsOrEnd(): Flags | undefined {
  try {
    return parseFlags(process.argv.slice(2), BENCHES, { out, err })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
    return undefined
  }
}

const flags = flagsOrEnd()
if (flags !== undefined) await main(flags)
