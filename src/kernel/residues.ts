// The axis split by residue class. A contract whose maps hold exact(e, k), the gradient of a
// strided convolution, computes k - 1 zeros for every term that counts. Splitting a row axis and a
// summed axis by their residues modulo k leaves k^d contracts whose maps are affine, and no zeros.

import { type Axis, addIndex, axisIndex, type DivisionAtom, index, scaleIndex } from './index.ts'
import type { Contract } from './kernel.ts'
import type { LoadScalar, Scalar } from './scalar.ts'
import { simplifyKernel } from './simplify.ts'
import { Rewriter } from './substitute.ts'
import { loadsOf } from './uses.ts'

/**
 * The contracts that together do what `contract` does, one per residue class, each storing its own
 * elements. The contract itself where nothing can be split: no exact division, or one whose
 * undefined terms are not certain to be zero.
 */
export function splitResidues(contract: Contract): readonly Contract[] {
  const found = splitOf(contract)
  if (found === undefined) return [contract]
  const { free, by } = found
  const residues = Array.from({ length: Math.min(by, free.extent) }, (_, residue) => residue)
  return residues.flatMap(residue => splitResidues(restrict(contract, found, residue)))
}

/** Which division to remove, by the residues of a free axis and of a summed one. */
interface Split {
  readonly by: number
  readonly constant: number
  readonly free: Axis
  readonly freeScale: number
  readonly summed: Axis
  readonly summedScale: number
}

function splitOf(contract: Contract): Split | undefined {
  for (const factor of [contract.left, contract.right]) {
    for (const node of loadsOf([factor])) {
      for (const { of } of node.index.flatMap(e => e.terms)) {
        if (of.kind !== 'exact' || !isZeroWithout(factor, node)) continue
        const split = axesOfSplit(contract, of)
        if (split !== undefined) return split
      }
    }
  }
  return undefined
}

/**
 * exact(a·free + b·summed + constant, by), one free and one summed axis. For every residue of the
 * free axis exactly one residue of the summed one divides, which needs b to be a unit modulo `by`.
 */
function axesOfSplit(contract: Contract, { of, by }: DivisionAtom): Split | undefined {
  const terms = of.terms.flatMap(term =>
    term.of.kind === 'axis' ? [{ scale: term.scale, axis: term.of.axis }] : [],
  )
  const isIn = (list: readonly Axis[], { name }: Axis) => list.some(axis => axis.name === name)
  const outside = [...contract.batch, ...contract.rows, ...contract.cols]
  const free = terms.find(({ axis }) => isIn(outside, axis))
  const summed = terms.find(({ axis }) => isIn(contract.over, axis))
  if (of.terms.length !== 2 || free === undefined || summed === undefined) return undefined
  if (divisor(summed.scale, by) !== 1) return undefined
  return {
    by,
    constant: of.constant,
    free: free.axis,
    freeScale: free.scale,
    summed: summed.axis,
    summedScale: summed.scale,
  }
}

function restrict(contract: Contract, split: Split, residue: number): Contract {
  const { by, free, summed } = split
  const other = matching(split, residue)
  const parts = new Map([
    [free.name, { axis: residueAxis(free, by, residue), residue }],
    [summed.name, { axis: residueAxis(summed, by, other), residue: other }],
  ])
  const rewriter = new Rewriter({
    axis: axis => {
      const part = parts.get(axis.name)
      if (part === undefined) return axisIndex(axis)
      return addIndex(scaleIndex(axisIndex(part.axis), by), index(part.residue))
    },
  })
  const axes = (list: readonly Axis[]) => list.map(axis => parts.get(axis.name)?.axis ?? axis)
  return simplifyKernel({
    ...contract,
    name: `${contract.name}_${residue}`,
    batch: axes(contract.batch),
    rows: axes(contract.rows),
    cols: axes(contract.cols),
    over: axes(contract.over),
    left: rewriter.scalar(contract.left),
    right: rewriter.scalar(contract.right),
    body: contract.body.map(store => rewriter.store(store)),
  })
}

/** The residue of the summed axis for which the division is exact. */
function matching({ by, constant, freeScale, summedScale }: Split, residue: number): number {
  const isExact = (r: number) => (freeScale * residue + summedScale * r + constant) % by === 0
  let r = 0
  while (!isExact(r)) r++
  return r
}

/** The positions residue, residue + by, … of an axis, as an axis. */
function residueAxis({ name, extent }: Axis, by: number, residue: number): Axis {
  return { name, extent: Math.max(0, Math.ceil((extent - residue) / by)) }
}

/** Whether `node` is certainly 0 where the load is filled: the term then adds nothing. */
function isZeroWithout(node: Scalar, filled: LoadScalar): boolean {
  const isZero = (inner: Scalar | undefined) => inner !== undefined && isZeroWithout(inner, filled)
  if (node.kind === 'const') return node.value === 0
  if (node === filled) return isZero(filled.fill)
  if (node.kind !== 'op') return false
  if (node.op === 'mul') return node.args.some(isZero)
  if (node.op === 'select') return node.args.slice(1).every(isZero)
  return node.op === 'neg' && isZero(node.args[0])
}

const divisor = (a: number, b: number): number => (b === 0 ? Math.abs(a) : divisor(b, a % b))
