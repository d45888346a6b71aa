// Which columns of CSV data are used, and for what: by name, from the header line or from a list of
// names given instead.

import { nearest, oneOf } from '../support/diagnostic.ts'
import type { CsvOptions } from './csv.ts'
import { csvError } from './csv-rows.ts'

/** The columns in use, as positions in a row. */
export interface CsvColumns {
  /** Of all columns, in use or not. */
  readonly names: readonly string[]
  readonly features: readonly number[]
  /** Where label or target stands, if one is asked for. */
  readonly answer: number | undefined
  /** The features, and the answer where there is one. */
  readonly used: readonly number[]
}

/**
 * The positions of what is asked for. Throws E311 where a column is not there, is there twice, or
 * is both a feature and what is to be predicted.
 */
export function chooseColumns(
  names: readonly string[],
  asked: CsvOptions,
  name: string,
): CsvColumns {
  const refuse = (message: string, help: string) => csvError(name, undefined, message, help)
  const positions = new Map(names.map((column, i) => [column, i]))
  const twice = names.find((column, i) => positions.get(column) !== i)
  if (twice !== undefined) {
    const message = `every column must have a name of its own, got ${JSON.stringify(twice)} twice`
    throw refuse(message, 'rename one of them, or pass names in columns if there is no header line')
  }
  if (asked.label !== undefined && asked.target !== undefined) {
    throw refuse(
      'one column is predicted, got both label and target',
      'pass label for a class, or target for a number',
    )
  }
  const positionOf = (column: string) => {
    const position = positions.get(column)
    if (position !== undefined) return position
    const near = nearest(column, names)
    const help = near === undefined ? 'pass one of these names' : `write ${near}`
    throw refuse(`a column must be ${oneOf(names)}, got ${column}`, help)
  }
  const predicted = asked.label ?? asked.target
  const answer = predicted === undefined ? undefined : positionOf(predicted)
  const features = (asked.features ?? names.filter(column => column !== predicted)).map(positionOf)
  if (answer === undefined) return { names, features, answer, used: features }
  if (!features.includes(answer)) return { names, features, answer, used: [...features, answer] }
  const message = `what is predicted must be no feature, got ${predicted} as both`
  throw refuse(message, `leave ${predicted} out of features`)
}
