// A sequence of edits as the text of a unified diff: only what changed, with a few unchanged lines
// around it. How the edits were found is the business of whoever has them.

/** Unchanged lines shown on either side of a change. */
const CONTEXT = 3

/** One line that both sides have, or that one of them has. */
export interface Edit {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
  /** Line numbers from 1 of this line, or of the next one where the side does not have it. */
  readonly before: number
  readonly after: number
}

/** Hunks with `@@` headers; empty where nothing changed. */
export function printHunks(edits: readonly Edit[]): string {
  const shown = nearChanges(edits)
  const hunks: string[] = []
  for (let i = 0; i < edits.length; i++) {
    if (!shown[i]) continue
    let end = i
    while (end < edits.length && shown[end]) end++
    hunks.push(hunk(edits.slice(i, end)))
    i = end
  }
  return hunks.join('')
}

/** Whether each edit is a change or stands near one. */
function nearChanges(edits: readonly Edit[]): boolean[] {
  const shown: boolean[] = edits.map(() => false)
  edits.forEach(({ sign }, i) => {
    if (sign !== ' ') shown.fill(true, Math.max(0, i - CONTEXT), i + CONTEXT + 1)
  })
  return shown
}

function hunk(edits: readonly Edit[]): string {
  const count = (gone: Edit['sign']) => edits.filter(({ sign }) => sign !== gone).length
  const first = edits[0]!
  const head = `@@ -${first.before},${count('+')} +${first.after},${count('-')} @@`
  return `${[head, ...edits.map(({ sign, line }) => (sign + line).trimEnd())].join('\n')}\n`
}
