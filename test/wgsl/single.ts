// Kernels with f32 in place of f64: the generator of random kernels writes both, WGSL has one.

import { asLoops, type Kernel, type Loops } from '../../src/kernel/kernel.ts'
import { acc, constant, load, op, type Scalar } from '../../src/kernel/scalar.ts'
import { mapScalars } from '../../src/kernel/substitute.ts'
import type { DTypeName } from '../../src/support/dtype.ts'

const single = (type: DTypeName): DTypeName => (type === 'f64' ? 'f32' : type)

function inSingle(node: Scalar): Scalar {
  if (node.kind === 'op') return node.op === 'f64' ? op('f32', node.args) : node
  if (node.type !== 'f64') return node
  if (node.kind === 'const') return constant('f32', node.value)
  if (node.kind === 'load') return load('f32', node.buffer, node.index, node.fill)
  return node.kind === 'acc' ? acc('f32', node.name) : node
}

/** The kernel in f32. */
export function singlePrecision(kernel: Kernel): Loops {
  const loops = mapScalars(asLoops(kernel), inSingle)
  return {
    ...loops,
    params: loops.params.map(param => ({ ...param, type: single(param.type) })),
    rows: loops.rows.map(row => ({ ...row, type: single(row.type) })),
  }
}
