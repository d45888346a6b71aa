// A network as a converter writes it: text, with the conversions, reshapes and paddings that a
// general exporter emits whether they do anything or not.

import { fromGraph, parseGraph } from '../../../src/index.ts'
import { ops } from '../../../src/ops/registry.ts'
import { type Program, program } from './program.ts'

const TEXT = `graph @imported(input %image: f32[batch,2,3], param %"conv.w": f32[6,4], param %"fc.w": f32[4,2]) {
  %0 = cast %image {dtype = f32} : f32[batch,2,3]
  %1 = pad %0 {low = [0, 0, 0], high = [0, 0, 0]} : f32[batch,2,3]
  %2 = transpose %1 {permutation = [0, 1, 2]} : f32[batch,2,3]
  %flat = reshape %2 {shape = [batch, 6]} : f32[batch,6]
  %3 = matmul %flat, %"conv.w" : f32[batch,4]
  %4 = reshape %3 {shape = [batch, 4]} : f32[batch,4]
  %5 = concat %4 {axis = 1} : f32[batch,4]
  %6 = slice %5 {start = [0, 0], end = [batch, 4]} : f32[batch,4]
  %7 = sum %6 {axes = []} : f32[batch,4]
  %8 = relu %7 : f32[batch,4]
  %9 = reverse %8 {axes = []} : f32[batch,4]
  %10 = matmul %9, %"fc.w" : f32[batch,2]
  %11 = cast %10 {dtype = f32} : f32[batch,2]
  %12 = square %11 : f32[batch,2]
  %loss = mean %12 {axes = [0, 1]} : f32[]
  return loss = %loss, scores = %11
}
`

/** Programs that were not written in TypeScript. */
export const imported: readonly Program[] = [
  program(fromGraph(parseGraph('imported.ir', TEXT, ops)), { dims: { batch: 3 }, loss: 'loss' }),
]
