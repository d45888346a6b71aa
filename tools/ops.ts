// The status table: every op of the registry through the generic checks of test/generic, in this
// run. A row says "pass", "fail" or "none" (the op has no such thing) per column.

import { parseArgs } from 'node:util'
import pc from 'picocolors'
import type { Op, OpTable } from '../src/ir/op.ts'
import { ops } from '../src/ops/registry.ts'
import { CHECKS, type Check } from '../test/generic/checks.ts'
import { checkJs, checkJsGradient } from '../test/generic/js-checks.ts'
import { checkRefusals } from '../test/generic/refusals.ts'
import { wholeNumber } from './whole-number.ts'

type Status = 'pass' | 'fail' | 'none'

/** One row of the table. Backends that do not exist yet are "none". */
interface Row {
  readonly name: string
  readonly family: string
  readonly vjp: Status
  readonly jvp: Status
  readonly secondOrder: Status
  readonly interpreter: Status
  readonly js: Status
  readonly wasm: Status
  readonly wgsl: Status
}

const HELP = `Checks every op and prints a table.

  npm run -s ops -- [--json] [--op NAME] [--seed N] [--repeats N]

  --json       one JSON object per op and line
  --op NAME    only this op
  --seed N     where the random operands start (17)
  --repeats N  trials per shape kind, of which there are five (3)
`

const table: OpTable = ops
const failures: string[] = []

function run(check: Check, op: Op, seed: number, repeats: number): Status {
  try {
    return check(op, seed, repeats, table)
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
    return 'fail'
  }
}

function rowOf(op: Op, seed: number, repeats: number): Row {
  const status = (check: Check) => run(check, op, seed, repeats)
  const text = status(CHECKS.text)
  const interpreter = status(CHECKS.interpreter)
  return {
    name: op.name,
    family: op.family,
    vjp: failingWith(status(CHECKS.vjp), status(CHECKS.kinks), status(checkRefusals)),
    jvp: failingWith(status(CHECKS.jvp), status(CHECKS.modesAtKinks)),
    secondOrder: status(CHECKS.secondOrder),
    // An op whose text does not survive cannot be run from text either.
    interpreter: text === 'fail' ? 'fail' : interpreter,
    js: failingWith(status(checkJs), status(checkJsGradient)),
    wasm: 'none',
    wgsl: 'none',
  }
}

/** The status of a rule, which what belongs to the rule can only make a failure. */
const failingWith = (status: Status, ...others: readonly Status[]) =>
  others.includes('fail') ? 'fail' : status

const COLUMNS = ['vjp', 'jvp', 'secondOrder', 'interpreter', 'js', 'wasm', 'wgsl'] as const
const paint = { pass: pc.green, fail: pc.red, none: pc.dim } as const

function printRow(row: Row): void {
  const cells = COLUMNS.map(column => paint[row[column]](row[column].padEnd(12)))
  console.log(`${row.name.padEnd(22)}${row.family.padEnd(13)}${cells.join('')}`)
}

function main(): number {
  const options = {
    json: { type: 'boolean' },
    op: { type: 'string' },
    seed: { type: 'string', default: '17' },
    repeats: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seed = wholeNumber('seed', values.seed)
  // Without a trial everything would pass.
  const repeats = wholeNumber('repeats', values.repeats, 1)
  const all = Object.values(table).map(entry => entry.op)
  const chosen = values.op === undefined ? all : all.filter(op => op.name === values.op)
  if (chosen.length === 0) throw new Error(`there is no op "${values.op}"`)
  if (!values.json)
    console.log(
      `${'op'.padEnd(22)}${'family'.padEnd(13)}${COLUMNS.map(c => c.padEnd(12)).join('')}`,
    )
  for (const op of chosen) {
    const row = rowOf(op, seed, repeats)
    if (values.json) console.log(JSON.stringify(row))
    else printRow(row)
  }
  for (const failure of failures) console.error(`\n${failure}`)
  return failures.length === 0 ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`ops: ${error instanceof Error ? error.message : error}\n\n${HELP}`)
  process.exitCode = 2
}
