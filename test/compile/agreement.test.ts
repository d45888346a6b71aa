// What a check of rewrites holds a rule to: every rule of ours stands, on its examples and on
// random graphs, and is blamed when it is made a little wrong; and a rule is blamed for what it
// promised, not for digits that the formula had lost before.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { checkRewrites } from '../../src/compile/check-rewrites.ts'
import type { Value } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { transformed, UNTOUCHED } from '../../src/ir/history.ts'
import { Literal } from '../../src/ir/literal.ts'
import { softplus } from '../../src/ops/activation.ts'
import { add, div, mul, neg, shift, sub } from '../../src/ops/arithmetic.ts'
import { fullLike } from '../../src/ops/creation.ts'
import { exp, log } from '../../src/ops/exponential.ts'
import { not } from '../../src/ops/logic.ts'
import { filled } from '../../src/passes/known.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { rules } from '../../src/passes/rules.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { any, type Pattern, pattern } from '../../src/rewrite/pattern.ts'
import { type Exactness, type Rule, rule } from '../../src/rewrite/rule.ts'
import { random } from '../../src/support/random.ts'
import { runs, seed } from '../counts.ts'
import { graphOf } from '../passes/graphs.ts'
import { FORMULAS } from '../property/formulas.ts'
import { MOVES } from '../property/moves.ts'
import { DIMS, randomArguments, randomGraphOf } from '../property/random-graph.ts'
import { examplesOf } from '../rules/checks.ts'
import { drawArgument, SIZES } from '../rules/draw.ts'
import { judged, NOTHING, once } from './judged.ts'

describe('every rule', () => {
  const cases = rules.flatMap(of =>
    examplesOf(of).map(({ before }, i) => [`${of.name} ${i + 1}`, of, before] as const),
  )
  const off = (value: Value) =>
    value.dtype === 'bool' ? not(value) : add(value, fullLike(value, OFF_BY[value.dtype]))

  it.each(cases)('%s: stands, and is blamed when it is off by an eighth', async (_, of, graph) => {
    const wrong: Rule = {
      ...of,
      build: captures => {
        const built = of.build(captures)
        return 'builder' in built ? off(built) : built.map(off)
      },
    }
    const stream = random(seed)
    let said = NOTHING
    // Nobody is blamed where the formula gives no number at all, as the logarithm of nothing but
    // negative ones: another draw then shows the mistake.
    for (let draw = 0; draw < DRAWS && said === NOTHING; draw++) {
      const given = Object.fromEntries(
        graph.arguments.map(argument => [argument.name, drawArgument(argument, stream, 'none')]),
      )
      expect(await judged(once(of), graph, given, SIZES)).toBe(NOTHING)
      said = await judged(once(wrong), graph, given, SIZES)
    }
    expect(said).toContain(`E904 rule "${of.name}": `)
  })
})

/** Draws of operands, of which one must show a mistake. */
const DRAWS = 20

const OFF_BY = { f32: 0.125, f64: 0.125, i32: 1, u32: 1 }

const wrong = <C>(exactness: Exactness, match: Pattern<C>, build: (of: C) => Value) =>
  rule({
    name: 'wrong',
    why: 'for a test',
    exactness,
    match,
    build,
    example: { given: '', before: '', after: '' },
  })

/** A graph of one input of two elements; the last line is the result. */
const formula = (dtype: string, ...nodes: readonly string[]): Graph => {
  const lines = nodes.map((node, i) => `%${i} = ${node} : ${dtype}[2]`)
  const head = `graph @g(input %x: ${dtype}[2]) {`
  return graphOf([head, ...lines, `return y = %${nodes.length - 1}`, '}'].join('\n'))
}

const fill = (value: number, dtype: string) =>
  `full {value = ${value}, shape = [2], dtype = ${dtype}}`

describe('a rule is blamed', () => {
  const thrice = pattern(mul, any('x'), filled(3))
  const tenth = pattern(mul, any('x'), filled(0.1))
  const tenths = ({ x }: { x: Value }) => div(x, fullLike(x, 10))
  const byTen = formula('f64', fill(0.1, 'f64'), 'mul %x, %0')
  const sum3 = ({ x }: { x: Value }) => add(add(x, x), x)
  /** 3 · x, off by so much of x. */
  const offBy = (share: number) => (of: { x: Value }) =>
    add(sum3(of), mul(of.x, fullLike(of.x, share)))
  const tripled = (dtype: string) => formula(dtype, fill(3, dtype), 'mul %x, %0')
  const self = pattern(sub, any('x'), any('x'))
  const nought = ({ x }: { x: Value }) => fullLike(x, 0)
  const difference = formula('f32', 'sub %x, %x')
  const naive = pattern(log, pattern(add, pattern(exp, any('x')), filled(1)))
  const soft = formula('f32', 'exp %x', fill(1, 'f32'), 'add %0, %1', 'log %2')
  const lost = pattern(sub, pattern(add, any('x'), filled(1e9)), filled(1e9))
  const far = formula('f32', fill(1e9, 'f32'), 'add %x, %0', 'sub %1, %0')
  const wide = formula('f64', fill(1e9, 'f64'), 'add %x, %0', 'sub %1, %0')

  it.each<[string, boolean, Rule, Graph, readonly number[]]>([
    [
      'for one bit, where it promised the same bits',
      true,
      wrong('bitwise', tenth, tenths),
      byTen,
      [3, 1],
    ],
    [
      'for no bit, where it promised the same up to rounding',
      false,
      wrong('rounding', tenth, tenths),
      byTen,
      [3, 1],
    ],
    [
      'for a millionth of a double',
      true,
      wrong('rounding', thrice, offBy(2 ** -20)),
      tripled('f64'),
      [0.1, 1],
    ],
    [
      'for a thousandth of an f32',
      true,
      wrong('rounding', thrice, offBy(2 ** -10)),
      tripled('f32'),
      [0.1, 1],
    ],
    [
      'not for what an f32 does not show',
      false,
      wrong('rounding', thrice, offBy(2 ** -23)),
      tripled('f32'),
      [0.1, 1],
    ],
    [
      'for the sign of a zero, where it promised the same bits',
      true,
      wrong('bitwise', pattern(neg, any('x')), nought),
      formula('f32', 'neg %x'),
      [0, 0],
    ],
    [
      'not for the sign of a zero otherwise',
      false,
      wrong('rounding', pattern(neg, any('x')), nought),
      formula('f32', 'neg %x'),
      [0, 0],
    ],
    ['for a NaN that it drops', true, wrong('rounding', self, nought), difference, [1, Number.NaN]],
    [
      'for an infinity that it drops',
      true,
      wrong('rounding', pattern(neg, any('x')), nought),
      formula('f32', 'neg %x'),
      [0, Number.POSITIVE_INFINITY],
    ],
    [
      'not for a NaN where it assumed finite values',
      false,
      wrong('assumes-finite', self, nought),
      difference,
      [1, Number.NaN],
    ],
    [
      'for a wrong value where it assumed finite values and has them',
      true,
      wrong('assumes-finite', self, ({ x }) => x),
      difference,
      [1, 2],
    ],
    [
      'not where the formula as written overflows',
      false,
      wrong('stabilizing', naive, ({ x }) => softplus(x)),
      soft,
      [800, -800],
    ],
    [
      'for another function all the same',
      true,
      wrong('stabilizing', naive, ({ x }) => softplus(neg(x))),
      soft,
      [1, -1],
    ],
    [
      'for a result that is not finite where the formula has one',
      true,
      wrong('stabilizing', naive, ({ x }) => log(fullLike(x, 0))),
      soft,
      [1, -1],
    ],
    [
      'not where the formula has lost its digits in f32',
      false,
      wrong('stabilizing', lost, ({ x }) => x),
      far,
      [0.1, 1],
    ],
    [
      'where the formula has digits enough',
      true,
      wrong('stabilizing', lost, ({ x }) => shift(x, 0.01)),
      wide,
      [0.1, 1],
    ],
  ])('%s', async (_, isBlamed, of, graph, elements) => {
    const { dtype } = graph.arguments[0]!.type
    const x = Literal.from([...elements], dtype)
    const pass = { ...once(of), name: 'once' }
    const said = await judged(pass, graph, { x })
    if (isBlamed) expect(said).toContain('E904 rule "wrong": ')
    else expect(said).toBe(NOTHING)
    // Whoever is not blamed did fire.
    expect(runPipeline(graph, [{ pass }], { verify: false }).graph).not.toBe(graph)
  })
})

describe('a random graph with formulas by hand', () => {
  const moves = [...MOVES, ...FORMULAS, ...FORMULAS]
  it.each(['f64', 'f32'] as const)('blames no rule in its gradient in %s', dtype => {
    const graphs = randomGraphOf({ dtype, moves })
    const property = fc.property(graphs, fc.nat(2 ** 31 - 1), ({ graph }, from) => {
      const declared = graph.arguments.map(argument => ({ ...argument, role: 'param' as const }))
      const before = runPipeline({ ...graph, arguments: declared }, beforeDerivative())
      const history = { ...UNTOUCHED, records: before.records }
      const derived = transformed({ graph: before.graph, history }, 'gradient{of=loss}', of =>
        gradient(of, { of: 'loss' }),
      )
      const after = runPipeline(derived.graph, afterDerivative(DIMS))
      const records = [...derived.history.records, ...after.records]
      const given = randomArguments(graph, from)
      checkRewrites({ dims: DIMS, records }, name => given[name])
    })
    fc.assert(property, runs({ deep: 500 }))
  })
})
