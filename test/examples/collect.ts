// Reports of examples, kept instead of shown.

import { type ExampleEvent, jsonReport, type Report } from '../../examples/report.ts'

/** A report that keeps its events and lines, and both lists. */
export function collecting(): { report: Report; events: ExampleEvent[]; lines: string[] } {
  const events: ExampleEvent[] = []
  const lines: string[] = []
  const silent = jsonReport({ write() {} })
  const report: Report = {
    ...silent,
    event: event => void events.push(event),
    line: text => void lines.push(text),
  }
  return { report, events, lines }
}
