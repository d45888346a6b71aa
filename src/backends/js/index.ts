// The JavaScript backend: every kernel becomes a function over typed arrays. It runs wherever text
// may become code, has all element types, and computes in double between a load and a store.

import type { Program } from '../../kernel/program.ts'
import type { Target } from '../../kernel/target.ts'
import { invariant } from '../../support/diagnostic.ts'
import { DTYPE_NAMES, type TypedArray } from '../../support/dtype.ts'
import type { Backend, Memory } from '../backend.ts'
import { JsMemory } from './memory.ts'
import { JsProgram } from './runtime.ts'

/** What plain JavaScript can do. A row may be large: to compute a value twice costs more. */
const target: Target = {
  name: 'js',
  dtypes: DTYPE_NAMES,
  rowBytes: 2 ** 24,
  maxBindings: 256,
  alignmentBytes: 16,
  lanes: 1,
  minPoints: 1,
  // Estimates, from one core of a Zen 4 server under Node 20: a product of 256 by 256 matrices; the
  // middle of exp, tanh, softmax, a mean and Adam over a million numbers; a multiplication and
  // addition of 4 million, less its arithmetic; kernels of one element.
  rates: { contractGflops: 5, loopGflops: 2, gbps: 12, launchMs: 0.0001 },
}

/** Runs programs as JavaScript functions. */
export const js: Backend = {
  target,
  memory: stateBytes => new JsMemory(stateBytes),
  load: (program: Program, memory: Memory, constants: ReadonlyMap<string, TypedArray>) => {
    invariant(memory instanceof JsMemory, "target 'js'", 'needs memory of its own making')
    return new JsProgram(program, memory, constants)
  },
}
