// Generated code as a function of this process. This is the one place where text becomes code, and
// the one that a content-security policy can refuse.

import { UnsupportedError } from '../../support/diagnostic.ts'
import type { TypedArray } from '../../support/dtype.ts'
import { erf } from '../../support/erf.ts'
import { shortExp, shortExpm1, shortTanh } from '../../support/exponential.ts'
import { roundHalfEven } from '../../support/half-even.ts'

/** What kernels work in: doubles in plain arrays, everything else in typed ones. */
export type WorkArray = TypedArray | number[]

/** Runs a program once on the arrays of its buffers and the workspaces of its kernels. */
export type Step = (b: readonly TypedArray[], w: readonly WorkArray[]) => void

/** What generated code calls that JavaScript does not have, or has at twice the price. */
const SUPPORT = { erf, roundHalfEven, shortExp, shortExpm1, shortTanh }

/** Programs made so far; a debugger and a profile show each under its number. */
let made = 0

/**
 * What the module `source` answers: its `step`, or its launches. No two modules are one text: V8
 * shares the code of functions made from equal text, and from the third on it entered their loops
 * anew in every call, which took a third of the speed of a matrix product.
 */
export function compileModule<T = Step>(source: string): T {
  const named = `${source}\n//# sourceURL=gradc-program-${++made}.js`
  const build = generated<T>([...Object.keys(SUPPORT), named])
  return build(...Object.values(SUPPORT))
}

function generated<T>(parametersAndBody: readonly string[]): (...support: unknown[]) => T {
  try {
    return new Function(...parametersAndBody) as (...support: unknown[]) => T
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    throw new UnsupportedError({
      code: 'E502',
      subject: "target 'js'",
      message: `needs leave to make functions from text, got a refusal: ${error.message}`,
      help: "use target 'wasm', build a script ahead of time, or allow 'unsafe-eval'",
    })
  }
}
