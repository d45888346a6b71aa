// CSV data as a data set: columns of numbers become the features of each example, one further
// column its label (a class by name) or its target (a number). What does not fit is refused with
// the line and the cell.

import type { Host } from '../ir/tensor.ts'
import type { ParseError } from '../support/diagnostic.ts'
import { type CsvColumns, chooseColumns } from './csv-columns.ts'
import { type CsvRow, csvError, eachRow } from './csv-rows.ts'
import { type Classes, classNumbers, type NamedLabel } from './labels.ts'
import { type DataSource, nameOf, readSource } from './read-source.ts'

/** How CSV data is to be read. */
export interface CsvOptions {
  /** What errors call the data; its path by default. */
  readonly name?: string | undefined
  /** The character between cells; a comma by default. */
  readonly delimiter?: string | undefined
  /** The names of the columns of data that has no header line. */
  readonly columns?: readonly string[] | undefined
  /** The columns of numbers to learn from; by default all but `label` or `target`. */
  readonly features?: readonly string[] | undefined
  /** The column that holds the class of each example, which becomes `y`: i32[n]. */
  readonly label?: string | undefined
  /**
   * The classes in the order of their numbers, or how many there are where cells are numbers
   * already. By default the different cells in order, by size where all are numbers.
   */
  readonly classes?: Classes | undefined
  /** The column of numbers to be predicted, which becomes `y`: f32[n]. */
  readonly target?: string | undefined
  /** Whether a row that lacks a cell in use is refused, which is the default, or left out. */
  readonly empty?: 'refuse' | 'skip' | undefined
}

/** The features of n examples, k each. */
type Features = {
  readonly x: Host<readonly [number, number], 'f32'>
}

/** What `O` makes of the columns. */
export type CsvArrays<O extends CsvOptions> = O extends { readonly label: string }
  ? Features & { readonly y: Host<readonly [number], 'i32'> }
  : O extends { readonly target: string }
    ? Features & { readonly y: Host<readonly [number], 'f32'> }
    : Features

/** CSV data, read. */
export interface CsvData<O extends CsvOptions = CsvOptions> {
  readonly data: CsvArrays<O>
  /** The names of the columns of `x`. */
  readonly features: readonly string[]
  /** The names of the classes, of which `y` holds the positions; empty without a label. */
  readonly classes: readonly string[]
  /** How many rows were left out for an empty cell. */
  readonly skipped: number
}

/**
 * Reads CSV text, or its bytes in UTF-8. Throws E311 with the line where a row has another number
 * of cells or a cell is no number, where a column is not there or twice, or where there are no
 * rows; E312 where a label is none of `classes`.
 *
 * @example
 * const { data, classes } = await parseCsv(text, { label: 'species' })
 * data.x.shape // [150, 4]
 */
export async function parseCsv<const O extends CsvOptions>(
  text: string | Uint8Array,
  options?: O,
): Promise<CsvData<O>> {
  const asked: CsvOptions = options ?? {}
  const name = asked.name ?? 'CSV data'
  const table: CsvTable = { name, asked, rows: [], labels: [], targets: [], skipped: 0 }
  await eachRow(textOf(text, name), name, asked.delimiter ?? ',', row => addRow(table, row))
  return finish(table) as CsvData as CsvData<O>
}

/**
 * Reads a CSV file: `parseCsv` of what lies there. A path is read from the file system, or fetched
 * where there is none; throws E310 where that fails.
 *
 * @example
 * const { data } = await loadCsv('iris.csv', { label: 'species' })
 */
export async function loadCsv<const O extends CsvOptions>(
  source: DataSource,
  options?: O,
): Promise<CsvData<O>> {
  const name = options?.name ?? nameOf(source, 'CSV data')
  const read: CsvOptions = { ...options, name }
  return (await parseCsv(await readSource(source, name), read)) as CsvData as CsvData<O>
}

interface Decoder {
  decode(bytes: Uint8Array): string
}

interface Engine {
  readonly TextDecoder: new (encoding: 'utf-8', options: { fatal: boolean }) => Decoder
}

/** The text without a byte order mark. */
function textOf(text: string | Uint8Array, name: string): string {
  if (typeof text === 'string') return text.replace(/^\ufeff/, '')
  const { TextDecoder } = globalThis as unknown as Engine
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text)
  } catch {
    const help = 'save the file as UTF-8, or pass its text'
    throw csvError(name, undefined, 'bytes must be UTF-8, got others', help)
  }
}

/** What has been read so far. */
interface CsvTable {
  readonly name: string
  readonly asked: CsvOptions
  /** Known from the first row on. */
  columns?: CsvColumns
  readonly rows: Float32Array[]
  readonly labels: NamedLabel[]
  readonly targets: number[]
  skipped: number
}

function addRow(table: CsvTable, row: CsvRow): void {
  const { name, asked } = table
  if (table.columns === undefined) {
    table.columns = chooseColumns(asked.columns ?? row.cells, asked, name)
    if (asked.columns === undefined) return
  }
  const { names, features, answer, used } = table.columns
  const { cells, line } = row
  if (cells.length !== names.length) throw ragged(name, line, names, cells)
  if (asked.empty === 'skip' && used.some(column => cells[column] === '')) {
    table.skipped++
    return
  }
  const numberAt = (column: number) => numberIn(cells[column]!, names[column]!, name, line)
  table.rows.push(Float32Array.from(features, numberAt))
  if (answer === undefined) return
  if (asked.label === undefined) table.targets.push(numberAt(answer))
  else table.labels.push({ text: labelIn(cells[answer]!, asked.label, name, line), line })
}

function ragged(
  name: string,
  line: number,
  names: readonly string[],
  cells: readonly string[],
): ParseError {
  const isShort = cells.length < names.length
  const help = isShort
    ? `the cell of ${names[cells.length]} is the first that is not there`
    : `${JSON.stringify(cells[names.length])} is one too many; put a cell with commas in quotes`
  const message = `a row must have ${names.length} cells, got ${cells.length}`
  return csvError(name, line, message, help)
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

const EMPTY_HELP = 'fill the cell, or leave such rows out with empty: "skip"'

function numberIn(cell: string, column: string, name: string, line: number): number {
  const value = NUMBER.test(cell) ? Math.fround(Number(cell)) : Number.NaN
  if (Number.isFinite(value)) return value
  const got = cell === '' ? 'an empty cell' : JSON.stringify(cell)
  const help =
    cell === '' ? EMPTY_HELP : 'correct the cell, or name the columns of numbers in features'
  throw csvError(name, line, `${column} must be a number that f32 holds, got ${got}`, help)
}

function labelIn(cell: string, column: string, name: string, line: number): string {
  if (cell !== '') return cell
  throw csvError(name, line, `${column} must name a class, got an empty cell`, EMPTY_HELP)
}

function finish({ name, asked, columns, rows, labels, targets, skipped }: CsvTable): CsvData {
  if (columns === undefined || rows.length === 0) {
    const got = skipped > 0 ? `${skipped} with an empty cell` : 'none'
    const help = 'check that the file is the right one and complete'
    throw csvError(name, undefined, `must have at least one row of cells, got ${got}`, help)
  }
  const width = columns.features.length
  const x = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    x.set(row, i * width)
  })
  const features = columns.features.map(column => columns.names[column]!)
  const shape = [rows.length] as const
  const arrays = { x: { shape: [rows.length, width], dtype: 'f32', data: x } } as const
  if (asked.label !== undefined) {
    const { names, numbers } = classNumbers(labels, asked.classes, name)
    const y = { shape, dtype: 'i32', data: numbers } as const
    const data = { ...arrays, y }
    return { data, features, classes: names, skipped }
  }
  if (asked.target === undefined) return { data: arrays, features, classes: [], skipped }
  const y = { shape, dtype: 'f32', data: Float32Array.from(targets) } as const
  const data = { ...arrays, y }
  return { data, features, classes: [], skipped }
}
