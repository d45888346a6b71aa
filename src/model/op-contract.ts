// The op contract of a user's definition. The forward is its body; the type of its result is found
// by running the forward on operands of the given types, once per combination of types.

import { GraphBuilder, type Value } from '../ir/builder.ts'
import { evaluateBody } from '../ir/evaluate.ts'
import { type Derivative, type Op, type Vjp, violation, zero } from '../ir/op.ts'
import { type Draw, operand, type Sample } from '../ir/sample.ts'
import { printType, type Shape, type TensorType, typesEqual } from '../ir/type.ts'
import { byMode } from '../ops/by-mode.ts'
import { GraphError } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import type { SourceReference } from '../support/source.ts'
import { isTensor, outputProblem } from './check-call.ts'
import { bodyError, described } from './declaration-error.ts'
import { type Bound, matchSlot, NOTHING_BOUND } from './pattern.ts'
import type { Slot } from './slot.ts'
import { traced } from './tracing.ts'

/** A definition without its types. */
export interface OpDefinition {
  readonly name: string
  readonly inputs: readonly Slot[]
  readonly output: Slot
  readonly source: SourceReference
  readonly forward: (...inputs: readonly Value[]) => unknown
  readonly vjp?: (context: {
    readonly inputs: readonly Value[]
    readonly out: Value
    readonly ct: Value
  }) => unknown
}

/** Operands by position have no names of their own. */
const OPERANDS = ['x', 'y', 'z', 'w']

const CONSTRAINTS = {
  C1: 'operands fit the input slots',
  C2: 'the forward accepts the operands',
  C3: 'the result fits the output slot',
}

/** A user's op: its definition, and the contract that the compiler works from. */
export class UserOp {
  readonly definition: OpDefinition
  readonly contract: Op
  /** Result types by operand types; a program has few combinations of them. */
  readonly #results = new Map<string, TensorType>()

  constructor(definition: OpDefinition) {
    this.definition = definition
    const { name, inputs, vjp } = definition
    const op: Op = {
      name,
      family: 'composite',
      operands: OPERANDS.slice(0, inputs.length),
      variadic: false,
      results: ['out'],
      attributes: {},
      constraints: CONSTRAINTS,
      defaults: () => ({}),
      type: types => this.#type(types),
      body: (operands, _, into) => {
        const forward = () => definition.forward(...operands) as Value
        return [traced({ into }, forward)]
      },
      evaluate: (operands, attributes) => evaluateBody(op, operands, attributes, 'f64'),
      ...(vjp === undefined
        ? { transparent: true as const }
        : { vjp: reverseRule(definition, vjp) }),
      lowering: { kind: 'composite' },
      facts: {},
      samples: draw => sampleOf(inputs, draw),
      kinks: [],
    }
    this.contract = Object.freeze(op)
  }

  /** Runs the forward on operands that fit; throws what it throws, and E125 for a wrong result. */
  check(types: readonly TensorType[]): void {
    const bound = this.#bindings(types)
    if (typeof bound !== 'string') this.#result(types, bound)
  }

  #bindings(types: readonly TensorType[]): Bound | string {
    const { name, inputs } = this.definition
    let bound = NOTHING_BOUND
    for (const [i, slot] of inputs.entries()) {
      const found = matchSlot(name, slot, types[i]!, bound)
      if (typeof found === 'string') return found
      bound = found
    }
    return bound
  }

  /** The type rule answers where a call throws: parser, verifier and binding ask it too. */
  #type(types: readonly TensorType[]) {
    const bound = this.#bindings(types)
    const prefix = `${this.definition.name}: `
    if (typeof bound === 'string') return violation('C1', bound.slice(prefix.length))
    try {
      return [this.#result(types, bound)]
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      const { code, subject, message, help } = error.diagnostics[0]!
      if (code === 'E125') return violation('C3', message, {}, help)
      return violation('C2', `its forward fails: ${subject}: ${message}`, {}, help)
    }
  }

  #result(types: readonly TensorType[], bound: Bound): TensorType {
    const key = types.map(printType).join(' ')
    const known = this.#results.get(key)
    if (known !== undefined) return known
    const { name, forward, output, source } = this.definition
    const builder = new GraphBuilder(name)
    const operands = types.map((type, i) => builder.input(OPERANDS[i]!, type))
    const result = traced({ into: builder }, () => forward(...operands))
    const problem = modeProblem(builder) ?? outputProblem(output, result, bound)
    if (problem !== undefined) {
      const help = 'let the forward compute what input and output declare'
      throw bodyError(name, problem, help, source)
    }
    const { type } = result as Value
    this.#results.set(key, type)
    return type
  }
}

/** An op means the same in every program: what differs by mode belongs in a layer. */
function modeProblem(builder: GraphBuilder): string | undefined {
  if (!builder.nodes().some(({ op }) => op === byMode.op)) return undefined
  return 'its body must not depend on the mode, got byMode'
}

function reverseRule(definition: OpDefinition, rule: NonNullable<OpDefinition['vjp']>): Vjp {
  const { name, source } = definition
  return ({ operands, outs, cts }) => {
    const ct = cts[0]!
    const context = { inputs: operands, out: outs[0]!, ct }
    const answers = traced({ into: ct.builder }, () => rule(context))
    const fail = (message: string) => {
      const help = 'return a cotangent for each input, or null where there is no influence'
      return bodyError(name, message, help, source)
    }
    if (!Array.isArray(answers) || answers.length !== operands.length) {
      const got = Array.isArray(answers) ? `${answers.length}` : described(answers)
      throw fail(`vjp must return a list of ${operands.length}, one per input, got ${got}`)
    }
    return operands.map((value, i): Derivative => {
      const answer: unknown = answers[i]
      if (answer === null || !isFloat(value.dtype)) return zero
      const wanted = `vjp must return ${printType(value.type)} for input ${i}`
      if (!isTensor(answer)) throw fail(`${wanted}, got ${described(answer)}`)
      if (typesEqual(answer.type, value.type)) return answer
      throw fail(`${wanted}, got ${printType(answer.type)}`)
    })
  }
}

/** Operands of random shapes that fit the slots. */
function sampleOf(inputs: readonly Slot[], draw: Draw): Sample {
  const sizes = new Map<string, Shape>()
  const sizeOf = (name: string): Shape => {
    const known = sizes.get(name) ?? (name === '...' ? draw.shape(0, 3) : draw.shape(1, 1))
    sizes.set(name, known)
    return known
  }
  const shapeOf = ({ shape }: Slot) =>
    shape.flatMap(dim => (typeof dim === 'number' ? [dim] : sizeOf(dim)))
  return { operands: inputs.map(slot => operand(slot.dtype, shapeOf(slot))), attributes: {} }
}
