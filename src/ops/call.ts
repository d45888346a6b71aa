// A graph used as an op: the body of a custom op, or of a part that occurs many times.

import { graph as graphAttribute } from '../ir/attribute.ts'
import { type Appender, GraphBuilder, type Value } from '../ir/builder.ts'
import { operator } from '../ir/define.ts'
import { evaluateBody } from '../ir/evaluate.ts'
import { type Graph, nodesOf } from '../ir/graph.ts'
import { inlineGraph } from '../ir/inline.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printType, type TensorType, typesEqual } from '../ir/type.ts'
import { add, mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { tanh } from './trigonometric.ts'

const bodyOf = (attributes: Readonly<Record<string, unknown>>) => attributes.body as Graph

const callOp: Op = Object.freeze({
  name: 'call',
  family: 'composite',
  operands: ['x'],
  variadic: true,
  results: ['out'],
  attributes: { body: graphAttribute },
  constraints: {
    C1: 'operands have the types of the arguments of the body, in order',
    C2: 'the body has no updates',
    C3: 'the body has an output',
  },
  defaults: () => ({}),
  type: (types, attributes) =>
    callViolation(types, bodyOf(attributes)) ?? outputTypes(bodyOf(attributes)),
  body: (operands, attributes, into) => inlineGraph(bodyOf(attributes), operands, into),
  transparent: true,
  evaluate: (operands, attributes) => evaluateBody(callOp, operands, attributes, 'f64'),
  lowering: { kind: 'composite' },
  facts: {},
  samples: draw => {
    const type: TensorType = { dtype: 'f64', shape: draw.shape() }
    const operands = [operand(type.dtype, type.shape), operand(type.dtype, type.shape)]
    return { operands, attributes: { body: sampleBody(type) } }
  },
  kinks: [],
} satisfies Op)

function callViolation(types: readonly TensorType[], body: Graph): Violation | undefined {
  const wanted = body.arguments
  if (types.length !== wanted.length) {
    const message = `@${body.name} takes ${wanted.length} operands, got ${types.length}`
    return violation('C1', message, {}, `pass ${wanted.map(({ name }) => name).join(', ')}`)
  }
  const wrong = wanted.findIndex((argument, i) => !typesEqual(argument.type, types[i]!))
  if (wrong >= 0) {
    const { name, type } = wanted[wrong]!
    const got = printType(types[wrong]!)
    const message = `argument "${name}" of @${body.name} must be ${printType(type)}, got ${got}`
    return violation('C1', message, { [`x.${wrong}`]: 'whole' }, 'pass operands of those types')
  }
  if (body.updates.length > 0) {
    const message = `the body must have no updates, got one of "${body.updates[0]!.target}" in @${body.name}`
    return violation('C2', message, {}, 'return the new value as an output instead')
  }
  if (body.outputs.length > 0) return undefined
  return violation('C3', `@${body.name} must have an output, got none`, {}, 'add a return')
}

function outputTypes(body: Graph): TensorType[] {
  const types = new Map(
    [...body.arguments, ...nodesOf(body).flatMap(node => node.results)].map(({ id, type }) => [
      id,
      type,
    ]),
  )
  return body.outputs.map(({ value }) => types.get(value)!)
}

/** A body with two results, one of which uses both arguments. */
function sampleBody(type: TensorType): Graph {
  const builder = new GraphBuilder('body')
  const [a, b] = [builder.input('a', type), builder.input('b', type)]
  const product = mul(a, tanh(b))
  return builder.output('total', sum(product)).output('sum', add(product, a)).finish()
}

/**
 * The outputs of a graph on given values: the graph is the op.
 *
 *   out₀, out₁, … = body(x₀, x₁, …)          derivatives are those of the body
 *
 * Requires C1 operands have the types of the body's arguments, in order. C2 the body has no
 *          updates. C3 it has an output.
 * Errors   E101 where a constraint fails; E102 without operands
 */
export const call = operator(
  callOp,
  (body: Graph, operands: readonly Value[]): readonly Value[] => {
    const into: Appender | undefined = operands[0]?.builder
    return (into ?? new GraphBuilder()).append(callOp, operands, { body }, call)
  },
)
