// Formulas as textbooks write them, where f32 gets them wrong: what comes out as they stand, what
// the compiler puts in their place and why, and what comes out then. Values and slopes: the
// derivative of a formula that overflows overflows too, so the formula itself is rewritten first.
//
//   npx tsx examples/stability.ts

import {
  add,
  compile,
  div,
  exp,
  f32,
  gradient,
  gradientGraph,
  interpret,
  log,
  model,
  mul,
  neg,
  sigmoid,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../src/index.ts'
import { isMain, runExample } from './command.ts'
import type { Report } from './report.ts'

type Row = Tensor<['n'], 'f32'>

/** A formula of x, element by element or over all of them. */
function formula(name: string, of: (x: Row) => Row) {
  return model({
    name,
    inputs: { x: f32('n') },
    body({ x }) {
      const value = of(x)
      return { value, total: sum(value) }
    },
  })
}

/** What is shown: each formula as it is written, and where f32 loses it. */
const FORMULAS = [
  {
    written: 'log(1 + exp(x))',
    at: [100],
    program: formula('softplus', x => log(add(1, exp(x)))),
  },
  {
    written: 'log(exp(x) / Σ exp(x))',
    at: [-200, 200],
    program: formula('log_of_softmax', x => log(div(exp(x), sum(exp(x))))),
  },
  {
    written: '−log(1 / (1 + exp(−x)))',
    at: [-200],
    program: formula('confident_mistake', x => neg(log(div(1, add(1, exp(neg(x))))))),
  },
  {
    written: 'log(1 − sigmoid(x))',
    at: [50],
    program: formula('log_of_the_rest', x => log(sub(1, sigmoid(x)))),
  },
  {
    written: '(exp(x) − exp(−x)) / (exp(x) + exp(−x))',
    at: [100],
    program: formula('tanh_by_hand', x => div(sub(exp(x), exp(neg(x))), add(exp(x), exp(neg(x))))),
  },
  {
    written: 'exp(x) − 1',
    at: [1e-8],
    program: formula('small_growth', x => sub(exp(x), 1)),
  },
  {
    written: '√(x²)',
    at: [0, 1e-30],
    program: formula('length', x => sqrt(square(x))),
  },
  {
    written: 'x · log(x)',
    at: [0],
    program: formula('entropy', x => mul(x, log(x))),
  },
]

/** A value for each element of x, and the slope of their sum there. */
export interface Computed {
  readonly value: readonly number[]
  readonly slope: readonly number[]
}

/** A rule that fired on a formula. */
export interface Rewrite {
  readonly rule: string
  readonly why: string
  /** The line of the formula. */
  readonly source: string | undefined
}

/** One formula before and after. */
export interface Comparison {
  readonly written: string
  readonly at: readonly number[]
  readonly asWritten: Computed
  readonly rewrites: readonly Rewrite[]
  readonly compiled: Computed
}

type Shown = (typeof FORMULAS)[number]

/** The formula and its derivative node by node, each result rounded to f32. */
function asWritten({ program, at }: Shown): Computed {
  const derived = gradientGraph(program.graph, { of: 'total', wrt: ['x'] })
  const { outputs } = interpret(derived, { x: at }, { rounding: 'dtype' })
  return { value: [...outputs.value!.values()], slope: [...outputs['inputGrads.x']!.values()] }
}

/** The same as it is compiled, and what was rewritten on the way. */
async function asCompiled({ program, at }: Shown) {
  const derived = gradient(program, { of: 'total', inputs: ['x'] })
  const run = await compile(derived, { target: 'js', dims: { n: at.length } })
  const { value, inputGrads } = run({ x: Float32Array.from(at) })
  const rewrites: Rewrite[] = run.explain().formulas.map(({ rule, why, source }) => ({
    rule,
    why,
    source,
  }))
  run.dispose()
  return { rewrites, compiled: { value: [...value.data], slope: [...inputGrads.x.data] } }
}

/** Shows every formula before and after. */
export async function runStability(report: Report): Promise<Comparison[]> {
  const { bold, dim } = report.colors
  report.event({ event: 'start', example: 'stability', formulas: FORMULAS.length })
  report.line(`${bold('stability')}   f32, as formulas are written and as they are compiled`)
  const comparisons: Comparison[] = []
  for (const shown of FORMULAS) {
    const { written, at } = shown
    const comparison = { written, at, asWritten: asWritten(shown), ...(await asCompiled(shown)) }
    comparisons.push(comparison)
    report.event({ event: 'step', example: 'stability', ...plain(comparison) })
    for (const line of paragraph(report, comparison)) report.line(line)
  }
  const rules = new Set(comparisons.flatMap(({ rewrites }) => rewrites.map(({ rule }) => rule)))
  report.line(dim(`\n${rules.size} rules fired on ${comparisons.length} formulas`))
  const result = { formulas: comparisons.length, rules: [...rules].sort() }
  report.event({ event: 'result', example: 'stability', ...result })
  return comparisons
}

/** JSON has no NaN and no infinity, so those are words. */
const plainNumber = (x: number) => (Number.isFinite(x) ? x : String(x))

const plainValues = ({ value, slope }: Computed) => ({
  value: value.map(plainNumber),
  slope: slope.map(plainNumber),
})

const plain = ({ asWritten, compiled, ...others }: Comparison) => ({
  ...others,
  asWritten: plainValues(asWritten),
  compiled: plainValues(compiled),
})

/** Seven digits, as many as f32 has. */
function shownNumber(x: number): string {
  if (Number.isNaN(x)) return 'NaN'
  const size = Number.isFinite(x) ? String(Number(Math.abs(x).toPrecision(7))) : '∞'
  return x < 0 ? `−${size}` : size
}

function list(values: readonly number[]): string {
  const text = values.map(shownNumber).join(', ')
  return values.length === 1 ? text : `[${text}]`
}

/** One formula for a person: before, the rules that fired, after. */
function paragraph({ colors }: Report, { written, at, ...of }: Comparison): string[] {
  const { bold, cyan, dim } = colors
  const row = (title: string, { value, slope }: Computed) =>
    `  ${dim(title.padEnd(10))}   value ${list(value)}   slope ${list(slope)}`
  const source = of.rewrites[0]?.source ?? ''
  const width = Math.max(...of.rewrites.map(({ rule }) => rule.length))
  return [
    `\n${bold(written)} at x = ${list(at)}   ${dim(source)}`,
    row('as written', of.asWritten),
    ...of.rewrites.map(({ rule, why }) => `    ${cyan(rule.padEnd(width))}   ${why}`),
    row('compiled', of.compiled),
  ]
}

if (isMain(import.meta.url)) {
  await runExample({
    name: 'stability',
    about: 'Show formulas that f32 gets wrong as they are written, and what they are compiled to.',
    run: async (_, report) => {
      const formulas = await runStability(report)
      report.event({ event: 'done', stability: formulas.map(plain) })
    },
  })
}
