// The axis split by residue class. A contract whose maps hold exact(e, k), the gradient of a
// strided convolution, computes k - 1 zeros for every term that counts. Splitting a row axis and a
// summed axis by their residues modulo k leaves k^d contracts whose maps are affine, and no zeros.
// A class without any term, as under a stride beyond the kernel, sums over nothing.

import { greatestCommonDivisor } from '../support/integers.ts'
import { type Axis, addIndex, axisIndex, type DivisionAtom, index, scaleIndex } from './index.ts'
import type { Contract } from './kernel.ts'
import { type LoadScalar, type Scalar, zero } from './scalar.ts'
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
  const count = free === undefined ? 1 : Math.min(by, free.axis.extent)
  const residues = Array.from({ length: count }, (_, residue) => residue)
  return residues.flatMap(residue => splitResidues(restrict(contract, found, residue)))
}

/** Which division to remove: by the residues of a free axis, of a summed one, or of both. */
interface Split {
  readonly by: number
  readonly constant: number
  readonly free: ScaledAxis | undefined
  readonly summed: ScaledAxis | undefined
  /** What the residue of the summed axis is taken by; `by` unless its scale divides it. */
  readonly period: number
}

interface ScaledAxis {
  readonly axis: Axis
  readonly scale: number
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
 * exact(a·free + b·summed + constant, by): for every residue of the free axis, the summed one has
 * one residue for which the division is exact, or none. Either axis may be missing.
 */
function axesOfSplit(contract: Contract, { of, by }: DivisionAtom): Split | undefined {
  const terms = of.terms.flatMap(term =>
    term.of.kind === 'axis' ? [{ scale: term.scale, axis: term.of.axis }] : [],
  )
  const isIn = (list: readonly Axis[], { name }: Axis) => list.some(axis => axis.name === name)
  const summed = terms.filter(({ axis }) => isIn(contract.over, axis))
  const free = terms.filter(({ axis }) => !isIn(contract.over, axis))
  if (terms.length < of.terms.length || free.length > 1 || summed.length > 1) return undefined
  const period = by / greatestCommonDivisor(Math.abs(summed[0]?.scale ?? by), by)
  return { by, constant: of.constant, free: free[0], summed: summed[0], period }
}

function restrict(contract: Contract, split: Split, residue: number): Contract {
  const { by, free, summed, period } = split
  const other = matching(split, residue)
  const parts = new Map<string, Part>()
  if (free !== undefined) parts.set(free.axis.name, partOf(free.axis, by, residue))
  if (summed !== undefined && other !== undefined) {
    parts.set(summed.axis.name, partOf(summed.axis, period, other))
  }
  const rewriter = new Rewriter({
    axis: axis => {
      const part = parts.get(axis.name)
      if (part === undefined) return axisIndex(axis)
      return addIndex(scaleIndex(axisIndex(part.axis), part.by), index(part.residue))
    },
  })
  const axes = (list: readonly Axis[]) => list.map(axis => parts.get(axis.name)?.axis ?? axis)
  const name = free === undefined ? contract.name : `${contract.name}_${residue}`
  const over = axes(contract.over)
  return simplifyKernel({
    ...contract,
    name,
    batch: axes(contract.batch),
    rows: axes(contract.rows),
    cols: axes(contract.cols),
    // Where no residue of the summed axis divides, there is nothing to sum.
    over: other === undefined ? over.map(axis => ({ ...axis, extent: 0 })) : over,
    left: other === undefined ? zero(contract.left) : rewriter.scalar(contract.left),
    right: other === undefined ? zero(contract.right) : rewriter.scalar(contract.right),
    body: contract.body.map(store => rewriter.store(store)),
  })
}

/** The residue of the summed axis for which the division is exact, if there is one. */
function matching(split: Split, residue: number): number | undefined {
  const { by, constant, free, summed, period } = split
  const isExact = (r: number) =>
    ((free?.scale ?? 0) * residue + (summed?.scale ?? 0) * r + constant) % by === 0
  for (let r = 0; r < period; r++) if (isExact(r)) return r
  return undefined
}

/** The positions residue, residue + by, … of an axis. */
interface Part {
  readonly axis: Axis
  readonly by: number
  readonly residue: number
}

function partOf({ name, extent }: Axis, by: number, residue: number): Part {
  const positions = Math.max(0, Math.ceil((extent - residue) / by))
  return { axis: { name, extent: positions }, by, residue }
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
