// The parts of a text file that the tools read: sections between `// -----` lines, each a text of
// its own, and in a golden file the expectation after `// expect`. Every section keeps its line
// numbers.

/** The line that separates independent texts of one file. */
export const SEPARATOR = /^\/\/ -----\s*$/
/** The line after which a golden file holds what is expected. */
export const EXPECT = /^\/\/ expect\s*$/
/** The line that says how a text is run. */
export const RUN = /^\/\/ run: opt(?: (.*))?$/

/**
 * The sections of a file. Lines of other sections are left blank rather than out, so a position in
 * a section is a position in the file.
 */
export function sectionsOf(text: string): string[] {
  const lines = text.split('\n')
  const end = lines.findIndex(line => EXPECT.test(line))
  const kept = end < 0 ? lines : lines.slice(0, end)
  const cuts = kept.flatMap((line, i) => (SEPARATOR.test(line) ? [i] : []))
  const starts = [-1, ...cuts]
  return starts.map((start, i) => {
    const own = kept.slice(start + 1, cuts[i] ?? kept.length)
    return `${'\n'.repeat(start + 1)}${own.join('\n').trimEnd()}\n`
  })
}

/** The words of a command line; quotes of either kind group, as in a shell. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"]+)+/g) ?? []
  return words.map(word => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}

/** A word as a shell needs it written. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The flags that the `// run:` line of a text gives; undefined where there is none. */
export function flagsOf(text: string): string[] | undefined {
  const line = text.split('\n').find(candidate => RUN.test(candidate))
  return line === undefined ? undefined : wordsOf(RUN.exec(line)![1] ?? '')
}
