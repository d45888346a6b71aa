// Ops one by one as graphs to lower: an op on operands as its samples have them, and the gradient
// of the sum of its results.

import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { Op } from '../../src/ir/op.ts'
import { drawFrom, type ShapeKind } from '../../src/ir/sample.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { DiagnosticError, InternalError } from '../../src/support/diagnostic.ts'
import { prepared } from '../lower/run.ts'

/** A graph of one node, after all passes; undefined where the op has samples in f64 only. */
export function opTrial(op: Op, from: number, kind: ShapeKind): Graph | undefined {
  const made = appended(op, from, kind)
  if (made === undefined) return undefined
  const { builder, results } = made
  results.forEach((result, i) => {
    builder.output(`out${i}`, result)
  })
  return prepared(builder.finish())
}

/**
 * The gradient of the sum of an op's f32 results in its f32 operands, after all passes; undefined
 * where there are none, or no derivative.
 */
export function gradientTrial(op: Op, from: number, kind: ShapeKind): Graph | undefined {
  const made = appended(op, from, kind)
  if (made === undefined) return undefined
  const { builder, operands, results } = made
  const isSingle = ({ type }: Value) => type.dtype === 'f32'
  const sums = results.filter(isSingle).map(result => sum(result))
  const wrt = operands.filter(isSingle).map(({ id }) => builder.label(id).slice(1))
  if (sums.length === 0 || wrt.length === 0) return undefined
  const graph = builder.output('loss', sums.reduce(add)).finish()
  try {
    return prepared(gradient(graph, { of: 'loss', wrt, zeros: wrt }))
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error instanceof InternalError) throw error
    return undefined
  }
}

/** Samples that are looked at for one without f64. */
const ATTEMPTS = 24

function appended(op: Op, from: number, kind: ShapeKind) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { operands: drawn, attributes } = op.samples(drawFrom(from + 1000 * attempt, kind))
    const builder = new GraphBuilder('trial')
    const operands = drawn.map(({ type }, i) => builder.input(`x${i}`, type))
    const results = builder.append(op, operands, attributes)
    const isDouble = ({ type }: Value) => type.dtype === 'f64'
    if (![...operands, ...results].some(isDouble)) return { builder, operands, results }
  }
  return undefined
}
