// What the public elementwise ops share. They take what users write, numbers and shapes that
// broadcast, and give core ops what those need: tensors of equal type. All nodes that a call makes
// are nodes of the user's line.

import { checkValue, type Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { broadcastTo } from '../../ops/broadcast.ts'
import { full } from '../../ops/creation.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { captureSource } from '../../support/source.ts'
import { BROADCAST_HELP } from '../shapes/broadcast.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import { dtypesRule, type GroupName, type NeedsRule, needsRule } from '../shapes/dtypes.ts'
import {
  type BinaryRule,
  type BinaryShape,
  binaryRule,
  type DTypeOf,
  type Joint,
  type Operand,
} from '../shapes/elementwise.ts'
import type { DTypeIn, ShapeIn, Step, Steps } from '../step.ts'
import { calledFrom } from '../tracing.ts'

/** A public function, as the boundary of a captured stack. */
export type Boundary = (...args: never[]) => unknown

/** A function of one tensor, element by element, for the dtypes of a group. */
export interface UnaryFunction<Op extends string, G extends GroupName>
  extends Operator,
    Steps<UnaryStep<Op, G>> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, NeedsRule<Op, D, G>>,
  ): Tensor<S, D>
}

interface UnaryStep<Op extends string, G extends GroupName> extends Step {
  readonly result: NeedsRule<Op, DTypeIn<this>, G, Tensor<ShapeIn<this>, DTypeIn<this>>>
}

/**
 * A function of two tensors, element by element, for the dtypes of a group: shapes broadcast, and
 * one of the two may be a number.
 */
export interface BinaryFunction<Op extends string, G extends GroupName> extends Operator {
  <A extends Operand, B extends Operand>(
    a: Checked<A, NeedsRule<Op, DTypeOf<A>, G>>,
    b: Checked<B, BinaryRule<Op, A, B, G>>,
  ): Tensor<BinaryShape<Op, A, B>, Joint<A, B>>
}

/** A binary function whose result is a bool. */
export interface PredicateFunction<Op extends string, G extends GroupName> extends Operator {
  <A extends Operand, B extends Operand>(
    a: Checked<A, NeedsRule<Op, DTypeOf<A>, G>>,
    b: Checked<B, BinaryRule<Op, A, B, G>>,
  ): Tensor<BinaryShape<Op, A, B>, 'bool'>
}

type CoreUnary = Operator & ((x: Value) => Value)
type CoreBinary = Operator & ((x: Value, y: Value) => Value)

/** The public function of a core op of one operand. */
export function unaryOf<Op extends string, G extends GroupName>(
  name: Op,
  group: G,
  core: CoreUnary,
): UnaryFunction<Op, G> {
  const call = operator(core.op, (x: Value): Value => {
    checkOperand(core, x, call)
    checkGroup(name, group, x, call)
    return calledFrom(x.builder, call, () => core(x))
  })
  return call as UnaryFunction<Op, G>
}

/** The public function of a core op of two operands. */
export function binaryOf<Op extends string, G extends GroupName>(
  name: Op,
  group: G,
  core: CoreBinary,
): BinaryFunction<Op, G> {
  const call = operator(core.op, (a: Value | number, b: Value | number): Value => {
    const operands = checkOperands(core, [a, b], call)
    const shape = accepted(binaryRule(name, a, b, group), operands, call, BROADCAST_HELP)
    const like = operands[0]!
    return calledFrom(like.builder, call, () =>
      core(spread(a, shape, like), spread(b, shape, like)),
    )
  })
  return call as Operator as BinaryFunction<Op, G>
}

/** The public function of a core comparison. */
export function predicateOf<Op extends string, G extends GroupName>(
  name: Op,
  group: G,
  core: CoreBinary,
): PredicateFunction<Op, G> {
  return binaryOf(name, group, core) as Operator as PredicateFunction<Op, G>
}

/** An operand with a shape that it broadcasts to; a number takes dtype and graph of `like`. */
export function spread(x: Value | number, shape: Shape, like: Value): Value {
  if (typeof x !== 'number') return broadcastTo(x, shape)
  return full(like.builder, x, { dtype: like.dtype, shape })
}

/** Throws E101 where the dtype of `x` is not of the group that `name` takes. */
export function checkGroup(name: string, group: GroupName, x: Value, boundary: Boundary): void {
  const refused = needsRule(name, x.dtype, group)
  if (refused !== undefined) throw refusal(refused, [x], boundary)
}

/** The tensors among operands. Throws E104 where one, from untyped code, is nothing of the kind. */
export function checkOperands(
  { op }: Operator,
  operands: readonly (Value | number)[],
  boundary: Boundary,
): Value[] {
  const tensors = operands.filter(x => typeof x !== 'number')
  for (const x of tensors) checkOperand({ op }, x, boundary)
  return tensors
}

/** Throws E104 where `x`, which may come from untyped code, is no value of a graph. */
export function checkOperand({ op }: Operator, x: unknown, boundary: Boundary): void {
  const isValue = typeof x === 'object' && x !== null && 'builder' in x
  if (!isValue) checkValue(op, x, captureSource(boundary))
}

/** Throws E101 where the operands of a product are not of one number dtype. */
export function checkFactors(
  core: Operator,
  name: string,
  [a, b]: readonly [Value, Value],
  boundary: Boundary,
): void {
  checkOperands(core, [a, b], boundary)
  checkGroup(name, 'number', a, boundary)
  const refused = dtypesRule(name, a.dtype, b.dtype)
  if (refused !== undefined) throw refusal(refused, [a, b], boundary)
}
