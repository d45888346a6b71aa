// Debug mode checkRewrites on programs: nobody is blamed on real ones, and a rule, fold or pass
// that is wrong on purpose is blamed by name, with the line of the user.

import { describe, expect, it } from 'vitest'
import { checkRewrites } from '../../src/compile/check-rewrites.ts'
import {
  add,
  byMode,
  compile,
  div,
  exp,
  f32,
  gradient,
  jvp,
  layer,
  log,
  max,
  mean,
  model,
  mul,
  neg,
  param,
  randomUniform,
  select,
  sub,
  sum,
  tanh,
} from '../../src/index.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph, Node } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { tensorType } from '../../src/ir/type.ts'
import { batchNorm, dense, dropout } from '../../src/nn/index.ts'
import { scale, square } from '../../src/ops/arithmetic.ts'
import { full } from '../../src/ops/creation.ts'
import { exp as coreExp } from '../../src/ops/exponential.ts'
import { abs } from '../../src/ops/piecewise.ts'
import { sin } from '../../src/ops/trigonometric.ts'
import { passes } from '../../src/passes/by-name.ts'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { rulePass } from '../../src/passes/rule-pass.ts'
import { normalFormRules } from '../../src/passes/rules.ts'
import { simplify } from '../../src/passes/simplify.ts'
import type { Pass } from '../../src/rewrite/pass.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { any, pattern } from '../../src/rewrite/pattern.ts'
import { rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { graphOf } from '../passes/graphs.ts'
import { saidOf } from './guarded.ts'
import { judged, NOTHING, once } from './judged.ts'
import { batch, classifier, stateful, values } from './models.ts'

const dims = { batch: 4 }
const plain = { target: 'js', dims } as const
const checked = { ...plain, debug: { checkRewrites: true } } as const

describe('nobody is blamed for', () => {
  const { params } = classifier.init(1)

  it('a classifier, and what it gives is what it gives unchecked', async () => {
    const run = await compile(classifier, checked)
    expect(run(batch(4), params)).toEqual((await compile(classifier, plain))(batch(4), params))
  })

  it('its gradient, and its derivative along a direction', async () => {
    const grad = await compile(gradient(classifier, { of: 'loss' }), checked)
    expect(grad(batch(4), params).loss).toSatisfy(Number.isFinite)
    const along = await compile(jvp(classifier, { of: 'loss' }), checked)
    const { tangent } = along(batch(4), params, {}, { tangents: params })
    expect(tangent).toSatisfy(Number.isFinite)
  })

  it('a part of it, whose history knows an input that the part has not', async () => {
    const part = select(classifier, { inputs: ['x'], outputs: ['probabilities'] })
    const run = await compile(part, checked)
    expect(run({ x: batch(4).x }, params).probabilities.shape).toEqual([4, 3])
  })

  it('a second derivative', async () => {
    const curve = model({
      inputs: { x: f32() },
      params: { w: param([]) },
      body: ({ x }, { w }) => ({ loss: exp(mul(x, w)) }),
    })
    const second = gradient(gradient(curve, { of: 'loss' }), { of: 'grads.w' })
    const run = await compile(second, { target: 'js', debug: { checkRewrites: true } })
    expect(run({ x: 2 }, { w: 0.5 }).grads2.w).toBeCloseTo(4 * Math.E, 5)
  })

  it.each(['train', 'eval'] as const)(
    'state, draws and both sides of a choice: mode %s',
    async mode => {
      const network = model({
        inputs: { x: f32('batch', 3) },
        params: { fc: dense(3, 4), bn: batchNorm(4), drop: dropout(0.25) },
        body: ({ x }, { fc, bn, drop }) => {
          const noisy = byMode({ train: add(x, randomUniform([3])), eval: mul(x, 2) })
          return { loss: mean(drop(bn(fc(noisy)))) }
        },
      })
      const start = network.init(1)
      const run = await compile(network, { ...checked, mode })
      const { loss } = run({ x: values(12, 1) }, start.params, start.state, { seed: 3, step: 2 })
      expect(loss).toSatisfy(Number.isFinite)
      const grad = await compile(gradient(stateful, { of: 'loss', mode }), checked)
      const { params: own, state } = stateful.init(1)
      expect(grad({ x: values(12, 1) }, own, state).loss).toSatisfy(Number.isFinite)
    },
  )

  it('formulas by hand on inputs where they lose everything', async () => {
    const byHand = model({
      inputs: { z: f32('batch', 3), y: f32('batch', 3) },
      params: { w: param([3]) },
      body: ({ z, y }, { w }) => {
        const logits = mul(z, w)
        const above = exp(logits)
        const softmax = div(above, sum(above, 1, { keepDims: true }))
        const shifted = exp(sub(logits, max(logits, 1, { keepDims: true })))
        const one = div(1, add(1, exp(neg(logits))))
        return {
          loss: mean(neg(sum(mul(y, log(softmax)), 1))),
          other: mean(div(shifted, sum(shifted, 1, { keepDims: true }))),
          odds: mean(add(mul(y, log(one)), mul(sub(1, y), log(sub(1, one))))),
        }
      },
    })
    const run = await compile(gradient(byHand, { of: 'loss' }), checked)
    const w = { shape: [3] as [3], dtype: 'f32' as const, data: Float32Array.of(1, -1, 2) }
    const z = Float32Array.of(-200, 200, 0, 40, -40, 17, 1, 2, 3, 0, -90, 88)
    const y = Float32Array.from({ length: 12 }, (_, i) => Number(i % 3 === 1))
    expect(run({ z, y }, { w }).grads.w.shape).toEqual([3])
  })

  it('what takes more elements than the interpreter holds', async () => {
    const text = `graph @g(input %x: f32[]) {
      %0 = broadcast_to %x {shape = [65536, 65536], axes = [0, 1]} : f32[65536,65536]
      %1 = max %0 {axes = [0, 1]} : f32[]
      return out = %1
    }`
    expect(await judged(simplify, graphOf(text), { x: Literal.scalar('f32', 2) })).toBe(NOTHING)
  })
})

/** exp(x) as exp(2 · x). */
const wrong = rule({
  name: 'wrong',
  why: 'two is as good as one',
  exactness: 'rounding',
  match: pattern(coreExp, any('x')),
  build: ({ x }) => coreExp(scale(x, 2)),
  example: { given: '', before: '', after: '' },
})

const scaled = layer({
  name: 'scaled',
  input: f32('batch', 3),
  output: f32('batch', 3),
  params: { by: param([3]) },
  apply: (x, { by }) => exp(mul(x, by)),
})

const program = model({
  name: 'program',
  inputs: { x: f32('batch', 3) },
  params: { scaled },
  body: ({ x }, { scaled: apply }) => ({ loss: sum(apply(x)) }),
})

const given = {
  x: Literal.from(Float32Array.of(0, 1, 2, -1, 0.5, 0), 'f32', [2, 3]),
  'scaled.by': Literal.from(Float32Array.of(1, 1, -0.5)),
}

describe('a rule that is wrong', () => {
  it('is blamed by name, with pass, line, layer, both sides and both values', async () => {
    expect(
      await judged(once(wrong, 'simplify'), program.graph, given, { batch: 2 }),
    ).toMatchInlineSnapshot(`
      "E904 rule "wrong": must give the same value but for rounding, got 7.38905609893065 instead of 2.718281828459045 at [0, 1]
        %4 = exp %3 : f32[batch,3]
             %3: f32[batch,3], -1 … 1
        rounding: two is as good as one
        after
          %6 = full {value = 2, shape = [batch, 3], dtype = f32} : f32[batch,3]
          %7 = mul %3, %6 : f32[batch,3]
          %8 = exp %7 : f32[batch,3]
        in pass simplify, layer scaled
        reproduce: npm run opt -- -p 'simplify' GRAPH.ir, on the graph before the pass
        made at test/compile/check-rewrites.test.ts
          apply: (x, { by }) => exp(mul(x, by)),
                                ^
        help: this is a bug in gradc; please report it with the lines above"
    `)
  })

  it('is blamed among all others, in the backward too', async () => {
    const bent = rule({
      ...wrong,
      match: pattern(square, any('x')),
      when: () => true,
      build: ({ x }) => abs(x),
    })
    const all = rulePass('simplify', 'applies a wrong rule too', [...normalFormRules, bent])
    const smooth = model({
      inputs: { x: f32('batch', 3) },
      params: { scaled: { by: param([3]) } },
      body: ({ x }, { scaled: { by } }) => ({ loss: sum(tanh(mul(x, by))) }),
    })
    const { graph, history } = gradient(smooth, { of: 'loss' })
    const pipeline = afterDerivative({ batch: 2 }).map(step =>
      step.pass.name === 'simplify' ? { ...step, pass: all } : step,
    )
    const result = runPipeline(graph, pipeline, { verify: false })
    const records = [...history.records, ...result.records]
    const table = { ...passes, simplify: all }
    const argument = (name: string) => given[name as keyof typeof given]
    const said = await saidOf(() => checkRewrites({ dims: { batch: 2 }, records }, argument, table))
    expect(said).toContain('E904 rule "wrong": ')
    expect(said).toContain('in pass simplify in the backward of tanh\n')
    expect(said).toContain('sum(tanh(mul(x, by)))')
    expect(said).toContain(`reproduce: npm run opt -- -p 'simplify{only="wrong"}' GRAPH.ir`)
  })
})

/** A pass that replaces nodes by others, with or without a witness. */
const replacing = (
  name: string,
  rewrite: (node: Node, workspace: Workspace, graph: Graph) => number | undefined,
  isSeen: boolean,
): Pass => ({
  name,
  summary: 'is wrong',
  expects: [],
  leaves: [],
  run: (graph, _, { witness } = {}) => {
    const workspace = new Workspace(graph)
    for (const id of graph.order) {
      const node = workspace.node(id)!
      const to = rewrite(node, workspace, graph)
      if (to === undefined) continue
      workspace.replace(node, () => {
        const value = full(workspace, to, node.results[0]!.type)
        const own = { name: 'fold', why: 'it is known', exactness: 'rounding' } as const
        if (isSeen) witness?.({ rule: own, node, values: [value], workspace })
        return value
      })
    }
    return { ...workspace.commit(), firings: [] }
  },
})

describe('a pass that is wrong', () => {
  const known = graphOf(`graph @g(input %x: f32[2]) {
    %0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
    %1 = exp %0 : f32[2]
    %2 = mul %x, %1 : f32[2]
    return y = %2
  }`)
  const x = Literal.from([1, 2])

  it('is blamed for what it computed ahead', async () => {
    const fold = replacing('fold', ({ op }) => (op === coreExp.op ? 20 : undefined), true)
    const said = await judged(fold, known, { x })
    expect(said).toContain(
      'E904 rule "fold": must give the same value but for rounding, got 20 instead of 20.08',
    )
    const right = replacing(
      'fold',
      ({ op }) => (op === coreExp.op ? Math.fround(Math.exp(3)) : undefined),
      true,
    )
    expect(await judged(right, known, { x })).toBe(NOTHING)
  })

  it('is blamed for outputs where it fires no rules', async () => {
    const cse = replacing('cse', ({ op }) => (op === coreExp.op ? 20 : undefined), false)
    expect(await judged(cse, known, { x })).toMatchInlineSnapshot(`
      "E904 pass "cse": must leave every value as it is, got 20 instead of 20.085536923187668 at [0] for output y
        in pass cse
        reproduce: npm run opt -- -p 'cse' GRAPH.ir, on the graph before the pass
        made at test.ir:4:5
        help: this is a bug in gradc; please report it with the lines above"
    `)
  })

  it('is found below thousands of nodes', async () => {
    const builder = new GraphBuilder('deep')
    let value = builder.input('x', tensorType('f32', []))
    for (let i = 0; i < 20_000; i++) value = sin(value)
    builder.output('y', coreExp(value))
    const said = await judged(once(wrong), builder.finish(), { x: Literal.scalar('f32', 1) })
    expect(said).toContain('E904 rule "wrong": ')
  })
})
