// What an operation costs beside an addition. One table for lowering, which decides by it what is
// computed twice, and for estimates of time; nothing depends on the exact numbers.

import type { Scalar } from './scalar.ts'
import type { ScalarOp } from './scalar-ops.ts'

/**
 * Operations dearer than an addition, in additions. Where the numbers come from: a division or a
 * root has about four times the reciprocal throughput of an addition, in vectors of single precision
 * (Fog, "Instruction tables", 2024, Zen 4: divps 3 to 5 cycles, sqrtps 4 to 5, addps 1/2 to 1); an
 * exponential or its kin is a range reduction and a polynomial of ten to twenty operations; a power
 * is a logarithm and an exponential; Threefry-2x32-20 is 20 rounds of four integer operations.
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
