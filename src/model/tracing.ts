// Where ops without operands go. `constant(2)` has no operand that carries a builder, so whoever
// runs user code (a model's body, an op's forward or vjp) says what it builds into. Runs are
// synchronous and nest, so one variable with a restore is enough; it is empty outside of them.
// `calledFrom` is how a public op makes all nodes it needs nodes of the user's one call.

import type { Appender, Value } from '../ir/builder.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'

/** What random ops draw from. */
export interface Draw {
  readonly key: Value
  readonly counter: Value
  /** The number of the draw within the program; each call of `draw` gives another. */
  readonly stream: number
}

/** What user code is building into. */
export interface Tracing {
  readonly into: Appender
  /** Absent where nothing may be drawn: in the body of an op. */
  readonly draw?: (() => Draw) | undefined
}

let current: Tracing | undefined

/** Runs `body` with `tracing` as what ops without operands append to. */
export function traced<T>(tracing: Tracing, body: () => T): T {
  const outer = current
  current = tracing
  try {
    return body()
  } finally {
    current = outer
  }
}

/** What is being built. Throws E120 outside of a model's body, an op's forward and its vjp. */
export function tracingFor(subject: string, boundary: (...args: never[]) => unknown): Tracing {
  if (current !== undefined) return current
  throw new GraphError({
    code: 'E120',
    subject,
    message: 'must be called while a graph is built, got a call outside of one',
    source: captureSource(boundary),
    help: 'call it in the body of a model, layer or op',
  })
}

/** What to draw from. Throws E120 as `tracingFor`, and E121 where nothing may be drawn. */
export function drawFor(subject: string, boundary: (...args: never[]) => unknown): Draw {
  const { draw } = tracingFor(subject, boundary)
  if (draw !== undefined) return draw()
  throw new GraphError({
    code: 'E121',
    subject,
    message: 'must draw outside of the body of an op, got a call inside of one',
    source: captureSource(boundary),
    help: 'draw in the body of a model or layer, and pass the tensor to the op',
  })
}

/**
 * Runs `body` with every node that it appends to `into` attributed to the user's call of
 * the public function `boundary`: one call may make several nodes, through other public functions.
 */
export function calledFrom<T>(
  into: Appender,
  boundary: (...args: never[]) => unknown,
  body: () => T,
): T {
  return into.calledFrom === undefined ? body() : into.calledFrom(boundary, body)
}

/**
 * Runs `body`, which checks what a user wrote. An error that knows no place, since it is of a value
 * and not of a node, gets that of the user's call of `boundary`.
 */
export function placed<T>(boundary: (...args: never[]) => unknown, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof GraphError) || error.source !== undefined) throw error
    const [first, ...others] = error.diagnostics
    throw new GraphError([{ ...first!, source: captureSource(boundary) }, ...others])
  }
}
