// Signs that are claimed, against values: every op of the registry over operands that are positive,
// not negative, or anything, on awkward numbers. A wrong claim would make a wrong rewrite.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { elementCount, Literal } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import { drawFrom, drawOperands, SHAPE_KINDS } from '../../src/ir/sample.ts'
import { exp } from '../../src/ops/exponential.ts'
import { abs } from '../../src/ops/piecewise.ts'
import { ops } from '../../src/ops/registry.ts'
import { signOf } from '../../src/passes/sign.ts'
import { matchedNode } from '../../src/rewrite/pattern.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { isFloat } from '../../src/support/dtype.ts'
import { random } from '../../src/support/random.ts'
import { cases, seed } from '../counts.ts'
import { graphOf } from './graphs.ts'

const TRIALS = cases({ test: 60, ci: 150, deep: 1500 })

const AWKWARD = [0, -0, 1, -1, 0.5, -2.5, 1e-40, -1e-40, 3e38, -3e38, -200, 200]
const SPECIAL = [...AWKWARD, Infinity, -Infinity, Number.NaN]

/** What is claimed of the first output of a graph. */
function claimOf(graph: Graph) {
  const workspace = new Workspace(graph)
  const madeBy = ({ id }: Value) => {
    const node = workspace.definition(id)
    return node === undefined ? undefined : matchedNode(node, workspace)
  }
  const value = workspace.value(graph.outputs[0]!.value)
  return signOf(value, madeBy)
}

/** One op over arguments that pass through abs, exp or nothing, with values for the arguments. */
function trial(op: Op, at: number) {
  const draw = drawFrom(seed + at, SHAPE_KINDS[at % SHAPE_KINDS.length]!)
  const sample = op.samples(draw)
  const drawn = drawOperands(sample, draw, op.kinks)
  const builder = new GraphBuilder()
  const values: Record<string, Literal> = {}
  const operands = drawn.map((literal, i) => {
    const isMoved = isFloat(literal.dtype) && sample.operands[i]!.value === undefined
    values[`x${i}`] = isMoved ? awkward(literal, seed + 7 * at + i) : literal
    const x = builder.input(`x${i}`, { dtype: literal.dtype, shape: literal.shape })
    return isMoved ? draw.pick([abs, exp, (y: Value) => y])(x) : x
  })
  const out = builder.append(op, operands, sample.attributes)[0]!
  return { graph: builder.output('out', out).finish(), values }
}

function awkward({ dtype, shape }: Literal, from: number): Literal {
  const stream = random(from)
  const pool = stream.uniform() < 0.5 ? AWKWARD : SPECIAL
  const data = Float64Array.from({ length: elementCount(shape) }, () => stream.pick(pool))
  return new Literal(dtype, shape, data).map(x => x)
}

const holds = {
  positive: (x: number) => x > 0 || Object.is(x, 0),
  nonnegative: (x: number) => x >= 0,
}

/** How often each claim was made of an op. */
const claims = new Map<string, Set<string>>()

describe.each(Object.values(ops).map(({ op }) => [op.name, op as Op] as const))(
  '%s',
  (name, op) => {
    it('has no value below 0 where that is claimed', () => {
      for (let at = 0; at < TRIALS; at++) {
        const { graph, values } = trial(op, at)
        const claim = claimOf(graph)
        if (claim === undefined) continue
        claims.set(name, (claims.get(name) ?? new Set()).add(claim))
        const out = interpret(graph, values, { rounding: 'dtype' }).outputs.out!
        const wrong = [...out.values()].filter(x => !Number.isNaN(x) && !holds[claim](x))
        expect(wrong, `${claim}, trial ${at}`).toEqual([])
      }
    })
  },
)

describe('signs', () => {
  it('are claimed of the functions that have one, and follow operands', () => {
    const claimed = (claim: string) => [...claims].filter(([, of]) => of.has(claim)).map(([n]) => n)
    const positive = ['exp', 'sigmoid', 'softplus', 'softmax', 'reciprocal', 'rsqrt', 'pow', 'sqrt']
    expect(claimed('positive')).toEqual(expect.arrayContaining([...positive, 'div', 'mul', 'add']))
    const nonnegative = [
      'square',
      'abs',
      'relu',
      'variance',
      'sum',
      'mean',
      'max',
      'maximum',
      'div',
    ]
    expect(claimed('nonnegative')).toEqual(
      expect.arrayContaining([...nonnegative, 'matmul', 'pad']),
    )
  })

  it.each([
    ['a fill above 0', '', '%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]', 'positive'],
    ['a fill of 0', '', '%0 = full {value = 0, shape = [2], dtype = f32} : f32[2]', 'nonnegative'],
    ['a fill below 0', '', '%0 = full {value = -1, shape = [2], dtype = f32} : f32[2]', undefined],
    ['a constant', '', '%0 = constant {value = f32[2] [0, 3]} : f32[2]', 'nonnegative'],
    [
      'a constant with an element below 0',
      '',
      '%0 = constant {value = f32[2] [1, -3]} : f32[2]',
      undefined,
    ],
    [
      'a bool as a float',
      'input %x: bool[2]',
      '%0 = cast %x {dtype = f32} : f32[2]',
      'nonnegative',
    ],
    [
      'the largest of none or some',
      'input %x: f32[n]',
      '%1 = abs %x : f32[n] %0 = max %1 {axes = [0]} : f32[]',
      undefined,
    ],
    [
      'a quotient by what may be −0',
      'input %x: f32[2]',
      '%1 = abs %x : f32[2] %2 = sqrt %x : f32[2] %0 = div %1, %2 : f32[2]',
      undefined,
    ],
    ['a square of integers, which wraps', 'input %x: i32[2]', '%0 = square %x : i32[2]', undefined],
    ['an argument', 'input %x: f32[2]', '%0 = neg %x : f32[2]', undefined],
  ])('are right of %s', (_, given, lines, claim) => {
    expect(claimOf(graphOf(`graph @g(${given}) { ${lines} return out = %0 }`))).toBe(claim)
  })

  it('are not looked for without end', () => {
    const chain = (length: number) => {
      const builder = new GraphBuilder()
      let x = exp(builder.input('x', { dtype: 'f32', shape: [] }))
      for (let i = 0; i < length; i++) x = ops.sqrt(x)
      return builder.output('out', x).finish()
    }
    expect([claimOf(chain(3)), claimOf(chain(4))]).toEqual(['positive', 'nonnegative'])
  })
})
