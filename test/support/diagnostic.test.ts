// How errors read: the samples of the style guide, carets under what is at fault, several findings
// in one error, names proposed by edit distance.

import { describe, expect, it } from 'vitest'
import {
  type Diagnostic,
  GraphError,
  InternalError,
  invariant,
  lineAt,
  nearest,
  oneOf,
  ParseError,
  renderDiagnostic,
  UnsupportedError,
} from '../../src/support/diagnostic.ts'

const MATMUL: Diagnostic = {
  code: 'E101',
  subject: 'matmul',
  message: 'contracting axes must have equal size, got 784 and 512 (C1)',
  node: '%3 = matmul %x, %w',
  operands: [
    { label: '%x', type: 'f32[32,784]', culprit: { start: 7, end: 10 } },
    { label: '%w', type: 'f32[512,128]', culprit: { start: 4, end: 7 } },
  ],
  source: { file: 'examples/model.ts', line: 14, column: 20 },
  help: 'transpose %w with transpose(w, [1, 0]), or set `inputs: 784` on layer "hidden"',
}

describe('a diagnostic reads as', () => {
  it('the sentence, the node, its operands with the culprit marked, the place, the help', () => {
    expect(renderDiagnostic(MATMUL)).toBe(
      [
        'E101 matmul: contracting axes must have equal size, got 784 and 512 (C1)',
        '  %3 = matmul %x, %w',
        '       %x: f32[32,784]',
        '                  ^^^',
        '       %w: f32[512,128]',
        '               ^^^',
        '  made at examples/model.ts:14:20',
        '  help: transpose %w with transpose(w, [1, 0]), or set `inputs: 784` on layer "hidden"',
      ].join('\n'),
    )
  })

  it('the place, the line with carets, then the sentence, where a text is wrong', () => {
    const text =
      'graph @loss(input %0: f32[10,4]) {\n' +
      '\n' +
      '  %1 = exp %0 : f32[10,4]\n' +
      '  %2 = reduce_sum %1 {axis = [0]} : f32[10]\n'
    const start = text.indexOf('axis')
    const rendered = renderDiagnostic({
      code: 'E301',
      subject: 'parse error',
      message: 'reduce_sum has no attribute "axis"; it takes axes',
      text: { file: 'loss.ir', text, start, end: start + 4 },
    })
    expect(rendered).toBe(
      [
        'E301 parse error: loss.ir:4:23',
        '      %2 = reduce_sum %1 {axis = [0]} : f32[10]',
        '                          ^^^^',
        '  reduce_sum has no attribute "axis"; it takes axes',
      ].join('\n'),
    )
  })

  it('a sentence first where a text is well formed but says something wrong', () => {
    const text = '%1 = add %x, %y'
    const rendered = renderDiagnostic({
      code: 'E101',
      subject: 'add',
      message: 'operands must have equal types, got f32[2] and f32[3] (C1)',
      text: { file: 'a.ir', text, start: 5, end: 8 },
    })
    expect(rendered.split('\n')).toEqual([
      'E101 add: operands must have equal types, got f32[2] and f32[3] (C1)',
      '  at a.ir:1:6',
      '    %1 = add %x, %y',
      '         ^^^',
    ])
  })

  it('its further facts, a line each', () => {
    const rendered = renderDiagnostic({
      code: 'E203',
      subject: 'grad',
      message: '%loss must depend differentiably on %w, got no differentiable path',
      notes: ['every path passes through  %9 = argmax %8  (model.ts:31:11)'],
      help: 'compute the loss from the scores %8, or leave %w out of `wrt`',
    })
    expect(rendered).toBe(
      [
        'E203 grad: %loss must depend differentiably on %w, got no differentiable path',
        '  every path passes through  %9 = argmax %8  (model.ts:31:11)',
        '  help: compute the loss from the scores %8, or leave %w out of `wrt`',
      ].join('\n'),
    )
  })

  it('a frame whose carets end with the line, count a tab as one column, and drop a return', () => {
    const text = '\tadd %x\r\n  %y'
    const rendered = renderDiagnostic({
      code: 'E301',
      subject: 'parse error',
      message: 'expected ","',
      text: { file: 'a.ir', text, start: 5, end: text.length },
    })
    expect(rendered.split('\n').slice(1, 3)).toEqual(['     add %x', '         ^^'])
  })

  it('one caret where the stretch at fault is empty, as at the end of a text', () => {
    const at = 'graph'.length
    const rendered = renderDiagnostic({
      code: 'E301',
      subject: 'parse error',
      message: 'expected a graph name, got the end of the text',
      text: { file: 'a.ir', text: 'graph', start: at, end: at },
    })
    expect(rendered.split('\n').slice(1, 3)).toEqual(['    graph', '         ^'])
  })
})

describe('an error', () => {
  it('is data first: code, operands, source and help of its first finding', () => {
    const error = new GraphError(MATMUL)
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('GraphError')
    expect(error.code).toBe('E101')
    expect(error.operands.map(operand => operand.label)).toEqual(['%x', '%w'])
    expect(error.source).toEqual({ file: 'examples/model.ts', line: 14, column: 20 })
    expect(error.help).toMatch(/^transpose %w/)
    expect(error.message).toBe(renderDiagnostic(MATMUL))
  })

  it('keeps every finding and shows the first twenty', () => {
    const found = Array.from({ length: 23 }, (_, i) => ({ ...MATMUL, message: `finding ${i}` }))
    const error = new ParseError(found)
    expect(error.diagnostics).toHaveLength(23)
    expect(error.message).toContain('finding 19')
    expect(error.message).not.toContain('finding 20')
    expect(error.message.endsWith('… and 3 more')).toBe(true)
  })

  it('carries the name of its own class', () => {
    expect(new UnsupportedError({ ...MATMUL, code: 'E501' }).name).toBe('UnsupportedError')
    expect(new InternalError({ ...MATMUL, code: 'E903' }).name).toBe('InternalError')
  })

  it('is E903 and asks for a report where an invariant breaks', () => {
    expect(() => invariant(true, 'cse', 'ids are dense')).not.toThrow()
    expect(() => invariant(0, 'cse', 'ids are dense')).toThrow(InternalError)
    expect(() => invariant(0, 'cse', 'ids are dense')).toThrow(
      'E903 cse: ids are dense\n  help: this is a bug in gradc; please report it',
    )
  })
})

describe('lineAt', () => {
  it.each([
    { text: 'ab', at: 0, line: 1, column: 1, content: 'ab' },
    { text: 'ab', at: 2, line: 1, column: 3, content: 'ab' },
    { text: '\nab', at: 0, line: 1, column: 1, content: '' },
    { text: '\nab', at: 1, line: 2, column: 1, content: 'ab' },
    { text: 'a\r\nb', at: 3, line: 2, column: 1, content: 'b' },
    { text: 'a\r\nb', at: 0, line: 1, column: 1, content: 'a' },
    { text: '', at: 0, line: 1, column: 1, content: '' },
  ])('finds $line:$column for position $at of $text', ({ text, at, ...place }) => {
    expect(lineAt(text, at)).toEqual(place)
  })
})

describe('nearest', () => {
  const names = ['add', 'tanh', 'matmul', 'relu', 'reduce_sum', 'softmax_cross_entropy']

  it.each([
    ['tnah', 'tanh'],
    ['matmull', 'matmul'],
    ['mamtul', 'matmul'],
    ['ReLU', 'relu'],
    ['reduceSum', 'reduce_sum'],
    ['softmaxCrossEntropy', 'softmax_cross_entropy'],
  ])('proposes, for %s, %s', (written, meant) => {
    expect(nearest(written, names)).toBe(meant)
  })

  it.each(['xy', 'conv', 'sum', ''])('proposes nothing for %j', written => {
    expect(nearest(written, names)).toBeUndefined()
  })

  it('prefers the nearer of two', () => {
    expect(nearest('reduce_min', ['reduce_sum', 'reduce_main', 'reduce_min_'])).toBe('reduce_main')
    expect(nearest('abc', ['abc', 'abd'])).toBe('abc')
  })
})

describe('oneOf', () => {
  it('lists names as a sentence does, at most five', () => {
    expect(oneOf([])).toBe('')
    expect(oneOf(['a'])).toBe('a')
    expect(oneOf(['a', 'b'])).toBe('a or b')
    expect(oneOf(['a', 'b', 'c'])).toBe('a, b or c')
    expect(oneOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d or e')
    expect(oneOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e, … (2 more)')
  })
})
