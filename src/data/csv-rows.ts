// CSV text as rows of cells, each with the line it begins on. csv-parse does the grammar (quotes,
// quotes in quotes, line breaks in quotes) and is loaded when first needed, in the build that runs
// on every engine; what it refuses is said here in sentences of ours.

import { ParseError } from '../support/diagnostic.ts'

/** One row: its cells as text without surrounding blanks, and the line it begins on, from 1. */
export interface CsvRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** What the parser throws; its own type says more than every engine has. */
interface CsvFault {
  readonly code?: string
  readonly lines?: number
}

/** The error of CSV data: `name`, and the line where there is one. */
export function csvError(name: string, line: number | undefined, message: string, help: string) {
  const subject = line === undefined ? name : `${name}:${line}`
  return new ParseError({ code: 'E311', subject, message, help })
}

/**
 * Calls `visit` with every row of `text` that is not empty. Throws E311 where quotes are misplaced;
 * whatever `visit` throws comes through.
 */
export async function eachRow(
  text: string,
  name: string,
  delimiter: string,
  visit: (row: CsvRow) => void,
): Promise<void> {
  if (!/^[^\r\n"]$/.test(delimiter)) {
    const message = `the delimiter must be one character, got ${JSON.stringify(delimiter)}`
    throw csvError(name, undefined, message, 'pass a comma, a semicolon or a tab')
  }
  const { parse } = await import('csv-parse/browser/esm/sync')
  // The parser counts a line break of two characters twice where it stands in quotes.
  const unified = text.replace(/\r\n?/g, '\n')
  let last = 0
  const onRecord = (cells: string[], { lines }: { readonly lines: number }) => {
    last = lines
    visit({ cells, line: lines - breaksIn(cells) })
    return null
  }
  try {
    parse(unified, {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: onRecord,
    })
  } catch (error) {
    if (error instanceof ParseError) throw error
    throw misquoted(error as CsvFault, last + 1, name)
  }
}

const breaksIn = (cells: readonly string[]) =>
  cells.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0)

function misquoted({ code, lines }: CsvFault, next: number, name: string): ParseError {
  const help = 'put a cell with quotes in it in quotes, and write each quote within twice'
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return csvError(name, next, 'a quote must be closed, got the end of the data', help)
  }
  const where = code === 'CSV_INVALID_CLOSING_QUOTE' ? 'end it' : 'begin it'
  return csvError(name, lines ?? next, `a quote in a cell must ${where}, got one within`, help)
}
