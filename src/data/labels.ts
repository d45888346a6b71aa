// Labels: the classes of examples as numbers from 0, whether they come as numbers or by name.
// Everything that takes labels checks them here, so one mistake has one sentence.

import { nearest, oneOf, ParseError } from '../support/diagnostic.ts'

/** Names of classes in the order of their numbers, or how many classes there are. */
export type Classes = number | readonly string[]

/** A label as text, and the line it stands on. */
export interface NamedLabel {
  readonly text: string
  readonly line: number
}

const outOfRange = (subject: string, message: string, help: string) =>
  new ParseError({ code: 'E312', subject, message, help })

/** Throws E312 unless every label is an integer from 0 up to, but without, `classes`. */
export function checkLabels(labels: ArrayLike<number>, classes: number, subject: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (Number.isInteger(label) && label >= 0 && label < classes) continue
    const message = `${rangeText(classes)}, got ${label} at example ${i}`
    throw outOfRange(subject, message, 'number the classes from 0, or give their right number')
  }
}

const rangeText = (classes: number) =>
  Number.isFinite(classes)
    ? `a label must be an integer from 0 to ${classes - 1}`
    : 'a label must be an integer from 0 on'

/** Classes by name, and the number of each label. */
export interface NumberedLabels {
  readonly names: readonly string[]
  readonly numbers: Int32Array
}

/**
 * The numbers of labels that are text. Without `classes`, the different labels in order are the
 * classes. Throws E312, with the line, where a label is none of the classes.
 */
export function classNumbers(
  labels: readonly NamedLabel[],
  classes: Classes | undefined,
  name: string,
): NumberedLabels {
  const names = namesOf(labels, classes)
  const numberOf = new Map(names.map((text, number) => [text, number]))
  const numbers = Int32Array.from(labels, ({ text, line }) => {
    const number = numberOf.get(typeof classes === 'number' ? plain(text) : text)
    if (number === undefined) throw unknownClass(text, names, classes, `${name}:${line}`)
    return number
  })
  return { names, numbers }
}

function namesOf(labels: readonly NamedLabel[], classes: Classes | undefined): readonly string[] {
  if (typeof classes === 'number') return Array.from({ length: classes }, (_, i) => String(i))
  if (classes !== undefined) return classes
  const different = [...new Set(labels.map(({ text }) => text))]
  if (different.every(isNumber)) return different.sort((a, b) => Number(a) - Number(b))
  return different.sort()
}

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text))

/** The one way to write an integer: `3` of `03` and of `3.0`. */
const plain = (text: string) => (isNumber(text) ? String(Number(text)) : text)

function unknownClass(
  text: string,
  names: readonly string[],
  classes: Classes | undefined,
  subject: string,
): ParseError {
  const got = JSON.stringify(text)
  if (typeof classes === 'number') {
    const help = 'number the classes from 0, or list their names in classes'
    return outOfRange(subject, `${rangeText(classes)}, got ${got}`, help)
  }
  const near = nearest(text, names)
  const help = near === undefined ? 'add it to classes, or correct it' : `write ${near}`
  return outOfRange(subject, `a label must be ${oneOf(names)}, got ${got}`, help)
}
