// The graph that compile time is measured on: a deep classifier, its loss and its gradient, built
// as a user would build it, with symbolic batch.

import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { type Shape, tensorType } from '../../src/ir/type.ts'
import { add, mul, scale } from '../../src/ops/arithmetic.ts'
import { broadcastTo, sum } from '../../src/ops/broadcast.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { softmaxCrossEntropy } from '../../src/ops/cross-entropy.ts'
import { mean } from '../../src/ops/statistics.ts'
import { tanh } from '../../src/ops/trigonometric.ts'

const WIDTH = 64
const CLASSES = 10

function dense(builder: GraphBuilder, x: Value, name: string, size: number): Value {
  const from = x.type.shape[1]!
  const declare = (part: string, shape: Shape) =>
    builder.param(`${name}.${part}`, tensorType('f32', shape))
  const product = matmul(x, declare('w', [from, size]))
  return add(product, broadcastTo(declare('b', [size]), product.type.shape))
}

/** The gradient graph of a classifier with so many hidden layers and an L2 penalty on each. */
export function classifier(layers: number): Graph {
  const builder = new GraphBuilder('classifier')
  let h = builder.input('x', tensorType('f32', ['batch', WIDTH]))
  const labels = builder.input('y', tensorType('i32', ['batch']))
  const penalties: Value[] = []
  for (let layer = 0; layer < layers; layer++) {
    h = tanh(builder.scope(`l${layer}`, () => dense(builder, h, `l${layer}`, WIDTH)))
    const w = builder.argumentNamed(`l${layer}.w`)
    penalties.push(scale(sum(mul(w, w)), 1e-4))
  }
  const loss = mean(softmaxCrossEntropy(dense(builder, h, 'head', CLASSES), labels))
  const total = penalties.reduce(add, loss)
  return gradient(builder.output('loss', total).finish(), { of: 'loss' })
}

/** The classifier whose gradient graph comes nearest to so many nodes. */
export function layersFor(nodes: number): number {
  const [one, two] = [1, 2].map(layers => classifier(layers).order.length)
  return Math.max(1, Math.round(1 + (nodes - one!) / (two! - one!)))
}
