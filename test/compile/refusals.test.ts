// What compile and a run refuse: the code, the sentence and the caller's line.

import { describe, expect, it } from 'vitest'
import { compile, gradient, jvp } from '../../src/index.ts'
import { batch, classifier, stateful } from './models.ts'

const { params } = classifier.init(1)
const { x, y } = batch(4)
const loaded = compile(classifier, { target: 'js', dims: { batch: 4 } })

/** A run whose mistakes tsc does not see. */
const untyped = async (...args: unknown[]) =>
  ((await loaded) as (...of: unknown[]) => unknown)(...args)

/** The message of what a call throws, sooner or later. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('a run refuses', () => {
  it.each<[string, unknown[], RegExp]>([
    [
      'an array of the wrong length',
      [{ x: x.subarray(1), y }, params],
      /^E108 run: input x is \[4, 5\], 20 elements, got 19$/m,
    ],
    [
      'an array of the wrong class',
      [{ x, y: x.subarray(0, 4) }, params],
      /^E108 run: input y is i32: pass a Int32Array$/m,
    ],
    [
      'a host of another shape',
      [{ x: { shape: [5, 4], dtype: 'f32', data: x }, y }, params],
      /^E108 run: input x is \[4, 5\], got \[5, 4\]$/m,
    ],
    [
      'a host of another dtype',
      [{ x: { shape: [4, 5], dtype: 'f64', data: new Float64Array(20) }, y }, params],
      /^E108 run: input x is f32, got f64$/m,
    ],
    [
      'a host whose data is too short',
      [{ x: { shape: [4, 5], dtype: 'f32', data: x.subarray(1) }, y }, params],
      /^E108 run: input x is \[4, 5\], 20 elements, got 19$/m,
    ],
    [
      'a number for a tensor',
      [{ x: 3, y }, params],
      /^E108 run: input x is f32: pass a Float32Array$/m,
    ],
    [
      'nested arrays',
      [{ x: [[1]], y }, params],
      /^E108 run: input x is f32 \[4, 5\], got an array$/m,
    ],
    [
      'an unknown input, with the nearest',
      [{ x, Y: y }, params],
      /^E108 run: this model has no input Y$[\s\S]*did you mean "y"\?/m,
    ],
    ['a missing input', [{ x }, params], /^E108 run: needs input y, got nothing of that name$/m],
    ['inputs that go by no name', [x, params], /^E108 run: inputs go by name, got a typed array$/m],
    ['missing params', [{ x, y }], /^E108 run: needs param hidden, got nothing of that name$/m],
    [
      'a missing param',
      [
        { x, y },
        { ...params, hidden: { w: params.hidden.w } },
      ],
      /^E108 run: needs param hidden\.b, got nothing of that name$/m,
    ],
    [
      'an unknown param',
      [
        { x, y },
        { ...params, tail: 1 },
      ],
      /^E108 run: this model has no param tail$/m,
    ],
    [
      'a param of another shape',
      [
        { x, y },
        { ...params, head: { ...params.head, b: params.hidden.b } },
      ],
      /^E108 run: param head\.b is \[3\], got \[4\]$/m,
    ],
  ])('%s', async (_, args, wanted) => {
    const message = await messageOf(() => untyped(...args))
    expect(message).toMatch(wanted)
    expect(message).toMatch(/made at .*refusals\.test\.ts:\d+/)
    expect(message).toMatch(/^ {2}help: /m)
  })

  it('a missing state and a missing direction', async () => {
    const run = await compile(stateful, { target: 'js', dims: { batch: 1 } })
    const start = stateful.init(1)
    const loose = run as unknown as (...args: unknown[]) => unknown
    const few = { x: new Float32Array(3) }
    expect(await messageOf(() => loose(few, start.params))).toMatch(
      /E108 run: needs state centre, got nothing of that name/,
    )
    const forward = await compile(jvp(classifier, { of: 'loss' }), {
      target: 'js',
      dims: { batch: 4 },
    })
    const undirected = forward as unknown as (...args: unknown[]) => unknown
    expect(await messageOf(() => undirected({ x, y }, params))).toMatch(/E108 run: .*tangent/)
  })

  it('to run when it was disposed', async () => {
    const run = await compile(classifier, { target: 'js', dims: { batch: 4 } })
    run.dispose()
    expect(await messageOf(() => run({ x, y }, params))).toMatch(/E108 .*disposed/)
  })
})

describe('compile refuses', () => {
  const program = gradient(classifier, { of: 'loss' })
  const attempt = (options: unknown) => () => compile(program, options as never)

  it.each<[string, unknown, RegExp]>([
    [
      'missing dims',
      { target: 'js', dims: {} },
      /^E107 compile: every dim must have a size, got none for batch$[\s\S]*pass dims: \{ batch: 32 \}/m,
    ],
    ['no dims at all', { target: 'js' }, /^E107 compile: every dim must have a size/m],
    [
      'unknown dims',
      { target: 'js', dims: { batch: 1, time: 2 } },
      /^E107 compile: this program has no dim 'time'$/m,
    ],
    [
      'a negative size',
      { target: 'js', dims: { batch: -1 } },
      /^E107 compile: the size of dim batch must be a non-negative integer, got -1$/m,
    ],
    [
      'a size that is no integer',
      { target: 'js', dims: { batch: 1.5 } },
      /^E107 compile: .*got 1\.5$/m,
    ],
    [
      'an unknown target',
      { target: 'jss', dims: { batch: 1 } },
      /^E501 compile: target must be one of js, got jss$[\s\S]*did you mean 'js'\?/m,
    ],
    [
      'a target that is still to come',
      { target: 'wasm', dims: { batch: 1 } },
      /^E501 compile: target must be one of js, got wasm$/m,
    ],
    [
      'an option that there is none of',
      { target: 'js', dims: { batch: 1 }, maxByts: 1 },
      /^E137 compile: options must be among target, dims, .*, got "maxByts"$[\s\S]*did you mean maxBytes\?/m,
    ],
    [
      'a program over its budget, naming the largest buffers',
      { target: 'js', dims: { batch: 64 }, maxBytes: 1000 },
      /^E136 compile: the program must take at most 1000 B, got [\d.]+ KiB \(\d+ bytes\)$[\s\S]*f32\[64,5\], 1\.3 KiB/m,
    ],
  ])('%s', async (_, options, wanted) => {
    const message = await messageOf(attempt(options))
    expect(message).toMatch(wanted)
    expect(message).toMatch(/^ {2}help: /m)
  })

  it('with the line of the call where dims do not fit', async () => {
    expect(await messageOf(attempt({ target: 'js', dims: {} }))).toMatch(
      /made at .*refusals\.test\.ts:\d+/,
    )
  })
})
