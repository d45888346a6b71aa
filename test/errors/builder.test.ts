// How errors read for somebody who builds a graph in TypeScript: the sentence, the node, the
// operands with the culprit marked, the line of their own that made it, and one thing to do.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { bindGraph } from '../../src/ir/bind.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { dim } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { printGraphs } from '../../src/ir/printer.ts'
import { tensorType } from '../../src/ir/type.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { constant, full } from '../../src/ops/creation.ts'
import { exp } from '../../src/ops/exponential.ts'
import { reshape } from '../../src/ops/movement.ts'
import { GraphError, UnsupportedError } from '../../src/support/diagnostic.ts'

/** The message of a GraphError, with the line number of this file left out. */
function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return error.message.replace(/(builder\.test\.ts):\d+:\d+/, '$1:LINE')
  }
  throw new Error('expected an error')
}

const lines = (...rows: string[]) => rows.join('\n')

function network() {
  const builder = new GraphBuilder()
  const x = builder.input('x', tensorType('f32', [32, 784]))
  const w = builder.param('w', tensorType('f32', [512, 128]))
  return { builder, x, w }
}

/** A graph over a symbolic dim. */
function symbolic(): Graph {
  const builder = new GraphBuilder('net')
  return builder.output('out', exp(builder.input('x', tensorType('f32', ['batch', 4])))).finish()
}

describe('an op that does not fit', () => {
  it('is shown with its operands, the axes at fault and the line that called it', () => {
    const { x, w } = network()
    expect(messageOf(() => matmul(x, w))).toBe(
      lines(
        'E101 matmul: contracting axes must have equal size, got 784 and 512 (C1)',
        '  matmul %x, %w',
        '       %x: f32[32,784]',
        '                  ^^^',
        '       %w: f32[512,128]',
        '               ^^^',
        '  made at test/errors/builder.test.ts:LINE',
        '    expect(messageOf(() => matmul(x, w))).toBe(',
        '                           ^',
        '  help: give operands that share the contracted dim, for example [.., 784] and [784, ..]',
      ),
    )
  })

  it('is blamed on the caller, not on the sugar in between', () => {
    const { x } = network()
    expect(messageOf(() => reshape(x, [-1, 5]))).toBe(
      lines(
        'E101 reshape: cannot infer -1: 25088 elements of [32,784] are not divisible by 5',
        '       %x: f32[32,784]',
        '  made at test/errors/builder.test.ts:LINE',
        '    expect(messageOf(() => reshape(x, [-1, 5]))).toBe(',
        '                           ^',
        '  help: give a shape of 25088 elements, or -1 for the dim that follows from the others',
      ),
    )
  })

  it('says which operands it takes (E102)', () => {
    const { builder, x } = network()
    expect(messageOf(() => builder.append(exp.op, [x, x], {}))).toContain(
      'E102 exp: takes 1 operand (x), got 2\n  exp %x, %x\n',
    )
  })

  it('says which attributes it takes, and which one was meant (E103)', () => {
    const { builder, x } = network()
    const misspelt = messageOf(() => builder.append(sum.op, [x], { axes: [0], axs: [1] }))
    expect(misspelt).toContain('E103 sum: has no attribute "axs"; it takes axes')
    expect(misspelt).toContain('help: did you mean "axes"?')
    expect(messageOf(() => builder.append(sum.op, [x], { axes: 'all' }))).toContain(
      'E103 sum: attribute "axes" must be a list of integers, got all',
    )
  })
})

describe('values of another graph (E104)', () => {
  it('are refused as operands', () => {
    const [{ x }, { w }] = [network(), network()]
    expect(messageOf(() => add(x, w))).toBe(
      lines(
        'E104 add: operands must belong to one graph, got values of two',
        '  made at test/errors/builder.test.ts:LINE',
        '    expect(messageOf(() => add(x, w))).toBe(',
        '                           ^',
        '  help: build the whole expression from the values that one builder handed out',
      ),
    )
  })

  it('are refused as outputs', () => {
    const [{ builder }, { x }] = [network(), network()]
    expect(messageOf(() => builder.output('x', x))).toContain(
      'E104 graph: the value must belong to @main, got one of another graph',
    )
  })
})

describe('a name (E105)', () => {
  it('is given once', () => {
    const { builder, x } = network()
    expect(messageOf(() => builder.param('x', x.type))).toContain(
      'E105 graph: argument "x" is declared twice',
    )
    builder.output('out', x)
    expect(messageOf(() => builder.output('out', x))).toContain(
      'help: give one of them another name',
    )
  })

  it('that is not there is answered with the one that was meant', () => {
    const { builder, w } = network()
    const message = messageOf(() => builder.update('ww', w))
    expect(message).toContain('E105 graph: there is no param or state "ww" in @main')
    expect(message).toContain('help: did you mean "w"?')
  })

  it('belongs to one graph of a file', () => {
    const namesake = new GraphBuilder('net').finish()
    expect(messageOf(() => printGraphs([symbolic(), namesake]))).toBe(
      lines(
        'E105 print: graphs of one file must have different names, got two graphs @net',
        '  help: give one of them another name when it is built',
      ),
    )
  })
})

describe('an update of another type (E106)', () => {
  it('shows both types', () => {
    const { builder, x } = network()
    expect(messageOf(() => builder.update('w', x))).toContain(
      'E106 graph: the update of "w" must be f32[512,128], got f32[32,784]',
    )
  })
})

describe('a size (E107)', () => {
  it('belongs to a dim of the graph', () => {
    expect(messageOf(() => bindGraph(symbolic(), { bach: 3 }))).toBe(
      lines(
        'E107 bind @net: "bach" must be a symbolic dim of the graph, which has batch',
        '  help: did you mean "batch"?',
      ),
    )
  })

  it('is a non-negative integer', () => {
    expect(messageOf(() => bindGraph(symbolic(), { batch: 2.5 }))).toBe(
      lines(
        'E107 bind @net: the size of dim batch must be a non-negative integer, got 2.5',
        '  help: give batch a size such as 32',
      ),
    )
  })

  it('is needed where the arguments do not show it', () => {
    expect(messageOf(() => interpret(symbolic(), { x: Float32Array.of(1, 2, 3, 4) }))).toBe(
      lines(
        'E107 graph @net: dim batch must have a size, which no argument shows',
        '  help: pass dims: { batch: 32 }',
      ),
    )
  })
})

describe('an argument of a run (E108)', () => {
  it('is there', () => {
    expect(messageOf(() => interpret(symbolic()))).toBe(
      lines(
        'E108 graph @net: needs input "x", f32[batch,4], got nothing of that name',
        '  help: pass { x: … }',
      ),
    )
  })

  it('has the name of one', () => {
    expect(messageOf(() => interpret(symbolic(), { x: [[1, 2, 3, 4]], X: 1 }))).toBe(
      lines('E108 graph @net: takes x, got "X"', '  help: did you mean "x"?'),
    )
  })

  it('has the shape and dtype of its type', () => {
    expect(messageOf(() => interpret(symbolic(), { x: [[1, 2, 3]] }))).toContain(
      'E108 graph @net: input "x" must be f32[1,4], got f32[1,3]',
    )
    const x = { shape: [1, 4], dtype: 'i32', data: new Int32Array(4) } as const
    expect(messageOf(() => interpret(symbolic(), { x }))).toBe(
      lines(
        'E108 graph @net: input "x" must be f32[1,4], got i32[1,4]',
        '  help: pass elements of dtype f32',
      ),
    )
  })
})

describe('a dim (E109)', () => {
  it('is a sum of products', () => {
    expect(messageOf(() => dim('2 * batch / 3'))).toBe(
      lines(
        'E109 dim: a dim must be a sum of products of names and integers, got "2 * batch / 3"',
        "  help: write a dim as 784, 'batch' or 'batch*time'",
      ),
    )
  })
})

describe('a host value (E110)', () => {
  const help =
    '  help: pass a number, a nested array with rows of equal length, or a typed array with its shape'

  it('has rows of equal shape', () => {
    expect(messageOf(() => constant(new GraphBuilder(), [[1, 2], [3]]))).toBe(
      lines('E110 tensor: rows must have equal shape, got [2] in row 0 and [1] in row 1', help),
    )
  })

  it('has as many elements as its shape', () => {
    expect(messageOf(() => Literal.from(Float32Array.of(1, 2, 3), 'f32', [2, 2]))).toBe(
      lines('E110 tensor: [2,2] has 4 elements, got 3', help),
    )
  })
})

describe('a tensor that is too large to evaluate (E501)', () => {
  it('is refused before memory is asked for', () => {
    const graph = new GraphBuilder()
    const zeros = full(graph, 0, tensorType('f32', [2 ** 20, 2 ** 20]))
    graph.output('y', sum(zeros))
    const run = () => interpret(graph.finish(), {})
    expect(run).toThrow('E501 full: the reference holds at most 268435456 elements')
    expect(run).toThrow(UnsupportedError)
  })
})

describe('input from untyped code', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', tensorType('f32', [2]))
  const untyped = <T>(value: unknown) => value as T
  const cases: readonly [code: string, sentence: string, act: () => unknown][] = [
    ['E111', 'a dtype must be one of f32', () => tensorType(untyped('float32'))],
    [
      'E111',
      'got f16',
      () => Literal.from({ shape: [], dtype: untyped('f16'), data: new Float32Array(1) }),
    ],
    ['E109', 'every dim must be 0 or more, got -1 in [-1,3]', () => tensorType('f32', [-1, 3])],
    ['E109', 'got 2.5', () => tensorType('f32', [2.5])],
    ['E109', 'got "a b"', () => tensorType('f32', ['a b'])],
    ['E109', 'got ""', () => tensorType('f32', [''])],
    ['E110', 'got a BigInt64Array', () => Literal.from(untyped(new BigInt64Array(2)))],
    ['E110', 'got undefined', () => Literal.from(untyped(undefined))],
    ['E104', 'operands must be values of a graph, got 2', () => add(x, untyped(2))],
    ['E104', 'got undefined', () => add(untyped(undefined), x)],
    [
      'E201',
      'wrt must be a list of names, got "x"',
      () => gradient(builder.finish(), { of: 'y', wrt: untyped('x') }),
    ],
  ]
  builder.output('y', sum(x))

  it.each(cases)('%s: %s', (code, sentence, act) => {
    expect(messageOf(act)).toMatch(new RegExp(`^${code} `))
    expect(messageOf(act)).toContain(sentence)
  })
})
