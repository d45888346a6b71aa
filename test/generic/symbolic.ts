// An op on symbolic dims must mean what it means on their sizes, its derivative included: a graph
// built, differentiated and only then given sizes equals one built with the sizes.

import assert from 'node:assert/strict'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { AttributeKind, Attributes } from '../../src/ir/attribute.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { checkNode, isProblem } from '../../src/ir/check-node.ts'
import type { Dim } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret, type RunResult } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import { SHAPE_KINDS } from '../../src/ir/sample.ts'
import type { TensorType } from '../../src/ir/type.ts'
import { add, mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { cast } from '../../src/ops/select.ts'
import { isFloat } from '../../src/support/dtype.ts'
import type { Check } from './checks.ts'
import * as d from './differentiate.ts'

/** Extents from 2 on get a name, equal ones the same name; 0 and 1 decide what ops do and stay. */
const named = (extent: Dim): Dim =>
  typeof extent === 'number' && extent >= 2 ? `n${extent}` : extent

/** Sizes for every name that `named` gives. */
const SIZES = Object.fromEntries(Array.from({ length: 200 }, (_, size) => [`n${size}`, size]))

const TOLERANCE = 1e-11

/** Types and attributes of one op. */
export interface Form {
  readonly types: readonly TensorType[]
  readonly attributes: Attributes
}

/**
 * The trial's operand types with names for extents, and its attributes with and without names;
 * where the extents of integers are fixed, as those of a key are, only floats get names.
 */
function symbolicForms({ op, sample, operands }: d.Trial): Form[] {
  const isDims = (kind: AttributeKind) => kind.names !== undefined
  const inNames = Object.entries(sample.attributes).map(([name, value]) => {
    if (!isDims(op.attributes[name]!)) return [name, value]
    return [name, Array.isArray(value) ? value.map(named) : named(value as Dim)]
  })
  const attributes = [Object.fromEntries(inNames), sample.attributes]
  const everywhere = formsOf(op, operands, attributes, named)
  if (everywhere.length > 0) return everywhere
  return formsOf(op, operands, attributes, (extent, isFixed) => (isFixed ? extent : named(extent)))
}

/** The forms that are well typed. */
function formsOf(
  op: Op,
  operands: readonly Literal[],
  attributes: readonly Attributes[],
  rename: (extent: Dim, isInteger: boolean) => Dim,
): Form[] {
  const types = operands.map(({ dtype, type }) => ({
    dtype,
    shape: type.shape.map(extent => rename(extent, !isFloat(dtype))),
  }))
  return attributes
    .map(given => ({ types, attributes: given }))
    .filter(form => !isProblem(checkNode(op, form.types, form.attributes)))
}

/** Loss and gradients of the op: every operand an input, and a weight for every result. */
export function lossOf({ op }: d.Trial, { types, attributes }: Form): Graph {
  const builder = new GraphBuilder('symbolic')
  const inputs = types.map((type, i) => builder.input(`x${i}`, type))
  const results = builder.append(op, inputs, attributes)
  const weighted = results.map((result, i): Value => {
    builder.output(`out${i}`, result)
    const weight = builder.input(`w${i}`, { dtype: 'f64', shape: result.type.shape })
    return sum(mul(cast(result, 'f64'), weight))
  })
  return builder
    .output(
      'loss',
      weighted.reduce((a, b) => add(a, b)),
    )
    .finish()
}

function run(trial: d.Trial, form: Form, weights: readonly Literal[], wrt: string[]): RunResult {
  const inputs = trial.operands.map((operand, i) => [`x${i}`, operand] as const)
  const values = Object.fromEntries([...inputs, ...weights.map((w, i) => [`w${i}`, w] as const)])
  const graph = lossOf(trial, form)
  const both = wrt.length === 0 ? graph : gradient(graph, { of: 'loss', wrt })
  const shown = new Set(JSON.stringify(form).match(/n\d+/g) ?? [])
  const dims = Object.fromEntries(Object.entries(SIZES).filter(([name]) => shown.has(name)))
  return interpret(both, values, { dims })
}

/** Symbolic and known dims agree; "none" for an op that takes no form with a name in it. */
export const checkSymbolic: Check = (op, seed, repeats) => {
  let outcome: 'pass' | 'none' = 'none'
  for (const kind of SHAPE_KINDS) {
    for (let from = seed; from < seed + repeats; from++) {
      const trial = d.differentiableTrial(op, from, kind) ?? d.trial(op, from, kind)
      if (trial.operands.length === 0) continue
      const weights = d.run(trial, trial.operands).map(({ shape, size }) => unit(shape, size))
      const known = {
        types: trial.operands.map(({ type }) => type),
        attributes: trial.sample.attributes,
      }
      const wrt = differentiable(trial)
      const wanted = run(trial, known, weights, wrt)
      for (const form of symbolicForms(trial)) {
        assertSame(trial, run(trial, form, weights, wrt), wanted)
        outcome = 'pass'
      }
    }
  }
  return outcome
}

/** Weights that differ from element to element. */
export function unit(shape: readonly number[], size: number): Literal {
  const data = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7) / 8)
  return new Literal('f64', shape, data)
}

/** The operands that get a cotangent. */
export function differentiable(trial: d.Trial): string[] {
  const one = d.run(trial, trial.operands).find(({ dtype }) => isFloat(dtype))
  if (one === undefined) return []
  const cts = d.runPullback(
    trial,
    one.map(() => 1),
  )
  return cts.flatMap((ct, i) => (ct === undefined ? [] : [`x${i}`]))
}

function assertSame(trial: d.Trial, got: RunResult, wanted: RunResult): void {
  for (const [name, literal] of Object.entries(wanted.outputs)) {
    const other = got.outputs[name]!
    const where = `${trial.op.name} ${name}, shapes "${trial.kind}", seed ${trial.seed}`
    assert.deepEqual(other.type, literal.type, where)
    for (let i = 0; i < literal.size; i++) {
      const [a, b] = [other.at(i), literal.at(i)]
      const isSame = Object.is(a, b) || Math.abs(a - b) <= TOLERANCE * (1 + Math.abs(b))
      assert(isSame, `${where}: symbolic ${a}, known ${b}`)
    }
  }
}
