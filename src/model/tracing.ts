// Where ops without operands go. `constant(2)` has no operand that carries a builder, so whoever
// runs user code (a model's body, an op's forward or vjp) says what it builds into. Runs are
// synchronous and nest, so one variable with a restore is enough; it is empty outside of them.

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
