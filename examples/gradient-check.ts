// A derivative checked by two others that share no rule with it: the forward derivative, and a
// central difference, all three in double on the reference interpreter. Each parameter is moved in
// a random direction v of its own, of length 1; then ⟨gradient, v⟩, the tangent along v and the
// difference quotient are one number.

import {
  type Graph,
  gradient,
  type HostTensor,
  interpret,
  jvp,
  Literal,
  type Model,
  random,
  select,
} from '../src/index.ts'

/** How one parameter's derivatives agree. */
export interface Agreement {
  readonly param: string
  /** The derivative in the direction v: ⟨gradient, v⟩. */
  readonly slope: number
  /** Relative difference from the forward derivative. */
  readonly forward: number
  /** Relative difference from the central difference quotient. */
  readonly numeric: number
}

type Values = Record<string, Literal>

/**
 * Differences are relative to the slope, or to this where it is smaller: a bias before a batch norm
 * has none at all.
 */
const LEAST_SLOPE = 1e-4

/**
 * Checks the gradient of the scalar output `of`, in training, at the given inputs and the params
 * and state that `seed` starts with. `step` is how far the difference quotient goes each way.
 */
export function checkGradient(
  model: Model,
  of: string,
  inputs: Readonly<Values>,
  seed: number,
  step = 1e-5,
): Agreement[] {
  const { params: trained, state } = model.init(seed)
  const values = { ...inputs, ...literals(trained), ...literals(state) }
  const options = { of: of as never }
  const program = gradient(model, options)
  const reverse = interpret(program.graph, values).outputs
  const forward = jvp(model, options).graph
  // The forward pass of the gradient's program: that of training, where evaluation is another.
  const { graph } = select(program, { outputs: [of as never] })
  const draw = random(seed)
  const params = model.graph.arguments.filter(({ role }) => role === 'param')
  const still: Values = Object.fromEntries(
    params.map(({ name }) => [`tangents.${name}`, values[name]!.map(() => 0)]),
  )
  return params.map(({ name }) => {
    const v = unit(values[name]!.map(() => draw.normal()))
    const slope = inner(reverse[`grads.${name}`]!, v)
    const moved = { ...values, ...still, [`tangents.${name}`]: v }
    const tangent = interpret(forward, moved).outputs.tangent!.at(0)
    const quotient = difference(graph, of, values, name, v, step)
    const relative = (other: number) =>
      Math.abs(slope - other) / Math.max(Math.abs(slope), LEAST_SLOPE)
    return { param: name, slope, forward: relative(tangent), numeric: relative(quotient) }
  })
}

/** The values of layers in double, by their paths. */
function literals(layers: unknown): Values {
  const trees = Object.entries(layers as Record<string, Record<string, HostTensor>>)
  return Object.fromEntries(
    trees.flatMap(([layer, values]) =>
      Object.entries(values).map(([key, value]) => [`${layer}.${key}`, Literal.from(value, 'f64')]),
    ),
  )
}

/** Of length 1: a longer way in many dimensions meets the kink of some ReLU. */
function unit(v: Literal): Literal {
  const length = Math.sqrt(inner(v, v))
  return v.map(value => value / length)
}

function inner(a: Literal, b: Literal): number {
  const [x, y] = [a.values(), b.values()]
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0)
}

/** (f(p + h v) − f(p − h v)) / 2h. */
function difference(
  graph: Graph,
  of: string,
  values: Readonly<Values>,
  name: string,
  v: Literal,
  h: number,
): number {
  const at = (sign: number) => {
    const direction = v.values()
    const start = values[name]!.values()
    const moved = start.map((value, i) => value + sign * h * direction[i]!)
    const literal = new Literal('f64', values[name]!.shape, moved)
    return interpret(graph, { ...values, [name]: literal }).outputs[of]!.at(0)
  }
  return (at(1) - at(-1)) / (2 * h)
}
