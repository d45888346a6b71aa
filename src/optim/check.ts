// Options of optimizers, checked when the optimizer is made: a wrong one would only show as a loss
// that does not fall.

import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'

type Boundary = (...args: never[]) => unknown

/** Throws E137 where a learning rate is not a finite number. */
export function checkRate(subject: string, rate: number, boundary: Boundary): void {
  if (Number.isFinite(rate)) return
  throw wrong(subject, 'learning rate', 'a finite number', rate, 'try 1e-3', boundary)
}

/** Throws E137 where an option is not in [0, 1). */
export function checkFraction(
  subject: string,
  name: string,
  value: number,
  boundary: Boundary,
): void {
  if (value >= 0 && value < 1) return
  throw wrong(subject, name, 'in [0, 1)', value, 'try 0.9', boundary)
}

/** Throws E137 where an option is not a positive finite number. */
export function checkPositive(
  subject: string,
  name: string,
  value: number,
  boundary: Boundary,
): void {
  if (value > 0 && Number.isFinite(value)) return
  throw wrong(subject, name, 'a positive number', value, 'try 1e-8', boundary)
}

function wrong(
  subject: string,
  name: string,
  needs: string,
  got: unknown,
  help: string,
  boundary: Boundary,
): GraphError {
  return new GraphError({
    code: 'E137',
    subject,
    message: `${name} must be ${needs}, got ${String(got)}`,
    source: captureSource(boundary),
    help,
  })
}
