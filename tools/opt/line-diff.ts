// The difference of two texts by lines, as a unified diff. Shared by `opt --diff`, the golden tests
// and `bless`; texts are small, so the plain table of longest common subsequences does.

/** Unchanged lines shown on either side of a change. */
const CONTEXT = 3

interface Edit {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
  /** Line numbers from 1 of this line, or of the next one where the side does not have it. */
  readonly before: number
  readonly after: number
}

/** Hunks with `@@` headers; empty where the texts are equal. */
export function lineDiff(before: string, after: string): string {
  if (before === after) return ''
  const edits = editsOf(linesOf(before), linesOf(after))
  const shown = edits.map((_, i) => near(edits, i))
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

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function near(edits: readonly Edit[], at: number): boolean {
  const around = edits.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1)
  return around.some(edit => edit.sign !== ' ')
}

function hunk(edits: readonly Edit[]): string {
  const count = (gone: Edit['sign']) => edits.filter(({ sign }) => sign !== gone).length
  const first = edits[0]!
  const head = `@@ -${first.before},${count('+')} +${first.after},${count('-')} @@`
  return `${[head, ...edits.map(({ sign, line }) => (sign + line).trimEnd())].join('\n')}\n`
}

function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  const common = commonLengths(a, b)
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const place = { before: i + 1, after: j + 1 }
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ sign: ' ', line: a[i]!, ...place })
      i++
      j++
    } else if (i < a.length && (j === b.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      edits.push({ sign: '-', line: a[i++]!, ...place })
    } else {
      edits.push({ sign: '+', line: b[j++]!, ...place })
    }
  }
  return edits
}

/** Length of the longest common subsequence of `a` from i and `b` from j, for every i and j. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skipped = Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : skipped
    }
  }
  return table
}
