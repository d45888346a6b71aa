// Training with nothing but the graph: a descent appends the update of every param to the graph
// that computes the loss, and a loop runs the finished graph and feeds what it updated back. For
// now the loop runs on the reference interpreter.

import {
  type ArgumentValue,
  add,
  broadcastTo,
  cse,
  dce,
  div,
  fold,
  fullLike,
  type Graph,
  type GraphBuilder,
  gradients,
  interpret,
  Literal,
  mul,
  type Pipeline,
  pow,
  runPipeline,
  simplify,
  sqrt,
  square,
  sub,
  tensorType,
  type Value,
} from '../src/index.ts'

/** A param and the name it was declared with. */
export interface Param {
  readonly name: string
  readonly value: Value
}

/** Appends what makes params go downhill on a loss: one update per param, and its own state. */
export type Descent = (builder: GraphBuilder, loss: Value, params: readonly Param[]) => void

/** `x` times a number. */
export function times(x: Value, factor: number): Value {
  return mul(x, fullLike(x, factor))
}

/**
 * Gradient descent.
 *
 *   w ← w − rate · ∂loss/∂w
 */
export function gradientDescent(rate: number): Descent {
  return (builder, loss, params) => {
    const slopes = gradients(
      builder,
      loss,
      params.map(({ value }) => value),
    )
    params.forEach(({ name, value }, i) => {
      builder.update(name, sub(value, times(slopes[i]!, rate)))
    })
  }
}

/**
 * Adam: gradient descent on averages of the gradient and of its square, each corrected for having
 * begun at zero. `m`, `v` and the step count are states of the graph.
 *
 *   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²          t ← t + 1
 *   w ← w − rate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
 */
export function adam(rate: number, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8): Descent {
  return (builder, loss, params) => {
    const slopes = gradients(
      builder,
      loss,
      params.map(({ value }) => value),
    )
    const before = builder.state('step', tensorType(loss.type.dtype))
    const step = add(before, fullLike(before, 1))
    builder.update('step', step)
    const average = (name: string, beta: number, of: Value) => {
      const old = builder.state(name, of.type)
      const now = add(times(old, beta), times(of, 1 - beta))
      builder.update(name, now)
      const weight = sub(fullLike(step, 1), pow(fullLike(step, beta), step))
      return div(now, broadcastTo(weight, of.type.shape))
    }
    params.forEach(({ name, value }, i) => {
      const slope = slopes[i]!
      const m = average(`m.${name}`, beta1, slope)
      const v = average(`v.${name}`, beta2, square(slope))
      const root = sqrt(v)
      const change = div(m, add(root, fullLike(root, epsilon)))
      builder.update(name, sub(value, times(change, rate)))
    })
  }
}

/** A graph that is being run again and again. */
export interface Training {
  /** Runs the graph once, keeps what it updates, answers its outputs. */
  step(inputs?: Readonly<Record<string, ArgumentValue>>): Readonly<Record<string, Literal>>
  /** The present value of a param or state. */
  value(name: string): Literal
}

/**
 * What a derivative leaves behind and nobody reads, such as the gradient of an input, is dropped.
 */
const TIDY: Pipeline = [{ pass: simplify }, { pass: fold }, { pass: cse }, { pass: dce }]

/** Begins to train: params as given, every state at zero. */
export function startTraining(
  graph: Graph,
  params: Readonly<Record<string, ArgumentValue>>,
): Training {
  const { graph: lean } = runPipeline(graph, TIDY)
  const states = graph.arguments.filter(({ role }) => role === 'state')
  const zeros = states.map(({ name, type }) => {
    const shape = type.shape.map(Number)
    return [name, Literal.full(type.dtype, shape, 0)] as const
  })
  const held: Record<string, ArgumentValue> = { ...params, ...Object.fromEntries(zeros) }
  return {
    step(inputs = {}) {
      const { outputs, updates } = interpret(lean, { ...held, ...inputs })
      Object.assign(held, updates)
      return outputs
    },
    value: name => Literal.from(held[name]!),
  }
}
