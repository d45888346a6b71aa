// The CSV reader: columns by name, classes and targets, quotes, line breaks and marks of every
// kind; and for what does not fit, the line and the cell.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { type CsvOptions, exampleCount, loadCsv, parseCsv } from '../../src/data/index.ts'
import { ParseError } from '../../src/support/diagnostic.ts'
import { runs } from '../counts.ts'

const IRIS = `sepal,petal,species
5.1,1.4,setosa
7.0,4.7,versicolor
6.3,6.0,virginica
4.9,1.5,setosa
`

async function refusal(promise: Promise<unknown>): Promise<ParseError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ParseError)
  return error as ParseError
}

const refused = (text: string | Uint8Array, options: CsvOptions = {}) =>
  refusal(parseCsv(text, options))

describe('parseCsv', () => {
  it('makes features, classes and their numbers', async () => {
    const { data, features, classes, skipped } = await parseCsv(IRIS, { label: 'species' })
    expect(features).toEqual(['sepal', 'petal'])
    expect(classes).toEqual(['setosa', 'versicolor', 'virginica'])
    expect(data.x).toEqual({
      shape: [4, 2],
      dtype: 'f32',
      data: Float32Array.of(5.1, 1.4, 7, 4.7, 6.3, 6, 4.9, 1.5),
    })
    expect(data.y).toEqual({ shape: [4], dtype: 'i32', data: Int32Array.of(0, 1, 2, 0) })
    expect([exampleCount(data), skipped]).toEqual([4, 0])
  })

  it('makes a target of a column of numbers, and nothing where neither is asked for', async () => {
    const { data, features } = await parseCsv('a,b,c\n1,2,3\n4,5,-.5e1', { target: 'b' })
    expect(features).toEqual(['a', 'c'])
    expect([...data.x.data]).toEqual([1, 3, 4, -5])
    expect(data.y).toEqual({ shape: [2], dtype: 'f32', data: Float32Array.of(2, 5) })
    const bare = await parseCsv('a,b\n1,2')
    expect(Object.keys(bare.data)).toEqual(['x'])
  })

  it('types what it makes by what is asked for', async () => {
    const label = await parseCsv(IRIS, { label: 'species' })
    expectTypeOf(label.data.y.dtype).toEqualTypeOf<'i32'>()
    const target = await parseCsv(IRIS, { target: 'petal', features: ['sepal'] })
    expectTypeOf(target.data.y.dtype).toEqualTypeOf<'f32'>()
    const bare = await parseCsv(IRIS, { features: ['sepal'] })
    expectTypeOf(bare.data).not.toHaveProperty('y')
    const made = [label.data.y.dtype, target.data.y.dtype, 'y' in bare.data]
    expect(made).toEqual(['i32', 'f32', false])
  })

  it('takes columns by name, in the order asked for', async () => {
    const options = { features: ['petal', 'sepal'], target: undefined }
    const { data, features } = await parseCsv(IRIS, options)
    expect(features).toEqual(['petal', 'sepal'])
    expect([...data.x.data].slice(0, 2)).toEqual([1.4, 5.1].map(Math.fround))
  })

  it('names the columns of data without a header line', async () => {
    const { data } = await parseCsv('1;x\n2;y\n', {
      columns: ['n', 'k'],
      delimiter: ';',
      label: 'k',
    })
    expect([...data.x.data, ...data.y.data]).toEqual([1, 2, 0, 1])
  })

  it.each([
    ['a byte order mark', `\ufeff${IRIS}`],
    ['a byte order mark in bytes', new TextEncoder().encode(`\ufeff${IRIS}`)],
    ['line ends of Windows', IRIS.replaceAll('\n', '\r\n')],
    ['line ends of old Macs', IRIS.replaceAll('\n', '\r')],
    ['no last line end', IRIS.trimEnd()],
    ['empty lines', IRIS.replaceAll('\n', '\n\n')],
    ['blanks around cells', IRIS.replaceAll(',', ' ,\t')],
    ['quotes', IRIS.replace(/[^,\n]+/g, '"$&"')],
  ])('reads the same with %s', async (_, text) => {
    expect(await parseCsv(text, { label: 'species' })).toEqual(
      await parseCsv(IRIS, { label: 'species' }),
    )
  })

  it('reads commas, quotes and line breaks within quotes', async () => {
    const text = 'n,"the, name"\n1,"a ""b"" c"\n2,"x,\ny"\n'
    const { classes } = await parseCsv(text, { label: 'the, name' })
    expect(classes).toEqual(['a "b" c', 'x,\ny'])
  })

  it('reads back any numbers and any names', async () => {
    const name = fc.string({ minLength: 1, maxLength: 8 }).map(text => `·${text}·`)
    const row = fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), name)
    const table = fc.array(row, { minLength: 1, maxLength: 12 })
    const back = fc.asyncProperty(table, async rows => {
      const quoted = rows.map(([n, text]) => `${n},"${text.replaceAll('"', '""')}"`)
      const { data, classes } = await parseCsv(['n,k', ...quoted].join('\n'), { label: 'k' })
      expect([...data.x.data]).toEqual(rows.map(([n]) => n + 0))
      const names = rows.map(([, text]) => text.replace(/\r\n?/g, '\n'))
      expect(Array.from(data.y.data, number => classes[number])).toEqual(names)
    })
    await fc.assert(back, runs())
  })

  it('never answers but with data, E311 or E312, whatever the text', async () => {
    const piece = fc.constantFrom('a', 'b', '1', '-2.5', ',', '\n', '\r', '"', ' ', '\ufeff', ';')
    const text = fc.array(piece, { maxLength: 30 }).map(pieces => `a,b\n${pieces.join('')}`)
    const answers = fc.asyncProperty(text, async given => {
      const outcome = await parseCsv(given, { label: 'b', classes: 3 }).catch(
        (error: unknown) => error,
      )
      if (!(outcome instanceof Error)) return
      expect(outcome).toBeInstanceOf(ParseError)
      expect(['E311', 'E312']).toContain((outcome as ParseError).code)
    })
    await fc.assert(answers, runs())
  })
})

describe('classes', () => {
  it('are numbered by size where all are numbers, else in order', async () => {
    const numbers = await parseCsv('n,k\n0,10\n0,9\n0,-1', { label: 'k' })
    expect(numbers.classes).toEqual(['-1', '9', '10'])
    const names = await parseCsv('n,k\n0,b\n0,B\n0,10', { label: 'k' })
    expect(names.classes).toEqual(['10', 'B', 'b'])
  })

  it('have the order that is given', async () => {
    const classes = ['virginica', 'setosa', 'versicolor', 'other']
    const read = await parseCsv(IRIS, { label: 'species', classes })
    expect([...read.data.y.data]).toEqual([1, 2, 0, 1])
    expect(read.classes).toEqual(classes)
  })

  it('are numbers already where only their count is given', async () => {
    const { data, classes } = await parseCsv('n,k\n0,2\n0,0.0\n0,01', { label: 'k', classes: 3 })
    expect([...data.y.data]).toEqual([2, 0, 1])
    expect(classes).toEqual(['0', '1', '2'])
  })

  it.each([
    [3, '3', 'a label must be an integer from 0 to 2, got "3"'],
    [3, '-1', 'a label must be an integer from 0 to 2, got "-1"'],
    [3, '1.5', 'a label must be an integer from 0 to 2, got "1.5"'],
    [3, 'cat', 'a label must be an integer from 0 to 2, got "cat"'],
    [['cat', 'dog'], 'cst', 'a label must be cat or dog, got "cst"\n  help: write cat'],
    [['cat', 'dog'], 'horse', 'a label must be cat or dog, got "horse"\n  help: add it to classes'],
  ])('%j refuse the label %s with its line', async (classes, label, sentence) => {
    const error = await refused(`n,k\n\n0,${label}`, { label: 'k', classes })
    expect(error.code).toBe('E312')
    expect(error.message).toContain(`E312 CSV data:3: ${sentence}`)
  })
})

describe('a row that does not fit', () => {
  it('is named with its line and what is missing or too much', async () => {
    expect(
      (await refused('a,b,c\n1,2,3\n\n4,5\n', { name: 'data.csv' })).message,
    ).toMatchInlineSnapshot(`
      "E311 data.csv:4: a row must have 3 cells, got 2
        help: the cell of c is the first that is not there"
    `)
    expect((await refused('a,b\n1,2\n1,2,3\n')).message).toMatchInlineSnapshot(`
      "E311 CSV data:3: a row must have 2 cells, got 3
        help: "3" is one too many; put a cell with commas in quotes"
    `)
  })

  it('is counted in lines of the file, line breaks in quotes included', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = ['a,b', '1,"x', '', 'y"', '', '2,z', 'wrong,w']
      const error = await refused(lines.join(end), { label: 'b' })
      expect(error.message).toContain('E311 CSV data:7: a must be a number that f32 holds')
    }
  })

  it.each([
    ['abc', '"abc"'],
    ['', 'an empty cell'],
    ['1,5', '"1,5"'],
    ['0x10', '"0x10"'],
    ['1e', '"1e"'],
    ['Infinity', '"Infinity"'],
    ['NaN', '"NaN"'],
    ['1e39', '"1e39"'],
    ['.', '"."'],
    ['1 000', '"1 000"'],
  ])('is one with %j for a number', async (cell, got) => {
    const error = await refused(`a,b\n"1","2"\n"3","${cell}"`)
    expect(error.code).toBe('E311')
    expect(error.message).toContain(`CSV data:3: b must be a number that f32 holds, got ${got}`)
  })

  it('is one with an empty cell, unless such rows are to be left out', async () => {
    const text = 'a,b,note\n1,x,\n,y,\n3,,n\n4,y,\n'
    const options = { features: ['a'], label: 'b' }
    expect((await refused(text, options)).message).toContain(
      'leave such rows out with empty: "skip"',
    )
    const { data, skipped } = await parseCsv(text, { ...options, empty: 'skip' })
    expect([...data.x.data, ...data.y.data, skipped]).toEqual([1, 4, 0, 1, 2])
    const error = await refused('a,b\n1,\n', { label: 'b' })
    expect(error.message).toContain('CSV data:2: b must name a class, got an empty cell')
  })

  it('is one with a misplaced quote', async () => {
    const open = await refused('a,b\n1,2\n3,"4\n5,6\n')
    expect(open.message).toContain('CSV data:3: a quote must be closed, got the end of the data')
    const begins = await refused('a,b\n1,2\n3,4"5\n')
    expect(begins.message).toContain('CSV data:3: a quote in a cell must begin it, got one within')
    const ends = await refused('a,b\n1,2\n3,"4"5\n')
    expect(ends.message).toContain('CSV data:3: a quote in a cell must end it, got one within')
  })
})

describe('CSV data that does not fit', () => {
  it.each([
    ['', {}, 'must have at least one row of cells, got none'],
    ['a,b\n', {}, 'must have at least one row of cells, got none'],
    ['a\n""\n', { empty: 'skip' }, 'must have at least one row of cells, got 1 with an empty cell'],
    ['a,b,a\n', {}, 'every column must have a name of its own, got "a" twice'],
    [
      IRIS,
      { label: 'specis' },
      'must be sepal, petal or species, got specis\n  help: write species',
    ],
    [IRIS, { features: ['width'] }, 'got width\n  help: pass one of these names'],
    [IRIS, { label: 'species', target: 'petal' }, 'got both label and target'],
    [IRIS, { features: ['sepal'], target: 'sepal' }, 'must be no feature, got sepal as both'],
    [IRIS, { delimiter: '' }, 'the delimiter must be one character, got ""'],
    [IRIS, { delimiter: ', ' }, 'the delimiter must be one character, got ", "'],
    [Uint8Array.of(0x61, 0xff, 0x0a), {}, 'bytes must be UTF-8, got others'],
  ] as [string | Uint8Array, CsvOptions, string][])('is refused: %j with %j', async (...given) => {
    const [text, options, sentence] = given
    const error = await refused(text, options)
    expect(error.code).toBe('E311')
    expect(error.message).toContain(sentence)
  })
})

describe('loadCsv', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradc-csv-'))
    writeFileSync(join(folder, 'iris.csv'), IRIS)
    writeFileSync(join(folder, 'cut.csv'), IRIS.slice(0, 38))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('reads a file', async () => {
    const read = await loadCsv(join(folder, 'iris.csv'), { label: 'species' })
    expect(read).toEqual(await parseCsv(IRIS, { label: 'species' }))
  })

  it('names the file that is not there, or not as it should be', async () => {
    const absent = join(folder, 'absent.csv')
    const missing = await refusal(loadCsv(absent))
    expect(missing.message).toContain(
      `E310 ${absent}: must be a file that can be read, got no such`,
    )
    const cut = join(folder, 'cut.csv')
    const short = await refusal(loadCsv(cut, { features: ['sepal'] }))
    expect(short.message).toContain(`E311 ${cut}:3: a row must have 3 cells, got 1`)
  })
})
