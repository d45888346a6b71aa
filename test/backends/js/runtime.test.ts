// Programs on js: memory shared and grown, inputs bound and outputs copied, what is refused, and
// that no name of a program reaches the generated code.

import { describe, expect, test } from 'vitest'
import { js } from '../../../src/backends/js/index.ts'
import { emitModule } from '../../../src/backends/js/module.ts'
import { inPlace } from '../../../src/kernel/in-place.ts'
import { axisIndex } from '../../../src/kernel/index.ts'
import type { Kernel, Stmt, Store } from '../../../src/kernel/kernel.ts'
import { launchesOf, type Program } from '../../../src/kernel/program.ts'
import * as s from '../../../src/kernel/scalar.ts'
import { Rewriter } from '../../../src/kernel/substitute.ts'
import { parseKernels } from '../../../src/kernel/text.ts'
import { GraphError, InternalError, UnsupportedError } from '../../../src/support/diagnostic.ts'
import { example, expectSameBits, floats, kernelOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf, load, memoryOf, now } from './programs.ts'

const programOf = (text: string): Program => parseKernels('test.kir', text).programs[0]!

/** y = 2 x through scratch of `n` elements. */
const doubling = (n: number) =>
  programOf(`program @double {
    input x: f32[${n}]
    scratch t: f32[${n}] @0
    output y: f32[${n}]
    launch @add(x, x, t)
    launch @copy(t, y)
  }
  kernel @add(a: read f32[${n}], b: read f32[${n}], y: write f32[${n}]) {
    parallel i in ${n}
    y[i] = a[i] + b[i]
  }
  kernel @copy(a: read f32[${n}], y: write f32[${n}]) {
    parallel i in ${n}
    y[i] = a[i]
  }`)

/** p += x in state; y = p before that. */
const counting = programOf(`program @count {
    input x: f32[2]
    state p: f32[2] @16
    output y: f32[2]
    launch @count(x, p, y)
  }
  kernel @count(x: read f32[2], p: update f32[2], y: write f32[2]) {
    parallel i in 2
    y[i] = p[i]
    p[i] = p[i] + x[i]
  }`)

describe('memory', () => {
  test('of state begins as zeros, is written and read by bytes, and is shared by programs', () => {
    const memory = memoryOf(24)
    expect(memory.stateBytes).toBe(24)
    expect([...now(memory.read(16, 'f32', 2))]).toEqual([0, 0])
    now(memory.write(16, Float32Array.of(0, 5, 6).subarray(1)))
    const [one, two] = [load(counting, memory), load(counting, memory)]
    now(one.run({ x: Float32Array.of(1, 1) }))
    now(two.run({ x: Float32Array.of(10, 10) }))
    expect([...now(two.read('y'))]).toEqual([6, 7])
    const copy = now(memory.read(16, 'f32', 2))
    expect([...copy]).toEqual([16, 17])
    copy.fill(0)
    expect([...now(memory.read(16, 'f32', 2))]).toEqual([16, 17])
  })

  test('of scratch grows to the largest program, and loaded programs go on running', () => {
    const memory = memoryOf(0)
    const small = load(doubling(3), memory)
    expect(memory.scratchBytes).toBe(12)
    const x = Float32Array.of(1, 2, 3)
    now(small.run({ x }))
    const large = load(doubling(100), memory)
    expect(memory.scratchBytes).toBe(400)
    load(doubling(5), memory)
    expect(memory.scratchBytes).toBe(400)
    now(small.run({ x: Float32Array.of(4, 5, 6) }))
    expect([...now(small.read('y'))]).toEqual([8, 10, 12])
    now(large.run({ x: new Float32Array(100).fill(7) }))
    expect(now(large.read('y'))[99]).toBe(14)
  })

  test('beside the arenas is shared by the kernels of a program', () => {
    const softmax = launchOf(example('softmax'))
    expect(load(softmax).workspaceBytes).toBe(4000)
    const twice: Program = { ...softmax, items: [...softmax.items, ...softmax.items] }
    expect(load(twice).workspaceBytes).toBe(4000)
    expect(load(doubling(8)).workspaceBytes).toBe(0)
    const both = programOf(`program @p { input x: f32[9] output y: f32[9] output z: f32[9]
      launch @short(x, y) launch @long(x, z) }
      kernel @short(x: read f32[9], y: write f32[9]) { parallel i in 9 row e: f32[2]
        over k in 2 { e[k] = x[i] }  y[i] = e[1] }
      kernel @long(x: read f32[9], y: write f32[9]) { parallel i in 9 row e: f32[7]
        over k in 7 { e[k] = x[i] * 2 }  y[i] = e[6] }`)
    expect(load(both).workspaceBytes).toBe(28)
    expectAgreement(both)
  })
})

describe('a run', () => {
  test('poisons where the program says so, and there alone', () => {
    const loaded = load(
      programOf(`program @p {
        input x: f32[4]
        scratch a: f32[4] @0
        scratch high: f32[2] @8
        output y: f32[4]
        launch @copy(x, a)
        poison(high)
        launch @copy(a, y)
      }
      kernel @copy(a: read f32[4], y: write f32[4]) { parallel i in 4 y[i] = a[i] }`),
    )
    for (const _ of [1, 2]) now(loaded.run({ x: Float32Array.of(1, 2, 3, 4) }))
    expect([...now(loaded.read('y'))]).toEqual([1, 2, NaN, NaN])
  })

  test('reads inputs where they are, and leaves outputs where the next run finds them', () => {
    const loaded = load(doubling(3))
    const inputs = { x: Float32Array.of(1, 2, 3) }
    now(loaded.run(inputs))
    const first = now(loaded.read('y'))
    inputs.x[0] = 50
    now(loaded.run(inputs))
    expect([...first]).toEqual([2, 4, 6])
    expect([...now(loaded.read('y'))]).toEqual([100, 4, 6])
    expect(first.buffer).toBeInstanceOf(ArrayBuffer)
    expect(first.buffer.byteLength).toBe(12)
  })

  test('needs no inputs that were given as constants', () => {
    const loaded = load(doubling(2), memoryOf(0), new Map([['x', Float32Array.of(4, 5)]]))
    now(loaded.run({}))
    expect([...now(loaded.read('y'))]).toEqual([8, 10])
  })

  test('gives the same bits twice', () => {
    const inputs = { x: floats(256_000) }
    const outputs = [1, 2].map(() => {
      const loaded = load(launchOf(example('softmax')))
      now(loaded.run(inputs))
      return now(loaded.read('y'))
    })
    expectSameBits(outputs[0], outputs[1])
  })

  test('works in place', () => {
    const merged = inPlace(example('softmax'), 'x', 'y')
    if ('refusal' in merged) throw new Error(merged.refusal)
    expectAgreement(launchOf(merged.kernel))
  })

  test('of a kernel without points does nothing', () => {
    const none = kernelOf(`kernel @none(x: read f32[0,3], y: write f32[0]) {
      parallel i in 0
      over j in 3 { s += x[i, j] }
      y[i] = s }`)
    expectAgreement(launchOf(none))
  })
})

describe('what is refused', () => {
  test.each([
    [{}, 'x needs Float32Array of 3, got nothing'],
    [{ x: new Float32Array(2) }, 'x needs Float32Array of 3, got Float32Array of 2'],
    [{ x: new Int32Array(3) }, 'x needs Float32Array of 3, got Int32Array of 3'],
  ])('inputs %j', (inputs, message) => {
    const loaded = load(doubling(3))
    expect(() => loaded.run(inputs)).toThrow(InternalError)
    expect(() => loaded.run(inputs)).toThrow(message.replace('x needs', 'x: needs'))
  })

  test('a name that is no output', () => {
    expect(() => load(doubling(3)).read('t')).toThrow('t: needs to be an output of the program')
    expect(() => load(doubling(3)).read('q')).toThrow('q: needs to be an output of the program')
  })

  test('memory of another making', () => {
    const memory = { ...memoryOf(0), dispose: () => {} }
    expect(() => js.load(doubling(3), memory, new Map())).toThrow('needs memory of its own making')
  })

  test('more memory than there is', () => {
    expect(() => memoryOf(2 ** 52)).toThrow(UnsupportedError)
    expect(() => memoryOf(2 ** 52)).toThrow("E503 target 'js': state needs 4503599627370496 bytes")
    const wide = doubling(2 ** 45)
    expect(() => load(wide)).toThrow('scratch needs 140737488355328 bytes in one piece')
    const buffers = wide.buffers.map(one => ({ ...one, region: 'output' as const, offset: 0 }))
    expect(() => load({ ...wide, buffers })).toThrow('an output needs 140737488355328 bytes')
  })

  test('every call after dispose(), of the program or of its memory', () => {
    const memory = memoryOf(16)
    const [one, two] = [load(doubling(3), memory), load(doubling(3), memory)]
    one.dispose()
    expect(() => one.run({ x: new Float32Array(3) })).toThrow(GraphError)
    expect(() => one.read('y')).toThrow('E108 the program double: needs memory to run in')
    now(two.run({ x: new Float32Array(3) }))
    memory.dispose()
    memory.dispose()
    expect(() => two.run({ x: new Float32Array(3) })).toThrow('got a call after dispose()')
    expect(() => memory.read(0, 'f32', 1)).toThrow('E108 the memory of a model')
    expect(() => memory.write(0, new Float32Array(1))).toThrow(GraphError)
    expect(() => load(doubling(3), memory)).toThrow(GraphError)
  })
})

describe('names', () => {
  const HOSTILE = [
    '__proto__',
    'constructor',
    'x"); throw 1; ("',
    "a'b`$(1)",
    '*/ throw 2 /*',
    'line\nthrow 3\r\u2028throw 4//',
    'ünïcödé 名前',
    '',
  ]

  /** The program with hostile names for all that has one. */
  function renamed(program: Program, prefix: string): Program {
    const made = new Map<string, string>()
    const to = (name: string): string => {
      const known = made.get(name) ?? `${prefix}${made.size === 0 ? '' : made.size}`
      made.set(name, known)
      return known
    }
    return {
      name: to(program.name),
      buffers: program.buffers.map(buffer => ({ ...buffer, name: to(buffer.name) })),
      kernels: program.kernels.map(kernel => renamedKernel(kernel, to)),
      items: launchesOf(program).map(item => ({
        ...item,
        kernel: to(item.kernel),
        args: item.args.map(to),
      })),
    }
  }

  function renamedKernel(kernel: Kernel, to: (name: string) => string): Kernel {
    const named = <T extends { readonly name: string }>(one: T): T => ({
      ...one,
      name: to(one.name),
    })
    const rewriter = new Rewriter({
      axis: axis => axisIndex(named(axis)),
      scalar: node => {
        if (node.kind === 'acc') return s.acc(node.type, to(node.name))
        if (node.kind !== 'load') return node
        return s.load(node.type, to(node.buffer), node.index, node.fill)
      },
    })
    const store = (one: Store): Store => ({ ...rewriter.store(one), buffer: to(one.buffer) })
    const stmt = (one: Stmt): Stmt => {
      if (one.kind === 'store') return store(one)
      const { order, axes, body } = one
      const accs = one.accs.map(({ name, combine, value, at }) => ({
        name: to(name),
        combine,
        value: rewriter.scalar(value),
        at: at && { name: to(at.name), value: rewriter.scalar(at.value) },
      }))
      return { kind: 'loop', order, axes: axes.map(named), accs, body: body.map(stmt) }
    }
    const common = { name: to(kernel.name), params: kernel.params.map(named) }
    if (kernel.kind === 'kernel') {
      const [parallel, rows] = [kernel.parallel.map(named), kernel.rows.map(named)]
      return { kind: 'kernel', ...common, parallel, rows, body: kernel.body.map(stmt) }
    }
    const [batch, rows, cols] = [kernel.batch, kernel.rows, kernel.cols].map(axes =>
      axes.map(named),
    )
    return {
      kind: 'contract',
      ...common,
      batch: batch!,
      rows: rows!,
      cols: cols!,
      over: kernel.over.map(named),
      acc: to(kernel.acc),
      left: rewriter.scalar(kernel.left),
      right: rewriter.scalar(kernel.right),
      body: kernel.body.map(store),
    }
  }

  /** Everything in generated code that could be a name, comments left out. */
  const wordsOf = (source: string) =>
    new Set(source.replaceAll(/^\/\/.*$/gm, '').match(/[\p{L}_$][\p{L}\w$]*/gu))

  const OURS =
    /^(?:use|strict|[abstwcxyijklpqz]\d*|function|const|let|for|while|if|return|step|multiply|tile|pad|panel|lanes|count|rows|cols|depth|steps|size|end|used|width|fill|erf|shortExp|e|Infinity|Math|min|max|ceil|fround|log|sqrt|k0_\w*)$/

  test.each(HOSTILE)('%j reach no code and change no result', name => {
    for (const kernel of ['batched_masked', 'bn_backward', 'argmax', 'embed_grad', 'xent']) {
      const hostile = renamed(launchOf(example(kernel)), name)
      expect(hostile.name).toBe(name)
      const { source } = emitModule(hostile)
      expect([...wordsOf(source)].filter(word => !OURS.test(word))).toEqual([])
      expect(source).not.toMatch(/throw [1-9]|`|"/)
      expectAgreement(hostile)
    }
  })

  test('an input may have any of them', () => {
    for (const name of HOSTILE) {
      const program = renamed({ ...doubling(2), name: 'x' }, name)
      const [input, , output] = program.buffers
      expect(input!.name).toBe(name)
      const loaded = load(program)
      expect(() => loaded.run({})).toThrow(InternalError)
      now(loaded.run(Object.fromEntries([[name, Float32Array.of(1, 2)]])))
      expect([...now(loaded.read(output!.name))]).toEqual([2, 4])
    }
  })
})
