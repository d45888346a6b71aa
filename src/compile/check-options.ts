// Options come from untyped code too, and one that nobody reads is a mistake that nobody sees.

import { GraphError, nearest } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'
import type { Boundary } from './feed.ts'

/**
 * Throws E137 where `options` holds a name that is none of `known`, at the line of the caller of
 * `boundary`.
 */
export function checkOptions(
  subject: string,
  options: unknown,
  known: readonly string[],
  boundary: Boundary,
): void {
  const given = typeof options === 'object' && options !== null ? Object.keys(options) : undefined
  const unknown = given?.find(name => !known.includes(name))
  if (given !== undefined && unknown === undefined) return
  const near = unknown === undefined ? undefined : nearest(unknown, known)
  const got = given === undefined ? String(options) : `"${unknown}"`
  throw new GraphError({
    code: 'E137',
    subject,
    message: `options must be among ${known.join(', ')}, got ${got}`,
    source: captureSource(boundary),
    help: near === undefined ? 'leave it out' : `did you mean ${near}?`,
  })
}

const DEBUG_OPTIONS = ['verify', 'checkRewrites', 'nanGuard', 'poison']

/** Throws E137 where `debug` is given and holds a name that is no debug mode. */
export function checkDebug(debug: unknown, boundary: Boundary): void {
  if (debug !== undefined) checkOptions('debug', debug, DEBUG_OPTIONS, boundary)
}
