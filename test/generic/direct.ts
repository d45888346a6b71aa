// What composites mean, written down once more as loops over plain numbers: nothing here is shared
// with their bodies. Operands are in double.

import type { Attributes } from '../../src/ir/attribute.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { eachReduced } from '../../src/ops/reducing.ts'
import { convolved, transposed } from './direct-convolution.ts'

type Numbers = readonly number[]

/** The results of an op on known operands, element by element in row-major order. */
export type Direct = (operands: readonly Literal[], attributes: Attributes) => readonly Numbers[]

const total = (list: Numbers) => list.reduce((a, b) => a + b, 0)
const average = (list: Numbers) => total(list) / list.length
const spread = (list: Numbers) => average(list.map(x => (x - average(list)) ** 2))
const logOfSum = (list: Numbers) => {
  const largest = Math.max(...list)
  return largest + Math.log(total(list.map(x => Math.exp(x - largest))))
}

/** The elements of x that are reduced together, and where in x each of them is. */
function groupsOf(x: Literal, axes: Numbers): { readonly at: number[]; readonly of: number[] }[] {
  const groups = new Map<number, { at: number[]; of: number[] }>()
  let at = 0
  eachReduced(x, axes, (value, target) => {
    const group = groups.get(target) ?? { at: [], of: [] }
    groups.set(target, group)
    group.at.push(at++)
    group.of.push(value)
  })
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/** A reduction: one number per group. */
const reducing =
  (f: (group: Numbers) => number): Direct =>
  ([x], { axes }) => [groupsOf(x!, axes as Numbers).map(({ of }) => f(of))]

/** Several numbers per group, put where the group's elements are. */
function scattered(
  x: Literal,
  axes: Numbers,
  f: (group: Numbers, which: number) => Numbers,
): Numbers {
  const out = new Array<number>(x.size).fill(0)
  groupsOf(x, axes).forEach(({ at, of }, which) => {
    f(of, which).forEach((value, i) => {
      out[at[i]!] = value
    })
  })
  return out
}

const alongAxis =
  (f: (group: Numbers) => Numbers): Direct =>
  ([x], { axis }) => [scattered(x!, [axis as number], f)]

const elements = (x: Literal) => [...x.values()]

/** The loss of one row of logits, given what each class counts. */
function rowLoss(logits: Numbers, weights: Numbers): number {
  const normalizer = logOfSum(logits)
  return total(logits.map((z, c) => weights[c]! * (normalizer - z)))
}

const softmaxCrossEntropy: Direct = ([logits, labels], attributes) => {
  const { label_smoothing: smoothing, ignored } = attributes as {
    readonly label_smoothing: number
    readonly ignored: Numbers
  }
  const isNumbers = labels!.dtype === 'i32'
  const classes = logits!.shape.at(-1)!
  const loss = ({ of }: { readonly of: Numbers }, k: number) => {
    if (isNumbers && ignored.includes(labels!.at(k))) return 0
    const given = of.map((_, c) =>
      isNumbers ? Number(c === labels!.at(k)) : labels!.at(k * classes + c),
    )
    return rowLoss(
      of,
      given.map(y => (1 - smoothing) * y + smoothing / classes),
    )
  }
  return [groupsOf(logits!, [logits!.shape.length - 1]).map(loss)]
}

const sigmoidCrossEntropy: Direct = ([logits, targets], { positive_weight: weight }) => [
  elements(logits!).map((z, i) => {
    const y = targets!.at(i)
    const [yes, no] = [Math.log1p(Math.exp(-z)), Math.log1p(Math.exp(z))]
    return (weight as number) * y * yes + (1 - y) * no
  }),
]

const batchNorm: Direct = ([x, gamma, beta], { axes, epsilon }) => {
  const out = scattered(x!, axes as Numbers, (group, k) =>
    group.map(value => {
      const deviation = Math.sqrt(spread(group) + (epsilon as number))
      return ((value - average(group)) / deviation) * gamma!.at(k) + beta!.at(k)
    }),
  )
  const groups = groupsOf(x!, axes as Numbers)
  return [out, groups.map(({ of }) => average(of)), groups.map(({ of }) => spread(of))]
}

const batchNormInference: Direct = ([x, gamma, beta, mean, variance], { axes, epsilon }) => [
  scattered(x!, axes as Numbers, (group, k) =>
    group.map(value => {
      const deviation = Math.sqrt(variance!.at(k) + (epsilon as number))
      return ((value - mean!.at(k)) / deviation) * gamma!.at(k) + beta!.at(k)
    }),
  ),
]

const layerNorm: Direct = ([x, gamma, beta], { axes, epsilon }) => [
  scattered(x!, axes as Numbers, group =>
    group.map((value, k) => {
      const deviation = Math.sqrt(spread(group) + (epsilon as number))
      return ((value - average(group)) / deviation) * gamma!.at(k) + beta!.at(k)
    }),
  ),
]

/** Direct meanings by op; those of draws are pinned by their own tests. */
export const DIRECT: Readonly<Record<string, Direct>> = {
  batch_norm: batchNorm,
  batch_norm_inference: batchNormInference,
  conv2d: convolved,
  conv2d_transpose: transposed,
  l1_penalty: ([x], { strength }) => [[(strength as number) * total(elements(x!).map(Math.abs))]],
  l2_penalty: ([x], { strength }) => [
    [((strength as number) / 2) * total(elements(x!).map(value => value ** 2))],
  ],
  layer_norm: layerNorm,
  log_softmax: alongAxis(group => group.map(x => x - logOfSum(group))),
  log_sum_exp: reducing(logOfSum),
  sigmoid_cross_entropy: sigmoidCrossEntropy,
  softmax: alongAxis(group => group.map(x => Math.exp(x - logOfSum(group)))),
  softmax_cross_entropy: softmaxCrossEntropy,
  squared_error: ([x, y]) => [elements(x!).map((value, i) => (value - y!.at(i)) ** 2)],
  variance: reducing(spread),
}
