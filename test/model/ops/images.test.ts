// Convolutions and pools as users call them: what a refusal says, where, and what to do about it.

import { describe, expect, it } from 'vitest'
import { conv2d, conv2dTranspose, f32, maxPool2d, model, param } from '../../../src/index.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'

type Image = Tensor<Shape, 'f32'>

/** What building a model says that makes `body` of an image and a kernel. */
function refusalOf(
  image: readonly (number | string)[],
  kernel: readonly number[],
  body: (x: Image, k: Image) => Image,
): string {
  const shape = image as Shape
  try {
    model({
      inputs: { x: f32(...shape) },
      params: { k: param(kernel as number[]) },
      body: ({ x }, { k }) => ({ y: body(x as Image, k as Image) }),
    })
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

describe('a refusal of windows', () => {
  it.each<[string, string, string]>([
    [
      refusalOf(['n', 8, 8, 3], [3, 3, 1, 8], (x, k) => conv2d(x, k)),
      'conv2d: input has 3 channels (axis 3 of [n, 8, 8, 3]) but the kernel expects 1 (axis 2 of [3, 3, 1, 8])',
      'images are [n, h, w, in], kernels [kh, kw, in / groups, out]',
    ],
    [
      refusalOf(['n', 2, 8, 3], [3, 3, 3, 8], (x, k) => conv2d(x, k)),
      'conv2d: kernel height 3 exceeds padded input height 2',
      "use padding 'same', or a smaller window",
    ],
    [
      refusalOf(['n', 'h', 8, 3], [3, 3, 3, 8], (x, k) => conv2d(x, k, { stride: 2 })),
      'conv2d: a stride of 2 needs a known height, got h-2',
      'give that dim as a number, or use a stride of 1 with padding in numbers',
    ],
    [
      refusalOf(['n', 8, 8, 3], [3, 3, 8, 4], (x, k) => conv2dTranspose(x, k)),
      'conv2dTranspose: input has 3 channels (axis 3 of [n, 8, 8, 3]) but the kernel expects 4 (axis 3 of [3, 3, 8, 4])',
      'images are [n, h, w, in], kernels [kh, kw, out / groups, in]',
    ],
    [
      refusalOf(['n', 8, 1, 3], [1], x => maxPool2d(x, { size: 2 })),
      'maxPool2d: window width 2 exceeds padded input width 1',
      "use padding 'same', or a smaller window",
    ],
    [
      refusalOf(['n', 8, 8], [1], x => maxPool2d(x, { size: 2 })),
      'maxPool2d: input must be [n, h, w, c], got [n, 8, 8]',
      'images are [n, h, w, c]; { size: 2 } halves height and width',
    ],
  ])('%s', (said, sentence, help) => {
    expect(said).toMatch(/^E101 /)
    expect(said).toContain(`E101 ${sentence}\n`)
    expect(said).toContain('test/model/ops/images.test.ts:')
    expect(said).toContain(`help: ${help}`)
  })
})
