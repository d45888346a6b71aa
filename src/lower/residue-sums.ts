// Sums over positions of which a division leaves only every so many. The gradient of a pool asks
// for every place r in a window whether (h - r) / stride is a window at all; of `stride` places one
// is, and which one follows from h. So the sum runs over those alone, and nothing is divided.

import {
  type Axis,
  addIndex,
  axisIndex,
  type DivisionAtom,
  divide,
  type Index,
  index,
  scaleIndex,
} from '../kernel/index.ts'
import type { Scalar } from '../kernel/scalar.ts'
import { loadsOf, reach } from '../kernel/uses.ts'
import { greatestCommonDivisor } from '../support/integers.ts'
import type { Accumulation } from './accumulate.ts'
import { conjuncts } from './guard.ts'

/** Loops, and what they accumulate. */
export interface Sums {
  readonly axes: readonly Axis[]
  readonly accumulations: readonly Accumulation[]
}

/** The same totals over fewer positions, as far as divisions by more than 1 tell which count. */
export function overResidues(sums: Sums): Sums {
  const { axes, accumulations } = sums
  if (accumulations.some(({ combine, at }) => combine !== '+' || at !== undefined)) return sums
  const terms = accumulations.map(({ value }) => value(axes.map(axisIndex)))
  const [first] = terms
  if (first === undefined) return sums
  for (const { of, by } of divisionsIn(first)) {
    const isSparse = terms.every(term => isZeroUnless(term, of, by))
    const which = isSparse ? axes.findIndex(axis => isUnitIn(of, axis, by)) : -1
    if (which >= 0) return overResidues(restricted(sums, which, { of, by }))
  }
  return sums
}

type Remainder = Pick<DivisionAtom, 'of' | 'by'>

/** The sums with positions by · t + residue along one axis, of which all have a whole quotient. */
function restricted({ axes, accumulations }: Sums, which: number, { of, by }: Remainder): Sums {
  const axis = axes[which]!
  const own = axisIndex(axis)
  const scale = of.terms.find(term => term.of === own.terms[0]!.of)!.scale
  const rest = addIndex(of, scaleIndex(own, scale), -1)
  // scale · r + rest divides where r is -rest / scale modulo `by`. Of two ways to write that, the
  // one which shows it.
  const isExact = (at: Index) =>
    divide('mod', addIndex(rest, scaleIndex(at, scale)), by) === index(0)
  const q = quotient(-1, scale, by)
  const residues = [q, q - by].map(times => divide('mod', scaleIndex(rest, times), by))
  const residue = residues.find(isExact) ?? residues[0]!
  const turns: Axis = { name: axis.name, extent: Math.ceil(axis.extent / by) }
  const isAxis = turns.extent > 1
  // Beyond the extent terms are 0, as those of every sum whose loops do not divide it.
  const narrowed = (value: Accumulation['value']) => (along: readonly Index[]) => {
    const turn = isAxis ? along[which]! : index(0)
    const at = addIndex(scaleIndex(turn, by), residue)
    return value([...along.slice(0, which), at, ...along.slice(isAxis ? which + 1 : which)])
  }
  const others = (list: readonly Axis[]) => list.filter(one => one !== axis)
  return {
    axes: isAxis ? axes.map(one => (one === axis ? turns : one)) : others(axes),
    accumulations: accumulations.map(one => ({ ...one, value: narrowed(one.value) })),
  }
}

/** The least q with q · b = a modulo `by`. */
function quotient(a: number, b: number, by: number): number {
  let q = 0
  while ((q * b - a) % by !== 0) q++
  return q
}

function isUnitIn(of: Index, axis: Axis, by: number): boolean {
  if (axis.extent <= 1) return false
  const [own] = axisIndex(axis).terms
  const term = of.terms.find(one => one.of === own!.of)
  if (term === undefined || greatestCommonDivisor(term.scale, by) !== 1) return false
  const others = of.terms.filter(one => one !== term)
  return others.every(one => one.of.kind === 'axis')
}

/** Divisions that a term asks to be exact: of loads, and of the conditions of choices. */
function divisionsIn(term: Scalar): readonly Remainder[] {
  const inLoads = loadsOf([term]).flatMap(({ index: at }) => at.flatMap(exactIn))
  const chosen = reach([term]).order.flatMap(node =>
    node.kind === 'op' && node.op === 'select' ? conjuncts(node.args[0]!) : [],
  )
  return [...inLoads, ...chosen.flatMap(condition => remainderIn(condition) ?? [])]
}

function exactIn({ terms }: Index): readonly Remainder[] {
  return terms.flatMap(({ of }) => (of.kind === 'exact' ? [of] : []))
}

/** The remainder that `condition` compares with 0. */
function remainderIn(condition: Scalar): Remainder | undefined {
  if (condition.kind !== 'op' || condition.op !== 'eq') return undefined
  const [left, right] = condition.args as readonly [Scalar, Scalar]
  if (left.kind !== 'index' || right.kind !== 'const' || right.value !== 0) return undefined
  const [term, ...others] = left.index.terms
  const isAlone = others.length === 0 && left.index.constant === 0 && term?.scale === 1
  return isAlone && term.of.kind === 'mod' ? term.of : undefined
}

/** Whether the term is certainly 0 where the division is inexact: it then adds nothing. */
function isZeroUnless(node: Scalar, of: Index, by: number): boolean {
  const isZero = (inner: Scalar | undefined) => inner !== undefined && isZeroUnless(inner, of, by)
  const isSame = (one: Remainder) => one.by === by && isMultiple(one.of, of, by)
  if (node.kind === 'const') return node.value === 0
  if (node.kind === 'load') return node.index.flatMap(exactIn).some(isSame) && isZero(node.fill)
  if (node.kind !== 'op') return false
  if (node.op === 'mul') return node.args.some(isZero)
  if (node.op === 'neg') return isZero(node.args[0])
  if (node.op !== 'select') return false
  const [condition, chosen, other] = node.args as readonly [Scalar, Scalar, Scalar]
  const asks = conjuncts(condition).some(one => {
    const found = remainderIn(one)
    return found !== undefined && isSame(found)
  })
  return isZero(other) && (asks || isZero(chosen))
}

/** Whether both differ by a multiple of `by`: one divides exactly where the other does. */
function isMultiple(a: Index, b: Index, by: number): boolean {
  const rest = divide('mod', addIndex(a, b, -1), by)
  return rest === index(0)
}
