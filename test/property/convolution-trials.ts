// Random convolutions and pools on random numbers: what each of them, its derivatives and theirs
// must give by the formulas of `plain-convolution.ts`, and the same as graphs.

import { gradients } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { tensorType } from '../../src/ir/type.ts'
import { add, mul, scale, square } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { conv2d, conv2dTranspose } from '../../src/ops/convolution.ts'
import { avgPool2d, maxPool2d } from '../../src/ops/pooling.ts'
import { random } from '../../src/support/random.ts'
import type { Arguments } from '../lower/run.ts'
import {
  type Factor,
  gathered,
  largest,
  type PlainConvolution,
  pooled,
  shapeOf,
  shares,
  spread,
  type Weighed,
} from './plain-convolution.ts'
import {
  type Axes,
  type Config,
  optionsOf,
  pooledOver,
  unwalked,
  walked,
} from './random-convolution.ts'

/** A function at a point, and what must come of it there. */
export interface Trial {
  readonly apply: (operands: readonly Value[]) => Value
  /** Of squares, where the function is linear in its operands: not all of it ends at once. */
  readonly loss: 'sum' | 'squares'
  /** Operands x0, x1 …, the weights ct of the result and u0, u1 … of the first derivatives. */
  readonly given: Arguments
  /** The result y, its derivatives d0, d1 …, and those of their weighed sum dd0, dd1 …, ddct. */
  readonly wanted: Arguments
}

/** What can be tried. */
export const TRIALS = { convolution, transposed, largestOf, meanOf }

/** A stream of tensors of numbers that f32 holds, of few of them where there are to be ties. */
function drawer({ seed }: Config) {
  const stream = random(seed)
  const few = () => stream.integer(-2, 2)
  const many = () => Math.fround(stream.uniform(-1, 1))
  return (shape: readonly number[], hasTies = false) =>
    Literal.full('f64', shape, 0).map(hasTies ? few : many)
}

const product = (a: Literal, b: Literal) =>
  new Literal(
    'f64',
    a.shape,
    a.values().map((value, i) => value * b.at(i)),
  )

const total = (a: Literal, b: Literal) =>
  new Literal(
    'f64',
    a.shape,
    a.values().map((value, i) => value + b.at(i)),
  )

// ---- convolutions

function convolution(config: Config): Trial {
  const axes = walked(config)
  const { outputPadding: _, ...options } = { ...optionsOf(axes, config), groups: config.groups }
  return bilinear(config, axes, ['image', 'kernel', 'cells'], ([x, kernel]) =>
    conv2d(x!, kernel!, options),
  )
}

function transposed(config: Config): Trial {
  const axes = unwalked(config)
  const options = { ...optionsOf(axes, config), groups: config.groups }
  return bilinear(config, axes, ['cells', 'kernel', 'image'], ([x, kernel]) =>
    conv2dTranspose(x!, kernel!, options),
  )
}

/** A function that is linear in the factors a and b each, and gives the third one. */
function bilinear(
  config: Config,
  [height, width]: Axes,
  [a, b, out]: readonly [Factor, Factor, Factor],
  apply: Trial['apply'],
): Trial {
  const of: PlainConvolution = { ...config, height, width }
  const draw = drawer(config)
  const [x0, u0] = [draw(shapeOf(of, a)), draw(shapeOf(of, a))]
  const [x1, u1] = [draw(shapeOf(of, b)), draw(shapeOf(of, b))]
  const ct = draw(shapeOf(of, out))
  const wanted = {
    y: gathered(of, out, { [a]: x0, [b]: x1 }),
    d0: gathered(of, a, { [out]: ct, [b]: x1 }),
    d1: gathered(of, b, { [out]: ct, [a]: x0 }),
    dd0: gathered(of, a, { [out]: ct, [b]: u1 }),
    dd1: gathered(of, b, { [out]: ct, [a]: u0 }),
    ddct: total(gathered(of, out, { [a]: u0, [b]: x1 }), gathered(of, out, { [a]: x0, [b]: u1 })),
  }
  return { apply, loss: 'sum', given: { x0, x1, ct, u0, u1 }, wanted }
}

// ---- pools

function largestOf(config: Config): Trial {
  const axes = pooledOver(config)
  const { stride, padding, size } = poolOptions(axes, config)
  return pool(config, axes, {
    weighed: (of, x) => largest(of, x),
    apply: ([x]) => maxPool2d(x!, { stride, padding, size }),
  })
}

function meanOf(config: Config): Trial {
  const axes = pooledOver(config)
  const { countPadding } = config
  const { stride, padding, size } = poolOptions(axes, config)
  return pool(config, axes, {
    weighed: of => shares(of, countPadding),
    apply: ([x]) => avgPool2d(x!, { stride, padding, size, countPadding }),
  })
}

const poolOptions = (axes: Axes, config: Config) => ({
  ...optionsOf(axes, config),
  size: [axes[0].size, axes[1].size] as const,
})

/**
 * A pool is linear with weights that stay as they are around a point, y = P x. Of the loss
 * Σ ct · y² / 2 the derivatives are d0 = Pᵀ (ct · y), dd0 = Pᵀ (ct · P u0) and ddct = y · P u0.
 */
function pool(
  config: Config,
  [height, width]: Axes,
  {
    weighed,
    apply,
  }: Pick<Trial, 'apply'> & {
    readonly weighed: (of: PlainConvolution, x: Literal) => readonly Weighed[]
  },
): Trial {
  const of: PlainConvolution = { ...config, height, width, each: 1, per: 1 }
  const draw = drawer(config)
  const x0 = draw(shapeOf(of, 'image'), config.hasTies)
  const u0 = draw(shapeOf(of, 'image'))
  const ct = draw(shapeOf(of, 'cells'))
  const weights = weighed(of, x0)
  const [y, z] = [pooled(weights, x0, ct), pooled(weights, u0, ct)]
  const wanted = {
    y,
    d0: spread(weights, product(ct, y), x0),
    dd0: spread(weights, product(ct, z), x0),
    ddct: product(y, z),
  }
  return { apply, loss: 'squares', given: { x0, ct, u0 }, wanted }
}

// ---- graphs

/** What the outputs of a graph are. */
export const ORDERS = ['value', 'first', 'second'] as const

/** The trial as a graph: the value, the value with its derivatives, or the derivatives of those. */
export function graphOf(
  { apply, loss, given }: Trial,
  order: (typeof ORDERS)[number],
  dtype: 'f32' | 'f64',
): Graph {
  const builder = new GraphBuilder(order)
  const input = (name: string) => builder.input(name, tensorType(dtype, given[name]!.shape))
  const operands = ['x0', 'x1'].filter(name => name in given).map(input)
  const y = apply(operands)
  if (order !== 'second') builder.output('y', y)
  if (order === 'value') return builder.finish()
  const ct = input('ct')
  const weighed = mul(ct, loss === 'sum' ? y : scale(square(y), 1 / 2))
  const first = gradients(builder, sum(weighed), operands)
  if (order === 'first') {
    for (const [i, value] of first.entries()) builder.output(`d${i}`, value)
    return builder.finish()
  }
  const sums = first.map((value, i) => sum(mul(value, input(`u${i}`))))
  const second = gradients(builder, sums.reduce(add), [...operands, ct])
  for (const [i, value] of second.entries()) {
    builder.output(i < operands.length ? `dd${i}` : 'ddct', value)
  }
  return builder.finish()
}

/** The given values that the graph takes, in its dtypes. */
export function argumentsOf(graph: Graph, { given }: Trial): Arguments {
  const taken = graph.arguments.map(({ name, type }) => {
    return [name, given[name]!.map(value => value, type.dtype)] as const
  })
  return Object.fromEntries(taken)
}
