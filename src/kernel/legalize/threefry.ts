// Legalization: the two words of Threefry-2x32-20 as adds, xors and shifts, for targets that spell
// no generator of their own. Interning makes both words share their twenty rounds. Exact.

import { THREEFRY_PARITY, THREEFRY_ROTATIONS } from '../../support/threefry.ts'
import { add, constant, or, type Scalar, shl, shr, xor } from '../scalar.ts'

/** A `threefry` or `threefry2` in terms of simpler operations; other scalars stay as they are. */
export function legalizeThreefry(node: Scalar): Scalar {
  if (node.kind !== 'op' || (node.op !== 'threefry' && node.op !== 'threefry2')) return node
  const [k0, k1, c0, c1] = node.args
  const [first, second] = rounds([k0!, k1!], [c0!, c1!])
  return node.op === 'threefry' ? first : second
}

type Words = readonly [Scalar, Scalar]

const word = (value: number) => constant('u32', value)
const rotate = (x: Scalar, bits: number) => or(shl(x, word(bits)), shr(x, word(32 - bits)))

function rounds([k0, k1]: Words, [c0, c1]: Words): Words {
  const schedule = [k0, k1, xor(xor(k0, k1), word(THREEFRY_PARITY))]
  let x0 = add(c0, k0)
  let x1 = add(c1, k1)
  for (let group = 0; group < 5; group++) {
    for (const bits of THREEFRY_ROTATIONS[group % 2]!) {
      x0 = add(x0, x1)
      x1 = xor(rotate(x1, bits), x0)
    }
    x0 = add(x0, schedule[(group + 1) % 3]!)
    x1 = add(add(x1, schedule[(group + 2) % 3]!), word(group + 1))
  }
  return [x0, x1]
}
