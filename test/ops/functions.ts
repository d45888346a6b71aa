// Public functions of ops as functions of known tensors: their values, their derivatives in both
// modes and the types they give. For tests that state numbers; `known.ts` has the plain values.

import { pushforward } from '../../src/autodiff/forward.ts'
import { pullback } from '../../src/autodiff/reverse.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { Evaluator } from '../../src/ir/evaluate.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal, type NestedArray } from '../../src/ir/literal.ts'
import type { TensorType } from '../../src/ir/type.ts'
import { constant } from '../../src/ops/creation.ts'
import { type DTypeName, isFloat } from '../../src/support/dtype.ts'

type TensorFunction = (...x: Value[]) => Value

/** A tensor of f64, or of the dtype given. */
export function tensor(value: NestedArray, dtype: DTypeName = 'f64'): Literal {
  return Literal.from(value, dtype)
}

/** The elements of a function's result, in row-major order. */
export function valuesOf(f: TensorFunction, ...operands: readonly Literal[]): number[] {
  const evaluator = new Evaluator('f64')
  return listOf(evaluator.literal(f(...operands.map(operand => evaluator.value(operand)))))
}

/** The type of a function's result on operands of these types; throws what the builder throws. */
export function typeOf(f: TensorFunction, ...types: readonly TensorType[]): TensorType {
  const builder = new GraphBuilder()
  return f(...types.map((type, i) => builder.input(`x${i}`, type))).type
}

/** Cotangents of the float operands for a cotangent of ones; undefined where none arrives. */
export function cotangentsOf(
  f: TensorFunction,
  ...operands: readonly Literal[]
): (number[] | undefined)[] {
  const { builder, values, out } = graphOf(f, operands)
  const ones = Literal.full(out.type.dtype, out.type.shape as readonly number[], 1)
  const wrt = values.filter(value => isFloat(value.type.dtype))
  const found = pullback(builder, out, constant(builder, ones), wrt)
  found.cotangents.forEach((ct, i) => {
    if (ct !== undefined) builder.output(`ct${i}`, ct)
  })
  const { outputs } = interpret(builder.finish(), inputsOf(operands))
  return wrt.map((_, i) => outputs[`ct${i}`]).map(ct => ct && listOf(ct))
}

/** The tangent of the result where the first operand moves by ones and the others stay. */
export function tangentOf(f: TensorFunction, ...operands: readonly Literal[]): number[] {
  const { builder, values, out } = graphOf(f, operands)
  const ones = constant(
    builder,
    operands[0]!.map(() => 1),
  )
  const found = pushforward(builder, [out], new Map([[values[0]!.id, ones]]))
  builder.output('tangent', found.tangents[0]!)
  return listOf(interpret(builder.finish(), inputsOf(operands)).outputs.tangent!)
}

function graphOf(f: TensorFunction, operands: readonly Literal[]) {
  const builder = new GraphBuilder()
  const values = operands.map((operand, i) => builder.input(`x${i}`, operand.type))
  return { builder, values, out: f(...values) }
}

const inputsOf = (operands: readonly Literal[]) =>
  Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand]))

const listOf = (literal: Literal) => [...literal.values()]
