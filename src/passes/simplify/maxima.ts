// Functions of which only the largest value is kept. Normal form: the maximum first, the function
// on what is left, where that changes no bit of the value or of the derivative.

import { integers } from '../../ir/attribute.ts'
import { relu } from '../../ops/activation.ts'
import { dimsAt } from '../../ops/axes.ts'
import { maxPool2d } from '../../ops/pooling.ts'
import { max } from '../../ops/reduction.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'

/** Whether every maximum is one of elements: that of none is no value of the function. */
function hasElements(of: Matched): boolean {
  if (of.op === maxPool2d.op) return true
  const axes = attribute(of, 'axes', integers)
  return dimsAt(of.operands[0]!.type.shape, axes).every(
    extent => typeof extent === 'number' && extent > 0,
  )
}

const rectifiedMaximum = rule({
  name: 'rectified-maximum',
  why: 'relu keeps the order, so the largest of rectified elements is the rectified largest one; where several become 0 together, none has a derivative',
  exactness: 'bitwise',
  match: pattern([max, maxPool2d], pattern(relu, any('x'))),
  when: ({ root }) => hasElements(root),
  build: ({ x, root, into }) => relu(into.append(root.op, [x], root.attributes)[0]!),
  example: {
    given: '%x: f32[n,4,4,3]',
    before: `
      %0 = relu %x : f32[n,4,4,3]
      %1 = max_pool2d %0 {size = [2, 2], stride = [2, 2], padding = [[0, 0], [0, 0]]} : f32[n,2,2,3]`,
    after: `
      %0 = max_pool2d %x {size = [2, 2], stride = [2, 2], padding = [[0, 0], [0, 0]]} : f32[n,2,2,3]
      %1 = relu %0 : f32[n,2,2,3]`,
  },
  also: [
    {
      given: '%x: f32[n,4]',
      before: `
        %0 = relu %x : f32[n,4]
        %1 = max %0 {axes = [1]} : f32[n]`,
      after: `
        %0 = max %x {axes = [1]} : f32[n]
        %1 = relu %0 : f32[n]`,
    },
  ],
})

/** Rules of maxima; see the head of this file. */
export const maximumRules: readonly Rule[] = [rectifiedMaximum]
