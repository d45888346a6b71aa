// Each pass on small texts: what goes in, what comes out.

import { describe, expect, it } from 'vitest'
import { type Node, nodesOf } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { passes } from '../../src/passes/by-name.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { random } from '../../src/support/random.ts'
import { canonical, graphOf, network, passed, through } from './graphs.ts'

describe('bind', () => {
  const text = `graph @g(input %x: f32[batch,3]) {
    %0 = size {of = 3*batch, dtype = f32} : f32[]
    %1 = reshape %x {shape = [3*batch]} : f32[3*batch]
    return n = %0, flat = %1
  }`

  it('puts sizes into arguments, attributes and results', () => {
    expect(passed('bind{batch=4}', text)).toBe(
      canonical(`graph @g(input %x: f32[4,3]) {
        %0 = size {of = 12, dtype = f32} : f32[]
        %1 = reshape %x {shape = [12]} : f32[12]
        return n = %0, flat = %1
      }`),
    )
  })

  it('asks for the size of every dim', () => {
    expect(() => passed('bind', text)).toThrow(/every symbolic dim must have a size.*batch/)
  })

  it('refuses a size for a dim that is not there, and proposes one that is', () => {
    expect(() => passed('bind{bach=4,batch=4}', text)).toThrow(/did you mean "batch"\?/)
  })

  it('reports at the line of the node what only sizes show to be wrong', () => {
    const cut = `graph @g(input %x: f32[n]) {
      %0 = slice %x {start = [0], end = [5]} : f32[5]
      return y = %0
    }`
    expect(() => passed('bind{n=3}', cut)).toThrow(
      /E101 slice: end 5 exceeds dim 3.*made at test\.ir:2/s,
    )
  })

  it('refuses sizes that make a dim negative', () => {
    const cut = `graph @g(input %x: f32[n-5]) { return y = %x }`
    expect(() => passed('bind{n=3}', cut)).toThrow(/E107.*must not be negative, got -2 for n = 3/)
  })
})

describe('fold', () => {
  it('computes known expressions, rounded to the dtype', () => {
    const text = `graph @g() {
      %0 = constant {value = f32[2] [1, 2]} : f32[2]
      %1 = constant {value = f32[2] [3, 10]} : f32[2]
      %2 = div %0, %1 : f32[2]
      %3 = exp %2 : f32[2]
      return y = %3
    }`
    const [a, b] = [Math.exp(Math.fround(1 / 3)), Math.exp(Math.fround(0.2))].map(Math.fround)
    expect(passed('fold', text)).toBe(
      canonical(`graph @g() {
        %0 = constant {value = f32[2] [${a}, ${b}]} : f32[2]
        return y = %0
      }`),
    )
  })

  it('keeps a fill a fill, symbolic shapes included', () => {
    const text = `graph @g() {
      %0 = full {value = 2, shape = [n], dtype = f32} : f32[n]
      %1 = exp %0 : f32[n]
      return y = %1
    }`
    const value = Math.fround(Math.exp(2))
    expect(passed('fold', text)).toContain(`%0 = full {value = ${value}, shape = [n], dtype = f32}`)
  })

  it('makes a fill of equal elements, and of a size that is known', () => {
    const text = `graph @g() {
      %0 = constant {value = f32[2] [7, 7]} : f32[2]
      %1 = size {of = 12, dtype = f32} : f32[]
      return y = %0, n = %1
    }`
    expect(passed('fold', text)).toBe(
      canonical(`graph @g() {
        %0 = full {value = 7, shape = [2], dtype = f32} : f32[2]
        %1 = full {value = 12, shape = [], dtype = f32} : f32[]
        return y = %0, n = %1
      }`),
    )
  })

  it('stores no more elements than its limit', () => {
    const text = `graph @g() {
      %0 = constant {value = f32[3] [1, 2, 3]} : f32[3]
      %1 = broadcast_to %0 {shape = [100, 3], axes = [0]} : f32[100,3]
      return y = %1
    }`
    expect(passed('fold{limit=299}', text)).toBe(canonical(text))
    expect(passed('fold{limit=300}', text)).not.toBe(canonical(text))
  })
})

describe('cse', () => {
  it('shares equal computations, whatever the order of commuting operands', () => {
    const text = `graph @g(input %x: f32[4], input %y: f32[4]) {
      %0 = add %x, %y : f32[4]
      %1 = add %y, %x : f32[4]
      %2 = sub %x, %y : f32[4]
      %3 = sub %y, %x : f32[4]
      %4 = mul %0, %1 : f32[4]
      %5 = mul %2, %3 : f32[4]
      return a = %4, b = %5
    }`
    expect(passed('cse', text)).toBe(
      canonical(`graph @g(input %x: f32[4], input %y: f32[4]) {
        %0 = add %x, %y : f32[4]
        %2 = sub %x, %y : f32[4]
        %3 = sub %y, %x : f32[4]
        %4 = mul %0, %0 : f32[4]
        %5 = mul %2, %3 : f32[4]
        return a = %4, b = %5
      }`),
    )
  })

  it('tells apart nodes whose attributes differ, and keeps the names of what it shares', () => {
    const text = `graph @g(input %x: f32[2,3]) {
      %rows = sum %x {axes = [0]} : f32[3]
      %columns = sum %x {axes = [1]} : f32[2]
      %again = sum %x {axes = [0]} : f32[3]
      return a = %rows, b = %columns, c = %again
    }`
    expect(passed('cse', text)).toBe(
      canonical(`graph @g(input %x: f32[2,3]) {
        %rows = sum %x {axes = [0]} : f32[3]
        %columns = sum %x {axes = [1]} : f32[2]
        return a = %rows, b = %columns, c = %rows
      }`),
    )
  })
})

describe('dce', () => {
  it('keeps what outputs and updates need, and every argument', () => {
    const text = `graph @g(input %x: f32[4], param %w: f32[4], input %unused: f32[4]) {
      %0 = neg %x : f32[4]
      %1 = exp %x : f32[4]
      %2 = add %w, %1 : f32[4]
      %3 = tanh %0 : f32[4]
      return y = %x
      update w = %2
    }`
    expect(passed('dce', text)).toBe(
      canonical(`graph @g(input %x: f32[4], param %w: f32[4], input %unused: f32[4]) {
        %1 = exp %x : f32[4]
        %2 = add %w, %1 : f32[4]
        return y = %x
        update w = %2
      }`),
    )
  })
})

describe('decompose', () => {
  const text = `graph @g(input %x: f32[2,3]) {
    %0 = softmax %x {axis = 1} : f32[2,3]
    return y = %0
  }`

  it('leaves core ops only, with the meaning that the composites had', () => {
    const graph = graphOf(text)
    const core = through('decompose', graph)
    expect(verifyGraph(core, ['bound', 'core'])).toEqual([])
    const x = [
      [1, 2, 3],
      [-1, 0, 4],
    ]
    const run = (of: typeof graph) => interpret(of, { x }, { rounding: 'dtype' }).outputs.y!
    expect(run(core).equals(run(graph))).toBe(true)
  })

  it('gives the nodes of a body the origin of the composite, and its name', () => {
    const graph = graphOf(text)
    const [{ op, origin }] = nodesOf(graph) as [Node]
    for (const node of nodesOf(through('decompose', graph))) {
      expect(node.origin).toEqual({ ...origin, composite: op.name })
    }
  })

  it('draws the same random numbers after as before', () => {
    const drawing = graphOf(`graph @g(rng %key: u32[2], rng %counter: u32[]) {
      %0 = random_uniform %key, %counter {stream = 3, shape = [5]} : f32[5]
      %1 = random_uniform %key, %counter {stream = 4, shape = [5]} : f32[5]
      return a = %0, b = %1
    }`)
    const core = runPipeline(drawing, afterDerivative()).graph
    const run = (of: typeof drawing) =>
      interpret(of, { key: [1, 2], counter: 7 }, { rounding: 'dtype' }).outputs
    const [before, after] = [run(drawing), run(core)]
    expect(after.a!.equals(before.a!)).toBe(true)
    expect(after.b!.equals(before.b!)).toBe(true)
    expect(after.a!.equals(after.b!)).toBe(false)
  })
})

describe('the pipeline after the derivative', () => {
  it('leaves a smaller graph of core ops that means the same', () => {
    const graph = network(3)
    const { graph: core, records } = runPipeline(graph, afterDerivative({ batch: 2 }))
    expect(verifyGraph(core, ['bound', 'core'])).toEqual([])
    expect(core.order.length).toBeLessThan(graph.order.length)
    const stream = random(1)
    const values = Object.fromEntries(
      core.arguments.map(({ name, type }) => {
        const length = type.shape.reduce<number>((count, extent) => count * Number(extent), 1)
        return [name, Float32Array.from({ length }, () => stream.uniform(-1, 1))]
      }),
    )
    const [before, after] = [graph, core].map(
      of => interpret(of, values, { dims: { batch: 2 } }).outputs,
    )
    for (const [name, literal] of Object.entries(before!)) {
      literal.values().forEach((value, i) => {
        expect(after![name]!.at(i)).toBeCloseTo(value, 12)
      })
    }
    expect(records.map(record => record.pass)).toContain('bind{batch=2}')
  })

  it.each([
    ['before', beforeDerivative()],
    ['after', afterDerivative()],
  ])('has a reason for every pass that it runs a second time, %s', (_, pipeline) => {
    const seen = new Set<string>()
    for (const { pass, again } of pipeline) {
      expect(again === undefined, pass.name).toBe(!seen.has(pass.name))
      seen.add(pass.name)
    }
  })
})

describe.each(Object.entries(passes))('pass %s', (name, pass) => {
  it('is listed under its name, with a summary', () => {
    expect(pass.name).toBe(name)
    expect(pass.summary).toMatch(/^[a-z]/)
  })

  it('gives the same graph object back where there is nothing to do', () => {
    const graph = graphOf(`graph @g(input %x: f32[4]) {
      %0 = exp %x : f32[4]
      return y = %0
    }`)
    const { graph: after, firings } = pass.run(graph, {})
    expect(after).toBe(graph)
    expect(firings).toEqual([])
  })

  it('does nothing the second time', () => {
    const graph = runPipeline(network(2), afterDerivative({ batch: 2 })).graph
    const once = pass.run(graph, {}).graph
    expect(printGraph(pass.run(once, {}).graph)).toBe(printGraph(once))
    expect(pass.run(once, {}).graph).toBe(once)
  })
})
