// Debug mode nanGuard: where NaN and infinities begin, forward and backward, with the user's line;
// and that a guarded run is the run it guards.

import { describe, expect, it } from 'vitest'
import { blameOfRun } from '../../src/compile/nan-guard.ts'
import { BACKWARD, FORWARD } from '../../src/compile/nan-help.ts'
import {
  add,
  compile,
  div,
  exp,
  f32,
  gradient,
  greater,
  layer,
  log,
  mean,
  model,
  mul,
  neg,
  param,
  sqrt,
  sub,
  sum,
  where,
} from '../../src/index.ts'
import { Literal } from '../../src/ir/literal.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { batchNorm } from '../../src/nn/index.ts'
import { ops } from '../../src/ops/registry.ts'
import { saidOf } from './guarded.ts'
import { batch, classifier, stateful, values } from './models.ts'

const guarded = { target: 'js', debug: { nanGuard: true } } as const

/** A model of one input whose body is a formula. */
const scaled = layer({
  name: 'scaled',
  input: f32(4),
  output: f32(4),
  params: { by: param([4]) },
  apply: (x, { by }) => exp(mul(x, by)),
})

const withParam = model({
  inputs: { x: f32(4) },
  params: { scaled },
  body: ({ x }, { scaled: apply }) => ({ loss: sum(apply(x)) }),
})

const four = (...data: number[]) => ({
  shape: [4] as [4],
  dtype: 'f32' as const,
  data: Float32Array.from(data),
})

describe('a guarded run', () => {
  it('names a logarithm of what is negative, at the line of the user', async () => {
    const logs = model({ inputs: { x: f32(4) }, body: ({ x }) => ({ loss: mean(log(x)) }) })
    const run = await compile(logs, guarded)
    expect(await saidOf(() => run({ x: Float32Array.of(1, 2, -3, 4) }))).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got NaN at [2] from log
        %0 = log %x : f32[4]
             %x: f32[4], -3 … 4
        1 of 4 elements
        it reaches output loss
        made at test/compile/nan-guard.test.ts
          const logs = model({ inputs: { x: f32(4) }, body: ({ x }) => ({ loss: mean(log(x)) }) })
                                                                                     ^
        help: logarithms are of positive numbers: write log(maximum(x, 1e-7))"
    `)
  })

  it('names the backward of a root at 0, which where does not help', async () => {
    const roots = model({
      inputs: { x: f32(4) },
      params: { w: param([4]) },
      body: ({ x }, { w }) => {
        const z = mul(x, w)
        return { loss: sum(where(greater(z, 0), sqrt(z), 0)) }
      },
    })
    const params = { w: four(1, 0, 1, 1) }
    const forward = await compile(roots, guarded)
    expect(forward({ x: Float32Array.of(1, 2, 4, 9) }, params).loss).toBe(6)
    const run = await compile(gradient(roots, { of: 'loss' }), guarded)
    const x = Float32Array.of(1, 2, 4, 9)
    expect(await saidOf(() => run({ x }, params))).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got infinity at [1] from rsqrt, in the backward of sqrt
        %7 = rsqrt %0 : f32[4]
             %0: f32[4], 0 … 9
        1 of 4 elements
        it reaches output grads.w at [1]
        made at test/compile/nan-guard.test.ts
          return { loss: sum(where(greater(z, 0), sqrt(z), 0)) }
                                                  ^
        help: a root has no finite derivative at 0: write sqrt(add(x, 1e-12)); a where behind it is too late, since 0 · infinity is NaN"
    `)
  })

  it('names exp where it overflows, with its layer', async () => {
    const run = await compile(withParam, guarded)
    const call = () =>
      run({ x: Float32Array.of(1, 100, 0, -200) }, { scaled: { by: four(1, 1, 1, 1) } })
    expect(await saidOf(call)).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got infinity at [1] from exp
        %1 = exp %0 : f32[4]
             %0: f32[4], -200 … 100
        1 of 4 elements, layer scaled
        it reaches output loss
        made at test/compile/nan-guard.test.ts
          apply: (x, { by }) => exp(mul(x, by)),
                                ^
        help: exp of more than 88 is no f32: subtract the largest element first, or use softmax"
    `)
  })

  it('names an input that holds NaN', async () => {
    const run = await compile(classifier, { ...guarded, dims: { batch: 4 } })
    const { x, y } = batch(4)
    x[11] = Number.NaN
    const call = () => run({ x, y }, classifier.init(1).params)
    expect(await saidOf(call)).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got NaN in input x at [2, 1]
        1 of 20 elements of x
        it reaches output loss, output probabilities at [2, 0]
        help: look for gaps in the data, and for a division by a deviation of 0 where it is scaled"
    `)
  })

  it('names a param that is not finite', async () => {
    const run = await compile(withParam, guarded)
    const params = { scaled: { by: four(1, 1, Number.POSITIVE_INFINITY, 1) } }
    const call = () => run({ x: Float32Array.of(1, 2, 3, 4) }, params)
    expect(await saidOf(call)).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got infinity in param scaled.by at [2]
        1 of 4 elements of scaled.by
        it reaches output loss
        help: look at the run that gave this value: it was not finite before this one"
    `)
  })

  it('names the formula of a batch norm without epsilon on a column of equal elements', async () => {
    const normed = model({
      inputs: { x: f32(3, 2) },
      body: ({ x }) => {
        const centred = sub(x, mean(x, 0))
        return { out: div(centred, sqrt(mean(mul(centred, centred), 0))) }
      },
    })
    const run = await compile(normed, guarded)
    const said = await saidOf(() => run({ x: Float32Array.of(1, 5, 2, 5, 3, 5) }))
    expect(said).toContain('return { out: div(centred, sqrt(mean(mul(centred, centred), 0))) }')
    expect(said).toMatch(/help: .* epsilon/)
  })

  it('finds nothing in a batch norm of equal elements', async () => {
    const normed = model({
      inputs: { x: f32('batch', 2) },
      params: { bn: batchNorm(2) },
      body: ({ x }, { bn }) => ({ loss: sum(bn(x)) }),
    })
    const { params, state } = normed.init(1)
    const run = await compile(gradient(normed, { of: 'loss' }), { ...guarded, dims: { batch: 3 } })
    const { loss } = run({ x: Float32Array.of(5, 1, 5, 2, 5, 3) }, params, state)
    expect(loss).toBeCloseTo(0)
  })

  it('passes over an infinity that where takes no notice of', async () => {
    const both = model({
      inputs: { x: f32(4) },
      body: ({ x }) => ({
        masked: where(greater(x, 0), log(x), 0),
        bad: sqrt(neg(x)),
      }),
    })
    const run = await compile(both, guarded)
    const said = await saidOf(() => run({ x: Float32Array.of(0, 1, 2, 3) }))
    expect(said).toContain('got NaN at [1] from sqrt\n')
    expect(said).toContain('it reaches output bad at [1]\n')
  })

  it('mentions an input that is not finite beside what makes NaN of others', async () => {
    const two = model({
      inputs: { x: f32(4), mask: f32(4) },
      body: ({ x, mask }) => ({ out: add(log(x), exp(mask)) }),
    })
    const run = await compile(two, guarded)
    const mask = Float32Array.of(0, Number.NEGATIVE_INFINITY, 0, 0)
    const said = await saidOf(() => run({ x: Float32Array.of(-1, 1, 1, 1), mask }))
    expect(said).toContain('got NaN at [0] from log\n')
    expect(said).toContain('beside it, -infinity in input mask at [1]\n')
  })

  it('looks at new state too', async () => {
    const { params, state } = stateful.init(1)
    const run = await compile(stateful, { ...guarded, mode: 'train', dims: { batch: 2 } })
    const x = values(6, 1)
    x[4] = Number.POSITIVE_INFINITY
    const said = await saidOf(() => run({ x }, params, state))
    expect(said).toContain('got NaN at [1, 1] from sub\n')
    expect(said).toContain('beside it, infinity in input x at [1, 1]\n')
    expect(said).toContain('the new state centre.mean at [1]')
  })

  it('gives the very bits of a run without a guard', async () => {
    const dims = { batch: 4 }
    const program = gradient(stateful, { of: 'loss' })
    const { params, state } = stateful.init(1)
    const x = values(12, 3)
    const run = await compile(program, { ...guarded, dims })
    const plain = await compile(program, { target: 'js', dims })
    expect(run({ x }, params, state)).toEqual(plain({ x }, params, state))
  })
})

describe('the help', () => {
  it('is for ops that exist', () => {
    const unknown = [...Object.keys(FORWARD), ...Object.keys(BACKWARD)].filter(
      name => !Object.hasOwn(ops, name),
    )
    expect(unknown).toEqual([])
  })

  it.each([
    ['too large values', Float32Array.of(3e38, 3e38, 0, 0), 'the operands are too large'],
    ['infinities that meet', Float32Array.of(Infinity, -Infinity, 0, 0), 'an infinity met another'],
  ])('of ops that have none of their own speaks of %s', async (_, x, help) => {
    const total = model({ inputs: { x: f32(4) }, body: inputs => ({ out: sum(inputs.x) }) })
    const run = await compile(total, guarded)
    expect(await saidOf(() => run({ x }))).toContain(`help: ${help}`)
  })
})

describe('a guard that cannot say where', () => {
  const damaged = [
    { kind: 'output', name: 'out', what: 'output out', value: Literal.scalar('f32', Number.NaN) },
  ] as const
  const blamed = (text: string) =>
    blameOfRun({
      as: 'run',
      graph: parseGraph('test.ir', text, ops),
      argument: () => Literal.scalar('f32', 1),
      describe: ({ name }) => name,
      damaged,
    }).message

  it('says that the interpreter finds nothing', () => {
    const text = 'graph @g(input %x: f32[]) { %0 = exp %x : f32[] return out = %0 }'
    expect(blamed(text)).toMatchInlineSnapshot(`
      "E402 run: every value must be finite, got NaN in output out
        the interpreter, which rounds every value to its dtype, finds all of them finite:
        the target computes in another order or precision, near the limits of the dtype
        it reaches output out
        help: keep values away from the limits of their dtype: scale the inputs, lower the learning rate"
    `)
  })

  it('says that the search needs more memory than there is', () => {
    const text = `graph @g(input %x: f32[]) {
      %0 = broadcast_to %x {shape = [65536, 65536], axes = [0, 1]} : f32[65536,65536]
      %1 = max %0 {axes = [0, 1]} : f32[]
      return out = %1
    }`
    expect(blamed(text)).toContain('the search ended early: the reference holds at most')
  })
})

describe('debug options', () => {
  it('are known by name', async () => {
    const options = { target: 'js', dims: { batch: 4 }, debug: { nanguard: true } }
    expect(await saidOf(() => compile(classifier, options as never))).toMatch(
      /^E137 debug: options must be among verify, checkRewrites, nanGuard, poison, got "nanguard"\n[\s\S]*did you mean nanGuard\?$/,
    )
    const switched = { target: 'js', dims: { batch: 4 }, debug: true }
    expect(await saidOf(() => compile(classifier, switched as never))).toMatch(
      /^E137 debug: options must be among verify, checkRewrites, nanGuard, poison, got true\n/,
    )
  })
})
