// Where tsc reports the mistakes of calls of shape ops: one error per mistake, on the argument at
// fault (the list, where it is in a list), and no second error where the result is used.

import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const file = `${root}test/model/ops/calls-with-mistakes.ts`

const head = `
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { gather, oneHot, scatterAdd } from '../../../src/model/ops/indexing.ts'
import { concat, split, stack } from '../../../src/model/ops/joining.ts'
import { cumsum, mean, sum } from '../../../src/model/ops/reduction.ts'
import {
  broadcastTo, expandDims, flatten, reshape, reverse, squeeze, transpose,
} from '../../../src/model/ops/shape.ts'
import { pad, slice } from '../../../src/model/ops/slicing.ts'
import { softmax } from '../../../src/model/ops/softmax.ts'
declare function t<const S extends Shape>(s: S): Tensor<[...S], 'f32'>
declare const x: Tensor<['batch', 784], 'f32'>
declare const i: Tensor<['b', 3], 'i32'>
`

/** Calls, with « where tsc must find their one mistake. */
const mistakes = [
  'sum(x, «2)',
  'mean(x, «[0, 3])',
  'mean(«i)',
  'cumsum(x, «5)',
  'softmax(x, «-3)',
  'softmax(«t([]))',
  "reshape(x, «['batch', 28, 29])",
  'flatten(«t([]))',
  'transpose(x, «[0, 0])',
  'broadcastTo(x, «[3])',
  'squeeze(x, «[0])',
  'reverse(x, «3)',
  'expandDims(x, «4)',
  'slice(x, [0, 0], «[1, 800])',
  'slice(x, «[0, 900], [1, 800])',
  'slice(x, [], [], «[0])',
  "pad(x, «[[0, 0], [999, 0]], { mode: 'reflect' })",
  "concat(«[x, t(['time', 3])], 1)",
  'concat([x, x], «2)',
  'stack(«[x, i], 0)',
  'stack([x, x], «7)',
  'split(x, «5, 1)',
  'split(x, «[5, 5], 1)',
  'split(x, 2, «9)',
  "gather(x, «t(['b']))",
  'gather(x, i, «2)',
  'scatterAdd(x, i, «t([3]))',
  'oneHot(«x, 10)',
  'oneHot(i, «-1)',
  'sum(concat([softmax(reshape(x, «[28, 28])), x], 1), 1)',
]

/** Calls without a mistake: where only the build knows shapes, any op fits after any other. */
const calls = [
  "(y: Tensor<Shape, 'f32'>) => sum(softmax(reshape(transpose(concat([y, y], 7)), [-1, 3])), 1)",
  "<W extends number>(y: Tensor<['b', W], 'f32'>) => sum(y)",
]

/** The first column and the text of every error of a line of code, by line. */
function errorsOf(lines: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const text = `${head}${lines.join(';\n')}`
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = path => path === file || fileExists(path)
  host.getSourceFile = (path, version) =>
    path === file ? ts.createSourceFile(path, text, version) : getSourceFile(path, version)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)!
  const found = new Map<number, string[]>()
  for (const { start, messageText } of program.getSemanticDiagnostics(source)) {
    const { line, character } = source.getLineAndCharacterOfPosition(start ?? 0)
    const at = line - (head.split('\n').length - 1)
    const error = `${character} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    found.set(at, [...(found.get(at) ?? []), error])
  }
  return found
}

it('every mistake is one error, on the argument at fault', () => {
  const errors = errorsOf([...mistakes.map(line => line.replace('«', '')), ...calls])
  for (const [at, line] of mistakes.entries()) {
    const sentence = /^(\d+) Argument of type .* not assignable to parameter of type '"\w+: .*"'\.$/
    const columns = (errors.get(at) ?? []).map(error => sentence.exec(error)?.[1] ?? error)
    expect([line, ...columns]).toEqual([line, String(line.indexOf('«'))])
  }
  expect([...errors.keys()].filter(at => at < 0 || at >= mistakes.length)).toEqual([])
})
