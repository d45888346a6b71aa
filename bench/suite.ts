// Which benchmarks run, and how their rows reach stdout: each as soon as it is there, so that a run
// that is cut short has said what it knows.

import { jsonLine, type Row, tableHead, tableRow } from './row.ts'
import type { Bench, Context } from './workload.ts'

/** The benchmarks whose name matches. */
export function matching(benches: readonly Bench[], only: RegExp | undefined): readonly Bench[] {
  return benches.filter(({ name }) => only === undefined || only.test(name))
}

/** Runs benchmarks one after another; what fails is reported, and the others run. */
export async function runAll(
  benches: readonly Bench[],
  context: Context,
  write: (row: Row) => void,
): Promise<void> {
  for (const bench of benches) {
    try {
      for (const row of await bench.run(context)) write(row)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      context.complain(`${bench.name} failed: ${reason.split('\n')[0]}`)
    }
  }
}

/** Writes rows as JSON, or as a table whose head comes with the first one. */
export function writer(json: boolean, out: (text: string) => void): (row: Row) => void {
  if (json) return row => out(jsonLine(row))
  let isFirst = true
  return row => {
    out(isFirst ? tableHead() + tableRow(row) : tableRow(row))
    isFirst = false
  }
}
