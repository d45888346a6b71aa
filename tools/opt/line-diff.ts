// The difference of two texts by lines, as a unified diff. Shared by `opt --diff`, the golden tests
// and `bless`; texts are small, so the plain table of longest common subsequences does.

import { type Edit, printHunks } from '../../src/support/hunks.ts'

/** Hunks with `@@` headers; empty where the texts are equal. */
export function lineDiff(before: string, after: string): string {
  if (before === after) return ''
  return printHunks(editsOf(linesOf(before), linesOf(after)))
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

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
