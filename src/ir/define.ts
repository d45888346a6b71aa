// From the typed section of an op, where operands go by name, to the op contract, where they go by
// position. The casts from positional lists to by-name records are the documented boundary: names
// are data here, and `defineOp`'s signature is what makes a missing operand fail to compile.

import { invariant } from '../support/diagnostic.ts'
import type { AttributeKinds, Attributes, ValuesOf } from './attribute.ts'
import type { Appender, Value } from './builder.ts'
import { evaluateBody } from './evaluate.ts'
import type { Literal } from './literal.ts'
import type {
  Derivative,
  Facts,
  Family,
  Jvp,
  Lowering,
  Op,
  Operator,
  RuleContext,
  Violation,
  Vjp,
} from './op.ts'
import { isViolation } from './op.ts'
import type { Draw, Sample } from './sample.ts'
import type { TensorType } from './type.ts'

/** One thing per operand, by operand name. */
export type ByName<N extends string, T> = Readonly<Record<N, T>>

/** What a reverse rule sees: operands by name, the result, its cotangent, the attributes. */
export type VjpContext<N extends string, A> = ByName<N, Value> & {
  readonly out: Value
  readonly ct: Value
  readonly attributes: A
}

/**
 * What a forward rule sees: operands by name, the result, this operand's tangent, the attributes.
 */
export type JvpContext<N extends string, A> = ByName<N, Value> & {
  readonly out: Value
  readonly t: Value
  readonly attributes: A
}

/** What every section says. */
interface Section<N extends string, K extends AttributeKinds> {
  readonly name: string
  readonly operands: readonly N[]
  readonly attributes?: K
  readonly defaults?: (types: ByName<N, TensorType>) => Partial<ValuesOf<K>>
  readonly constraints?: Readonly<Record<string, string>>
  readonly facts?: Facts
  readonly samples: (draw: Draw) => Sample
  readonly kinks?: readonly number[]
}

/** The type rule of an op with one result. */
type TypeRule<N extends string, K extends AttributeKinds> = (
  types: ByName<N, TensorType>,
  attributes: ValuesOf<K>,
) => TensorType | Violation

/** The section of an op with one result. */
export interface OpSection<N extends string, K extends AttributeKinds> extends Section<N, K> {
  readonly family: Family
  readonly type: TypeRule<N, K>
  readonly evaluate: (
    operands: ByName<N, Literal>,
    attributes: ValuesOf<K>,
    result: TensorType,
  ) => Literal
  readonly vjp: (context: VjpContext<N, ValuesOf<K>>) => ByName<N, Derivative>
  readonly jvp: 'linear' | Readonly<Record<N, (context: JvpContext<N, ValuesOf<K>>) => Derivative>>
  readonly lowering: Lowering
}

/** The op contract of a section. */
export function defineOp<
  const N extends string,
  const K extends AttributeKinds = Record<never, never>,
>(section: OpSection<N, K>): Op {
  const { operands } = section
  const attributesOf = (attributes: Attributes) => attributes as ValuesOf<K>
  const type: Op['type'] = (types, attributes) => {
    const result = section.type(byName(operands, types), attributesOf(attributes))
    return 'constraint' in result ? result : [result]
  }
  return Object.freeze({
    ...common(section),
    variadic: false,
    type,
    evaluate: (values, attributes, types) => {
      const result = resultType(section.name, type(types, attributes))
      return [section.evaluate(byName(operands, values), attributesOf(attributes), result)]
    },
    vjp: namedVjp(operands, section.vjp),
    jvp: forwardRule(section),
  } satisfies Op)
}

function forwardRule<N extends string, K extends AttributeKinds>(section: OpSection<N, K>): Jvp {
  const { operands, jvp } = section
  if (jvp === 'linear') return 'linear'
  return operands.map(name => context => {
    const named = { ...ruleContext(operands, context), t: context.t }
    return [jvp[name](named as JvpContext<N, ValuesOf<K>>)]
  })
}

/** The section of an op with one result and any number of operands of one name. */
export interface VariadicSection<K extends AttributeKinds> {
  readonly name: string
  readonly family: Family
  readonly operands: readonly [string]
  readonly attributes?: K
  readonly constraints?: Readonly<Record<string, string>>
  readonly type: (types: readonly TensorType[], attributes: ValuesOf<K>) => TensorType | Violation
  readonly evaluate: (
    operands: readonly Literal[],
    attributes: ValuesOf<K>,
    result: TensorType,
  ) => Literal
  readonly vjp: (context: {
    readonly operands: readonly Value[]
    readonly ct: Value
    readonly attributes: ValuesOf<K>
  }) => Derivative[]
  readonly jvp: 'linear'
  readonly lowering: Lowering
  readonly facts?: Facts
  readonly samples: (draw: Draw) => Sample
}

/** The op contract of a variadic section. */
export function defineVariadicOp<const K extends AttributeKinds>(section: VariadicSection<K>): Op {
  const attributesOf = (attributes: Attributes) => attributes as ValuesOf<K>
  const type: Op['type'] = (types, attributes) => {
    const result = section.type(types, attributesOf(attributes))
    return 'constraint' in result ? result : [result]
  }
  return Object.freeze({
    ...common(section),
    variadic: true,
    type,
    evaluate: (values, attributes, types) => {
      const result = resultType(section.name, type(types, attributes))
      return [section.evaluate(values, attributesOf(attributes), result)]
    },
    vjp: ({ operands, cts, attributes }) =>
      section.vjp({ operands, ct: cts[0]!, attributes: attributesOf(attributes) }),
    jvp: section.jvp,
  } satisfies Op)
}

/** The section of a composite: its body is its meaning; it may override the reverse rule. */
export interface CompositeSection<N extends string, K extends AttributeKinds>
  extends Section<N, K> {
  readonly family?: Family
  readonly type: TypeRule<N, K>
  /** The meaning, in ops. `into` is for bodies without operands. */
  readonly body: (operands: ByName<N, Value>, attributes: ValuesOf<K>, into: Appender) => Value
  /** Where the textbook gradient is better or cheaper than the body's; says why. */
  readonly vjp?: (context: VjpContext<N, ValuesOf<K>>) => ByName<N, Derivative>
  /** Operations, where kernels skip some that the body names. */
  readonly flops?: (types: ByName<N, TensorType>) => number
}

/** The op contract of a composite section; its reference meaning is its body, evaluated. */
export function defineComposite<
  const N extends string,
  const K extends AttributeKinds = Record<never, never>,
>(section: CompositeSection<N, K>): Op {
  const { operands, vjp, flops } = section
  const attributesOf = (attributes: Attributes) => attributes as ValuesOf<K>
  const op: Op = {
    ...common({ family: 'composite', ...section, lowering: { kind: 'composite' } }),
    variadic: false,
    type: (types, attributes) => {
      const result = section.type(byName(operands, types), attributesOf(attributes))
      return 'constraint' in result ? result : [result]
    },
    body: (values, attributes, into) => [
      section.body(byName(operands, values), attributesOf(attributes), into),
    ],
    evaluate: (values, attributes) => evaluateBody(op, values, attributes, 'f64'),
    ...(vjp === undefined ? {} : { vjp: namedVjp(operands, vjp) }),
    ...(flops === undefined ? {} : { flops: types => flops(byName(operands, types)) }),
  }
  return Object.freeze(op)
}

/** What the reverse rule of an op with several results sees; nobody may have sent a cotangent. */
export type SeveralVjpContext<N extends string, R extends string, A> = ByName<N, Value> & {
  readonly outs: ByName<R, Value>
  readonly cts: ByName<R, Value | undefined>
  readonly attributes: A
}

/** The section of a composite with several results, by name. */
export interface SeveralSection<N extends string, R extends string, K extends AttributeKinds>
  extends Section<N, K> {
  readonly results: readonly R[]
  readonly type: (
    types: ByName<N, TensorType>,
    attributes: ValuesOf<K>,
  ) => ByName<R, TensorType> | Violation
  readonly body: (operands: ByName<N, Value>, attributes: ValuesOf<K>) => ByName<R, Value>
  readonly vjp?: (context: SeveralVjpContext<N, R, ValuesOf<K>>) => ByName<N, Derivative>
}

/** The op contract of a composite with several results. */
export function defineSeveral<
  const N extends string,
  const R extends string,
  const K extends AttributeKinds = Record<never, never>,
>(section: SeveralSection<N, R, K>): Op {
  const { operands, results, vjp } = section
  const attributesOf = (attributes: Attributes) => attributes as ValuesOf<K>
  const op: Op = {
    ...common({ family: 'composite', ...section, lowering: { kind: 'composite' } }),
    results,
    variadic: false,
    type: (types, attributes) => {
      const found = section.type(byName(operands, types), attributesOf(attributes))
      if ('constraint' in found) return found as Violation
      return results.map(name => (found as ByName<R, TensorType>)[name])
    },
    body: (values, attributes) => {
      const made = section.body(byName(operands, values), attributesOf(attributes))
      return results.map(name => made[name])
    },
    evaluate: (values, attributes) => evaluateBody(op, values, attributes, 'f64'),
    ...(vjp === undefined ? {} : { vjp: severalVjp(operands, results, vjp) }),
  }
  return Object.freeze(op)
}

function severalVjp<N extends string, R extends string, A>(
  operands: readonly N[],
  results: readonly R[],
  rule: (context: SeveralVjpContext<N, R, A>) => ByName<N, Derivative>,
): Vjp {
  return context => {
    const outs = byName(results, context.outs)
    const cts = byName(results, context.cts)
    const named = { ...byName(operands, context.operands), outs, cts }
    const answers = rule({ ...named, attributes: context.attributes } as SeveralVjpContext<N, R, A>)
    return operands.map(name => answers[name])
  }
}

/** The one result type; whoever evaluates has checked the operands before. */
function resultType(name: string, types: readonly TensorType[] | Violation): TensorType {
  invariant(!isViolation(types), name, 'only well-typed operands are evaluated')
  return types[0]!
}

function namedVjp<N extends string, A>(
  operands: readonly N[],
  rule: (context: VjpContext<N, A>) => ByName<N, Derivative>,
): Vjp {
  return context => {
    const named = { ...ruleContext(operands, context), ct: context.cts[0]! }
    const answers = rule(named as VjpContext<N, A>)
    return operands.map(name => answers[name])
  }
}

function common<N extends string, K extends AttributeKinds>(
  section: Section<N, K> & { readonly family: Family; readonly lowering: Lowering },
) {
  const { name, family, operands, lowering, samples, defaults } = section
  return {
    name,
    family,
    operands,
    results: ['out'],
    attributes: section.attributes ?? {},
    constraints: section.constraints ?? {},
    defaults: (types: readonly TensorType[]): Attributes =>
      defaults === undefined ? {} : defaults(byName(operands, types)),
    lowering,
    facts: section.facts ?? {},
    samples,
    kinks: section.kinks ?? [],
  }
}

function byName<N extends string, T>(names: readonly N[], items: readonly T[]): ByName<N, T> {
  return Object.fromEntries(names.map((name, i) => [name, items[i]])) as ByName<N, T>
}

function ruleContext(names: readonly string[], { operands, outs, attributes }: RuleContext) {
  return { ...byName(names, operands), out: outs[0]!, attributes }
}

/** A public function that carries its op definition. */
export function operator<F extends (...args: never[]) => unknown>(op: Op, call: F): F & Operator {
  return Object.assign(call, { op })
}

/** Applies an op with one result to operands of one graph. */
export function apply(op: Op, operands: readonly Value[], attributes: Attributes = {}): Value {
  return operands[0]!.builder.append(op, operands, attributes)[0]!
}
