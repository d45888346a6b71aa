// Simplification after a substitution: `else` goes where the new index is proved inside its buffer,
// and a load that is always outside becomes its `else`. Index expressions simplify themselves.

import { isWithin } from './coverage.ts'
import { type Index, range } from './index.ts'
import { asLoops, type Kernel } from './kernel.ts'
import { load, type Scalar } from './scalar.ts'
import { mapScalars } from './substitute.ts'
import { holdsAtom } from './uses.ts'

/** The kernel without conditions that ranges decide. */
export function simplifyKernel<K extends Kernel>(kernel: K): K {
  const { params, rows } = asLoops(kernel)
  const shapes = new Map([...params, ...rows].map(({ name, shape }) => [name, shape]))
  return mapScalars<K>(kernel, node => {
    const shape = node.kind === 'load' ? shapes.get(node.buffer) : undefined
    return shape === undefined ? node : simplifyLoad(node, shape)
  })
}

function simplifyLoad(node: Scalar, shape: readonly number[]): Scalar {
  if (node.kind !== 'load' || node.fill === undefined) return node
  const isProved = (e: Index, d: number) =>
    !holdsAtom(e, 'exact') && !holdsAtom(e, 'value') && isWithin(e, shape[d]!)
  if (node.index.every(isProved)) return load(node.type, node.buffer, node.index)
  return node.index.some((e, d) => isOutside(e, shape[d]!)) ? node.fill : node
}

function isOutside(e: Index, size: number): boolean {
  const [low, high] = range(e)
  return high < 0 || low >= size || low > high
}
