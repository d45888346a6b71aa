// Rule K10: the roles of a contract. Part of the verifier; the checklist is in verify.ts.

import { isFloat } from '../support/dtype.ts'
import type { Axis } from './index.ts'
import type { Contract } from './kernel.ts'
import type { Scalar } from './scalar.ts'
import { needsOf } from './uses.ts'
import type { Findings } from './verify-findings.ts'

/** Checks K10, except for `over` axes in the epilogue, which are found with the names. */
export function verifyContract(contract: Contract, findings: Findings): void {
  const add = (message: string) => findings.add('K10', message, contract.over)
  const stored = new Set(contract.body.map(store => store.buffer))
  const check = (side: string, factor: Scalar, role: string, barred: readonly Axis[]) => {
    const { axes, buffers } = needsOf(factor)
    for (const { name } of barred) {
      if (axes.has(name)) add(`the ${side} factor needs no ${role} axis, got ${name}`)
    }
    for (const name of buffers) {
      if (stored.has(name)) add(`the ${side} factor loads ${name}, which the epilogue stores`)
    }
  }
  check('left', contract.left, 'column', contract.cols)
  check('right', contract.right, 'row', contract.rows)
  const { type } = contract.left
  if (!isFloat(type)) add(`the accumulator needs a float, got ${type}`)
}
