// The errors of declarations (E126) and of the bodies of models, layers and ops (E125): what is
// declared is checked when it is declared, what a body gives when it has run.

import { GraphError } from '../support/diagnostic.ts'
import { captureSource, type SourceReference } from '../support/source.ts'

/** The public function whose caller's line an error shows. */
export type Boundary = (...args: never[]) => unknown

/** A declaration that is not well formed, at the line of the caller of `boundary`. */
export function declarationError(
  subject: string,
  message: string,
  help: string,
  boundary: Boundary,
): GraphError {
  return new GraphError({ code: 'E126', subject, message, help, source: captureSource(boundary) })
}

/** A name that is taken or not allowed, at the line of the caller of `boundary`. */
export function nameError(
  subject: string,
  message: string,
  help: string,
  boundary: Boundary,
): GraphError {
  return new GraphError({ code: 'E105', subject, message, help, source: captureSource(boundary) })
}

/** A body that gave something else than it must. */
export function bodyError(
  subject: string,
  message: string,
  help: string,
  source: SourceReference,
): GraphError {
  return new GraphError({ code: 'E125', subject, message, help, source })
}

/** What untyped code handed over, in words. */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return JSON.stringify(value) ?? typeof value
  if ('then' in value && typeof value.then === 'function') return 'a promise'
  if (ArrayBuffer.isView(value)) return 'a typed array'
  return 'an object'
}
