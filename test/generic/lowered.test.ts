// Every op of the registry as a program: lowered, verified, run by the kernel interpreter, and
// compared with what the reference interpreter gives for the graph.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Op, OpTable } from '../../src/ir/op.ts'
import { drawFrom, drawOperands, SHAPE_KINDS, type ShapeKind } from '../../src/ir/sample.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { ops } from '../../src/ops/registry.ts'
import { cases, seed } from '../counts.ts'
import { type Arguments, lowered, prepared, runLowered } from '../lower/run.ts'
import { difference, errorClassOf, stored } from './tolerances.ts'

const table: OpTable = ops
const repeats = cases({ test: 6, ci: 12, deep: 60 })

/** A graph of one node, and values for its operands. */
function trial(op: Op, from: number, kind: ShapeKind): { graph: Graph; given: Arguments } {
  const draw = drawFrom(from, kind)
  const sample = op.samples(draw)
  const operands = drawOperands(sample, draw, op.kinks).map(stored)
  const builder = new GraphBuilder('trial')
  const values = operands.map(({ type }, i) => builder.input(`x${i}`, type))
  builder.append(op, values, sample.attributes).forEach((result, i) => {
    builder.output(`out${i}`, result)
  })
  const given = Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand]))
  return { graph: prepared(builder.finish()), given }
}

function checkTrial(op: Op, from: number, kind: ShapeKind): void {
  const { graph, given } = trial(op, from, kind)
  const program = lowered(graph)
  const { outputs } = runLowered(graph, program, given)
  const wanted = interpret(graph, given).outputs
  for (const [name, literal] of Object.entries(wanted)) {
    const found = difference(outputs[name]!, literal, errorClassOf(op))
    expect(found, `${op.name}, shapes "${kind}", seed ${from}`).toBeUndefined()
  }
  const print = ({ program: { kernels, ...rest } }: typeof program) =>
    printKernels({ programs: [{ ...rest, kernels }], kernels })
  expect(print(lowered(graph))).toBe(print(program))
}

describe.each(Object.values(table).map(({ op }) => [op.name, op] as const))('%s', (_, op) => {
  it('gives as a program what it means as a graph', () => {
    for (const kind of SHAPE_KINDS) {
      for (let i = 0; i < repeats; i++) checkTrial(op, seed + i, kind)
    }
  })
})
