// Mistakes in calls of public ops, as tsc reports them: each is one error of one line, on the
// argument at fault, that says the rule's sentence.

import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const path = `${root}test/model/ops/mistaken.ts`

const PRELUDE = `
import type { Tensor } from '../../../src/ir/tensor.ts'
import { assertShape, loose } from '../../../src/model/ops/assertion.ts'
import { exp, neg } from '../../../src/model/ops/unary.ts'
import { relu } from '../../../src/model/ops/activation.ts'
import { add, mul, sub } from '../../../src/model/ops/binary.ts'
import { greater } from '../../../src/model/ops/comparison.ts'
import { dot, matmul } from '../../../src/model/ops/contraction.ts'
import { constant, full, iota } from '../../../src/model/ops/creation.ts'
import { softmaxCrossEntropy } from '../../../src/model/ops/losses.ts'
import { batchNorm, layerNorm } from '../../../src/model/ops/normalization.ts'
import { l2Penalty } from '../../../src/model/ops/penalties.ts'
import { randomUniform } from '../../../src/model/ops/random.ts'
import { where } from '../../../src/model/ops/select.ts'
declare const x: Tensor<['batch', 784], 'f32'>
declare const w: Tensor<[785, 128], 'f32'>
declare const v: Tensor<[128], 'f32'>
declare const i: Tensor<['batch', 784], 'i32'>
declare const z: Tensor<['batch', 10], 'f32'>
declare const y: Tensor<['batch'], 'f32'>
declare const k: Tensor<['batch'], 'i32'>
declare const b: Tensor<[2], 'bool'>
`

/** A statement, the argument at fault, and the sentence; or the code of an error of tsc's own. */
const mistakes: readonly (readonly [statement: string, culprit: string, says: string | number])[] =
  [
    ['add(x, v)', 'v', 'add: cannot broadcast [batch, 784] with [128]: 784 vs 128 at axis -1'],
    ['add(x, i)', 'i', "add: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')"],
    ['add(b, b)', 'b, b', "add: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')"],
    ['sub(1, 2)', '2', 'sub: one operand must be a tensor, got two numbers'],
    ["mul(x, 'two')", "'two'", 2345],
    ['exp(i)', 'i', "exp: needs f32 or f64, got i32; use cast(x, 'f32')"],
    ['matmul(x, w)', 'w', 'matmul: inner dims differ: 784 (left axis 1) vs 785 (right axis 0)'],
    ['matmul(v, w)', 'v', 'matmul: left operand needs rank >= 2, got [128]'],
    ['matmul(x, 3)', '3', 2345],
    ['matmul(x, loose(w), { transposeC: true })', 'transposeC', 2561],
    ['dot(v, w)', 'w', 'dot: inner dims differ: 128 (left axis 0) vs 785 (right axis 0)'],
    [
      'where(x, 1, x)',
      'x, 1',
      "where: condition must be bool, got f32; use cast(condition, 'bool')",
    ],
    [
      'where(greater(x, 0), v, 0)',
      'v',
      'where: cannot broadcast [batch, 784] with [128]: 784 vs 128 at axis -1',
    ],
    [
      'softmaxCrossEntropy(z, y)',
      'y',
      "softmaxCrossEntropy: labels must be i32, got f32; use cast(labels, 'i32')",
    ],
    [
      'softmaxCrossEntropy(z, k, { classWeights: v })',
      'classWeights',
      'softmaxCrossEntropy: logits [batch, 10] need classWeights [10], got [128]',
    ],
    [
      'softmaxCrossEntropy(z, z, { ignoreIndex: 0 })',
      'ignoreIndex',
      'softmaxCrossEntropy: ignoreIndex needs i32 labels, got f32',
    ],
    [
      'full([-1, 3], 0)',
      '[-1, 3]',
      'full: dims must be names or whole numbers from 0, got -1 in [-1, 3]',
    ],
    [
      "iota(['n', 3], 2, 'f32')",
      '2',
      'iota: axis 2 is out of range for [n, 3] (rank 2: use -2..1)',
    ],
    ['randomUniform([3], { lo: 1 })', 'lo', 2353],
    [
      "add(x, constant(3, 'i32'))",
      'constant',
      "add: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')",
    ],
    [
      "assertShape(x, ['batch', 785])",
      "['batch', 785]",
      'assertShape: expected [batch, 785], got [batch, 784]',
    ],
    ['batchNorm(x, v, v)', 'v', 'batchNorm: x [batch, 784] needs gamma [784], got [128]'],
    [
      'batchNorm(z, y, y, { axes: 2 })',
      'axes',
      'batchNorm: axis 2 is out of range for [batch, 10] (rank 2: use -2..1)',
    ],
    ['layerNorm(z, y, y, { axes: 0, epsilo: 1 })', 'epsilo', 2561],
    ['layerNorm(i, v, v)', 'i', "layerNorm: needs f32 or f64, got i32; use cast(x, 'f32')"],
    [
      'l2Penalty([w, i], 1)',
      '[w, i]',
      "l2Penalty: dtypes differ: f32 (tensor 0) vs i32 (tensor 1); use cast(x, 'f32')",
    ],
    // The mistake is reported where it is made, and not again by what uses the result.
    [
      'relu(add(matmul(x, w), v))',
      'w',
      'matmul: inner dims differ: 784 (left axis 1) vs 785 (right axis 0)',
    ],
  ]

/** Calls that look alike and are right. */
const right = [
  'add(x, 2)',
  'sub(1, neg(i))',
  'add(loose(x), v)',
  'matmul(x, loose(w))',
  'matmul(v as Tensor, w)',
  'where(greater(x, 0), x, constant(0))',
  'softmaxCrossEntropy(z, k, { labelSmoothing: 0.1, ignoreIndex: -1 })',
  'softmaxCrossEntropy(z, z)',
  'batchNorm(z, y, y, { axes: -1 }).output',
  'batchNorm(loose(z), v, v)',
  'layerNorm(z, y, y, { axes: [0] })',
  'l2Penalty([w, v], 1e-4)',
  'l2Penalty(w, 1e-4)',
  "add(full(['batch', 1], 0), x)",
  'export const generic = <S extends readonly number[]>(t: Tensor<S, "f32">) => mul(relu(t), 2)',
]

/** The errors of tsc in a text, each with its line. */
function errorsIn(text: string): { line: number; at: number; code: number; message: string }[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = name => name === path || fileExists(name)
  host.getSourceFile = (name, language, ...rest) =>
    name === path
      ? ts.createSourceFile(name, text, language)
      : getSourceFile.call(host, name, language, ...rest)
  const program = ts.createProgram([path], options, host)
  const source = program.getSourceFile(path)!
  return program.getSemanticDiagnostics(source).map(({ start = 0, code, messageText }) => ({
    line: source.getLineAndCharacterOfPosition(start).line,
    at: start,
    code,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }))
}

describe('tsc', () => {
  const statements = [...mistakes.map(([statement]) => statement), ...right]
  const text = `${PRELUDE}${statements.join('\n')}\n`
  const first = PRELUDE.split('\n').length - 1
  const found = errorsIn(text)
  const errorsOf = (i: number) => found.filter(({ line }) => line === first + i)

  it.each(mistakes.map((row, i) => [...row, i] as const))('says of %s, at %s: %s', (...row) => {
    const [, culprit, says, i] = row
    const errors = errorsOf(i)
    expect(errors).toHaveLength(1)
    const [{ at, code, message }] = errors as [(typeof errors)[0]]
    expect(text.slice(at, at + culprit.length)).toBe(culprit)
    if (typeof says === 'number') expect(code).toBe(says)
    else expect(message.endsWith(`type '"${says}"'.`), message).toBe(true)
    expect(message.split('\n')).toHaveLength(1)
  })

  it.each(right.map((statement, i) => [statement, i] as const))('accepts %s', (_, i) => {
    expect(errorsOf(mistakes.length + i)).toEqual([])
  })
})
