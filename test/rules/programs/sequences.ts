// Text and time: embeddings, recurrent steps, differences, and images that are cut and mirrored.

import {
  abs,
  add,
  bool,
  broadcastTo,
  cast,
  concat,
  cumsum,
  div,
  expandDims,
  f32,
  full,
  gather,
  i32,
  matmul,
  max,
  maximum,
  mean,
  model,
  mul,
  neg,
  not,
  notEqual,
  oneHot,
  pad,
  param,
  reshape,
  reverse,
  sigmoid,
  slice,
  softmaxCrossEntropy,
  split,
  square,
  squeeze,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  where,
} from '../../../src/index.ts'
import { dense, normal, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** A bag of embedded words without padding, which is word 0. */
const bagOfWords = model({
  name: 'bag_of_words',
  inputs: { words: i32('batch', 5), y: i32('batch') },
  params: { table: param([7, 3], normal()), head: dense(3, 2) },
  body({ words, y }, { table, head }) {
    const isWord = notEqual(words, 0)
    const rows = gather(table, words)
    const kept = where(expandDims(isWord, 2), rows, 0)
    const count = maximum(sum(cast(isWord, 'f32'), 1), 1)
    const average = div(sum(kept, 1), expandDims(count, 1))
    return { loss: mean(softmaxCrossEntropy(head(average), y)), count }
  },
})

/** A layer that leaves padding at zero, as every layer of a sequence does. */
function masked(isPadding: Tensor<['batch', 4, 1], 'bool'>, h: Tensor<['batch', 4, 3], 'f32'>) {
  return where(not(isPadding), h, 0)
}

/** Stacked layers over a padded sequence: each masks what it gives, and pooling masks again. */
const paddedSequence = model({
  name: 'padded_sequence',
  inputs: { x: f32('batch', 4, 3), isPadding: bool('batch', 4, 1) },
  params: { l1: dense(3, 3), l2: dense(3, 3) },
  body({ x, isPadding }, { l1, l2 }) {
    const h = masked(isPadding, tanh(l1(masked(isPadding, x))))
    const top = masked(isPadding, tanh(l2(h)))
    const pooled = sum(masked(isPadding, top), 1)
    const highest = max(where(isPadding, -1e9, where(isPadding, 0, top)), 1)
    return { loss: mean(square(sub(pooled, 1))), highest }
  },
})

/** Three steps of a gated cell from a state of zeros; the gates are slices of one product. */
const recurrent = model({
  name: 'gated_cell',
  inputs: { x: f32('batch', 3, 2) },
  params: { w: param([5, 6], xavier()), b: param([6]), out: dense(3, 1) },
  body({ x }, { w, b, out }) {
    let h: Tensor<['batch', 3], 'f32'> = full(['batch', 3], 0)
    for (let t = 0; t < 3; t++) {
      const now = squeeze(slice(x, [0, t, 0], ['batch', t + 1, 2]), 1)
      const z = add(matmul(concat([now, h], 1), w), b)
      const [gate, candidate] = split(z, 2, 1)
      const g = sigmoid(gate)
      h = add(mul(g, h), mul(sub(1, g), tanh(candidate)))
    }
    return { loss: mean(square(out(h))), last: h }
  },
})

/** Smoothness of a curve: first and second differences, every other point, running sums. */
const smoothness = model({
  name: 'smoothness',
  inputs: { y: f32(9) },
  params: { curve: param([9]) },
  body({ y }, { curve }) {
    const first = sub(slice(curve, [1], [9]), slice(curve, [0], [8]))
    const second = sub(slice(first, [1], [8]), slice(first, [0], [7]))
    const coarse = slice(slice(curve, [0], [9], [2]), [1], [5])
    const fit = sum(square(sub(curve, y)))
    const penalty = add(sum(square(second)), sum(abs(first)))
    return { loss: add(fit, mul(0.5, penalty)), coarse, total: cumsum(curve, 0) }
  },
})

/** Images shifted and mirrored, and the prediction averaged over an image and its mirror image. */
const augmented = model({
  name: 'augmented_images',
  inputs: { images: f32('batch', 4, 4), y: i32('batch') },
  params: { head: dense(16, 3) },
  body({ images, y }, { head }) {
    const framed = pad(
      pad(images, [
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
      [
        [0, 0],
        [1, 1],
        [1, 1],
      ],
    )
    const moved = slice(framed, [0, 3, 2], ['batch', 7, 6])
    const mirrored = reverse(moved, 2)
    const turned = reverse(mirrored, [1, 2])
    const scores = (x: typeof images) => head(reshape(x, ['batch', 16]))
    const both = div(add(scores(moved), scores(turned)), 2)
    const back = reverse(reverse(moved, [2]), [2])
    const middle = slice(framed, [0, 2, 2], ['batch', 6, 6])
    return { loss: mean(softmaxCrossEntropy(both, y)), back, change: sub(middle, images) }
  },
})

/** Features of several sources side by side, taken apart again for a penalty on each. */
const fused = model({
  name: 'fused_features',
  inputs: { a: f32('batch', 2), b: f32('batch', 3), c: f32('batch') },
  params: { encoder: dense(6, 4), decoder: dense(4, 6) },
  body({ a, b, c }, { encoder, decoder }) {
    const joined = concat([a, b, expandDims(c, 1)], 1)
    const rebuilt = decoder(tanh(encoder(joined)))
    const [aGot, bGot, cGot] = split(rebuilt, [2, 3, 1], 1)
    const [aWas, bWas, cWas] = split(joined, [2, 3, 1], 1)
    const errors = [
      mean(square(sub(aGot, aWas))),
      mean(square(sub(bGot, bWas))),
      mul(2, mean(square(sub(cGot, cWas)))),
    ]
    return { loss: sum(stack(errors, 0)), joined }
  },
})

/** Patches of an image as rows, and their mean by way of several reshapes. */
const patches = model({
  name: 'image_patches',
  inputs: { images: f32('batch', 4, 4) },
  params: { embed: param([4, 3], xavier()), position: param([4, 3]) },
  body({ images }, { embed, position }) {
    const grid = reshape(images, ['batch', 2, 2, 2, 2])
    const rows = reshape(transpose(grid, [0, 1, 3, 2, 4]), ['batch', 2, 2, 4])
    const tokens = add(matmul(reshape(rows, ['batch', 4, 4]), embed), position)
    const pooled = mean(reshape(tokens, ['batch', 2, 2, 3]), [1, 2])
    const gray = broadcastTo(reshape(pooled, ['batch', 1, 3]), ['batch', 4, 3])
    return { loss: mean(square(sub(tokens, gray))), all: sum(transpose(tokens)) }
  },
})

/** A table of words scored by both sides: one matrix, used as it is and transposed. */
const tiedEmbedding = model({
  name: 'tied_embedding',
  inputs: { words: i32('batch'), next: i32('batch') },
  params: { table: param([5, 3], normal()), inner: param([3, 3], xavier()) },
  body({ words, next }, { table, inner }) {
    const h = tanh(matmul(matmul(oneHot(words, 5), table), transpose(inner)))
    const logits = matmul(h, transpose(table))
    const scores = transpose(matmul(table, transpose(h)))
    return { loss: mean(softmaxCrossEntropy(logits, next)), scores, negative: neg(neg(logits)) }
  },
})

/** Sequences and images of the corpus. */
export const sequences: readonly Program[] = [
  program(bagOfWords, { dims: { batch: 3 }, loss: 'loss', ranges: { words: [0, 7], y: [0, 2] } }),
  program(paddedSequence, { dims: { batch: 2 }, loss: 'loss' }),
  program(recurrent, { dims: { batch: 2 }, loss: 'loss' }),
  program(smoothness, { loss: 'loss' }),
  program(augmented, { dims: { batch: 2 }, loss: 'loss' }),
  program(fused, { dims: { batch: 3 }, loss: 'loss' }),
  program(patches, { dims: { batch: 2 }, loss: 'loss' }),
  program(tiedEmbedding, {
    dims: { batch: 4 },
    loss: 'loss',
    ranges: { words: [0, 5], next: [0, 5] },
  }),
]
