// Which operands of an op carry a derivative, asked from its own rule on a random well-typed
// sample.

import { GraphBuilder } from '../../src/ir/builder.ts'
import { isRefusal, type Op } from '../../src/ir/op.ts'
import { drawFrom } from '../../src/ir/sample.ts'
import { fullLike } from '../../src/ops/creation.ts'
import { isFloat } from '../../src/support/dtype.ts'

/** Samples tried: an op may accept integers, of which no derivative is asked. */
const ATTEMPTS = 24

/** What the table of ops says: the operands with a derivative, where it comes from, or `none`. */
export function derivativeText(op: Op): string {
  if (op.vjp === undefined) return op.body === undefined ? 'none' : 'from the body'
  const names = new Set<string>()
  for (let seed = 0; seed < ATTEMPTS; seed++) {
    for (const position of differentiable(op, seed)) {
      names.add(op.variadic ? `every ${op.operands[0]}` : op.operands[position]!)
    }
  }
  return names.size === 0 ? 'none' : [...names].join(', ')
}

/** Positions of the float operands for which the rule answers a value on the sample of `seed`. */
function differentiable(op: Op, seed: number): number[] {
  const sample = op.samples(drawFrom(seed))
  const builder = new GraphBuilder()
  const operands = sample.operands.map(({ type }, i) => builder.input(`x${i}`, type))
  const outs = builder.append(op, operands, sample.attributes)
  if (!outs.some(out => isFloat(out.type.dtype))) return []
  const cts = outs.map(out => (isFloat(out.type.dtype) ? fullLike(out, 1) : undefined))
  const answers = op.vjp!({ operands, outs, cts, attributes: sample.attributes })
  return answers.flatMap((answer, i) => {
    const carries = isFloat(operands[i]!.type.dtype) && !isRefusal(answer)
    return carries ? [i] : []
  })
}
