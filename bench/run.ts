// `npm run -s bench`: measures gradc itself. Figures go to stdout (a table, or one JSON object a
// line), progress to stderr. There are no peers to compare with yet, and asking for them says so.

import { Command, Option } from 'commander'
import type { Bench } from './bench.ts'
import { passes } from './passes.ts'

const BENCHES: readonly Bench[] = [passes]
const names = BENCHES.map(bench => bench.name)

interface Flags {
  readonly json?: true
  readonly only?: string[]
  readonly peers?: true
}

function command(): Command {
  const list = BENCHES.map(bench => `  ${bench.name}  ${bench.summary}`).join('\n')
  return new Command('bench')
    .description('Measures gradc itself. Every figure is the median of several warm runs.')
    .option('--json', 'print one JSON object per line, nothing else')
    .addOption(new Option('--only <bench...>', 'run these benchmarks only').choices(names))
    .option('--peers', 'also run other libraries; there are none to run yet')
    .addHelpText('after', `\nBenchmarks:\n${list}\n`)
}

function main(): void {
  const program = command().parse()
  const { json, only, peers } = program.opts<Flags>()
  if (peers) program.error('--peers: there are no peers to run yet', { exitCode: 2 })
  const say = (progress: string) => process.stderr.write(`${progress}\n`)
  for (const bench of BENCHES.filter(({ name }) => only === undefined || only.includes(name))) {
    const rows = bench.run(say)
    const lines = rows.map(row => `${JSON.stringify(row)}\n`)
    process.stdout.write(json ? lines.join('') : bench.show(rows))
  }
}

main()
