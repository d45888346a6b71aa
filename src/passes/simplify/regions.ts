// Slices, pads and concatenations: parts of tensors taken, surrounded and joined. Normal form: no
// part that is the whole, no border without elements, and of two in a row one where one can say
// both.

import { dimensions, integer, integers, number } from '../../ir/attribute.ts'
import { apply } from '../../ir/define.ts'
import { addDims, type Dim, multiplyDims, subtractDims } from '../../ir/dim.ts'
import { concat } from '../../ops/joining.ts'
import { pad } from '../../ops/padding.ts'
import { slice } from '../../ops/slicing.ts'
import { any, application, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'

const dimsOf = (of: Matched, name: string) => attribute(of, name, dimensions)
const isZero = (extent: Dim) => extent === 0
const sumOf = (a: readonly Dim[], b: readonly Dim[]) =>
  a.map((extent, axis) => addDims(extent, b[axis]!))

/** Whether a slice takes every element: from the start, in steps of one, as many as there are. */
function isWhole(of: Matched): boolean {
  const { shape } = of.operands[0]!.type
  const steps = attribute(of, 'stride', integers)
  const same = of.out.type.shape.every((extent, axis) => extent === shape[axis])
  return same && dimsOf(of, 'start').every(isZero) && steps.every(step => step === 1)
}

const sliceWhole = rule({
  name: 'slice-whole',
  why: 'a slice from the start to the end takes everything',
  exactness: 'bitwise',
  match: pattern(slice, any('x')),
  when: ({ root }) => isWhole(root),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[n]',
    before: '%0 = slice %x {start = [0], end = [n]} : f32[n]',
    after: '%x',
  },
})

const sliceSlice = rule({
  name: 'slice-slice',
  why: 'a part of a part is a part: starts add up in steps of the first, steps multiply',
  exactness: 'bitwise',
  match: pattern(slice, pattern(slice, any('x')).as('inner')),
  // The end of an empty part says nothing of where the part stands.
  when: ({ root }) =>
    !root.out.type.shape.some(extent => typeof extent !== 'number' || extent === 0),
  build: ({ x, root, inner }) => {
    const [outer, first] = [root, inner].map(of => attribute(of, 'stride', integers))
    const scaled = dimsOf(root, 'start').map((from, axis) => multiplyDims(from, first![axis]!))
    const start = sumOf(dimsOf(inner, 'start'), scaled)
    const stride = outer!.map((step, axis) => step * first![axis]!)
    const end = start.map((from, axis) => {
      const steps = addDims(root.out.type.shape[axis]!, -1)
      return [from, multiplyDims(steps, stride[axis]!), 1].reduce(addDims)
    })
    return apply(slice.op, [x], { start, end, stride })
  },
  example: {
    given: '%x: f32[20]',
    before: `
      %0 = slice %x {start = [2], end = [20], stride = [2]} : f32[9]
      %1 = slice %0 {start = [1], end = [8], stride = [3]} : f32[3]`,
    after: '%0 = slice %x {start = [4], end = [17], stride = [6]} : f32[3]',
  },
})

const padNone = rule({
  name: 'pad-none',
  why: 'a border without elements is no border',
  exactness: 'bitwise',
  match: pattern(pad, any('x')),
  when: ({ root }) => {
    const between = attribute(root, 'interior', integers)
    return [...dimsOf(root, 'low'), ...dimsOf(root, 'high'), ...between].every(isZero)
  },
  build: ({ x }) => x,
  example: {
    given: '%x: f32[n]',
    before: '%0 = pad %x {low = [0], high = [0]} : f32[n]',
    after: '%x',
  },
})

const padPad = rule({
  name: 'pad-pad',
  why: 'a border around a border of the same value is one border',
  exactness: 'bitwise',
  match: pattern(pad, pattern(pad, any('x')).as('inner')),
  when: ({ root, inner }) => {
    const between = attribute(root, 'interior', integers)
    const values = [root, inner].map(of => attribute(of, 'value', number))
    return between.every(isZero) && Object.is(values[0], values[1])
  },
  build: ({ x, root, inner }) =>
    apply(pad.op, [x], {
      low: sumOf(dimsOf(root, 'low'), dimsOf(inner, 'low')),
      high: sumOf(dimsOf(root, 'high'), dimsOf(inner, 'high')),
      interior: attribute(inner, 'interior', integers),
      value: attribute(root, 'value', number),
    }),
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = pad %x {low = [1], high = [0]} : f32[n+1]
      %1 = pad %0 {low = [3], high = [2]} : f32[n+6]`,
    after: '%0 = pad %x {low = [4], high = [2]} : f32[n+6]',
  },
})

/** Whether a slice takes exactly what a pad put its borders around. */
function isUndone(cut: Matched, padded: Matched): boolean {
  const from = dimsOf(cut, 'start')
  const low = dimsOf(padded, 'low')
  const steps = attribute(cut, 'stride', integers)
  const between = attribute(padded, 'interior', integers)
  const { shape } = padded.operands[0]!.type
  return shape.every((extent, axis) => {
    const fits = from[axis] === low[axis] && steps[axis] === between[axis]! + 1
    return fits && cut.out.type.shape[axis] === extent
  })
}

const slicePad = rule({
  name: 'slice-pad',
  why: 'the slice takes away the border that the pad put there',
  exactness: 'bitwise',
  match: pattern(slice, pattern(pad, any('x')).as('padded')),
  when: ({ root, padded }) => isUndone(root, padded),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = pad %x {low = [2], high = [1]} : f32[n+3]
      %1 = slice %0 {start = [2], end = [n+2]} : f32[n]`,
    after: '%x',
  },
})

const concatOne = rule({
  name: 'concat-one',
  why: 'one tensor joined with nothing is that tensor',
  exactness: 'bitwise',
  match: application(concat),
  when: ({ root }) => root.operands.length === 1,
  build: ({ root }) => root.operands[0]!,
  example: { given: '%x: f32[n]', before: '%0 = concat %x {axis = 0} : f32[n]', after: '%x' },
})

const concatEmpty = rule({
  name: 'concat-empty',
  why: 'a part without elements adds nothing to the others',
  exactness: 'bitwise',
  match: application(concat),
  when: ({ root }) => {
    const left = partsWithElements(root).length
    return left > 0 && left < root.operands.length
  },
  build: ({ root }) => concat(partsWithElements(root), attribute(root, 'axis', integer)),
  example: {
    given: '%x: f32[n], %e: f32[0], %y: f32[n]',
    before: '%0 = concat %x, %e, %y {axis = 0} : f32[2*n]',
    after: '%0 = concat %x, %y {axis = 0} : f32[2*n]',
  },
})

function partsWithElements(of: Matched) {
  const axis = attribute(of, 'axis', integer)
  return of.operands.filter(part => part.type.shape[axis] !== 0)
}

/**
 * The number of the part that a slice of a concatenation takes whole; undefined where there is
 * none.
 */
function partTaken(cut: Matched, joined: Matched): number | undefined {
  const axis = attribute(joined, 'axis', integer)
  const from = dimsOf(cut, 'start')
  const wanted = cut.out.type.shape
  const steps = attribute(cut, 'stride', integers)
  if (steps.some(step => step !== 1)) return undefined
  if (from.some((start, other) => other !== axis && start !== 0)) return undefined
  let before: Dim = 0
  for (const [i, { type }] of joined.operands.entries()) {
    const whole = type.shape.every((extent, other) => extent === wanted[other])
    if (whole && subtractDims(from[axis]!, before) === 0) return i
    before = addDims(before, type.shape[axis]!)
  }
  return undefined
}

const sliceConcat = rule({
  name: 'slice-concat',
  why: 'the slice takes one of the parts back, whole',
  exactness: 'bitwise',
  match: pattern(slice, application(concat).as('joined')),
  when: ({ root, joined }) => partTaken(root, joined) !== undefined,
  build: ({ root, joined }) => joined.operands[partTaken(root, joined)!]!,
  example: {
    given: '%x: f32[n], %y: f32[m]',
    before: `
      %0 = concat %x, %y {axis = 0} : f32[m+n]
      %1 = slice %0 {start = [n], end = [m+n]} : f32[m]`,
    after: '%y',
  },
})

/** Rules of slices, pads and concatenations; see the head of this file. */
export const regionRules: readonly Rule[] = [
  sliceWhole,
  sliceSlice,
  padNone,
  padPad,
  slicePad,
  concatOne,
  concatEmpty,
  sliceConcat,
]
