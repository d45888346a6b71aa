// What an operation costs beside an addition. One table for lowering, which decides by it what is
// computed twice, and for estimates of time; nothing depends on the exact numbers.

import type { Scalar } from './scalar.ts'
import type { ScalarOp } from './scalar-ops.ts'

/**
 * Operations dearer than an addition, in additions. Rough numbers, by what the operation is made
 * of: an exponential or its kin is a range reduction and a polynomial of ten to twenty operations,
 * a power a logarithm and an exponential, Threefry-2x32-20 twenty rounds of four. Against loops of
 * Node 20 on a Zen 4 server, where an operation with its loads takes half a nanosecond, they are
 * within a factor of three (exp 7 ns, log 7, tanh 13, pow 45, sqrt 1.3) but for a division, which
 * takes no longer than the loads beside it.
 */
const DEAR: Readonly<Partial<Record<ScalarOp, number>>> = {
  div: 4,
  sqrt: 4,
  rsqrt: 8,
  exp: 20,
  expm1: 20,
  log: 20,
  log1p: 20,
  sin: 20,
  cos: 20,
  tanh: 20,
  erf: 20,
  pow: 40,
  threefry: 80,
  threefry2: 80,
}

/** The additions that the node takes by itself; casts and choices count too, loads do not. */
export function weightOf(node: Scalar): number {
  return node.kind === 'op' ? (DEAR[node.op] ?? 1) : 0
}
