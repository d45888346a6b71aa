// Graphs on js as `compile` makes them: all passes, lowering, generated code. Every graph runs
// twice, first on scratch full of NaN, then on what the first run left behind; both runs must give
// the same bits, so that nothing is read before it is written. The program is verified each time.

import assert from 'node:assert/strict'
import { js } from '../../src/backends/js/index.ts'
import { JsMemory } from '../../src/backends/js/memory.ts'
import type { Dims } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { RunResult } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { valueTypes } from '../../src/ir/printer.ts'
import type { StateLayout } from '../../src/lower/lowered.ts'
import type { TypedArray } from '../../src/support/dtype.ts'
import { type Arguments, lowered, plainState, prepared } from '../lower/run.ts'

/** A value that js answers at once. */
export function now<T>(value: T | Promise<T>): T {
  assert(!(value instanceof Promise), 'js answers at once')
  return value
}

/** What a graph gives on js, twice. */
export function runOnJs(graph: Graph, given: Arguments, dims: Dims = {}): RunResult {
  const core = prepared(graph, dims as Readonly<Record<string, number>>)
  const state = plainState(core)
  const { program, inputs, outputs, constants } = lowered(core, js.target, state)
  const memory = new JsMemory(state.bytes)
  const data = new Map([...constants].map(([name, of]) => [name, of.toHost().data]))
  const loaded = now(js.load(program, memory, data))
  const types = valueTypes(core)
  const shapes = new Map(core.outputs.map(({ name, value }) => [name, types.get(value)!]))
  new Uint8Array(memory.arena('scratch')).fill(0xff)
  const run = (): RunResult => {
    const passed = [...inputs].map(([name, buffer]) => [buffer, given[name]!.toHost().data])
    writeState(memory, state, given)
    now(loaded.run(Object.fromEntries(passed)))
    const read = [...outputs].map(([name, buffer]) => {
      const { dtype, shape } = shapes.get(name)!
      return [name, literal(now(loaded.read(buffer)), dtype, shape as readonly number[])]
    })
    return { outputs: Object.fromEntries(read), updates: readUpdates(core, memory, state) }
  }
  const first = run()
  assertSameBits(run(), first)
  return first
}

const literal = (data: TypedArray, dtype: Literal['dtype'], shape: readonly number[]) =>
  new Literal(dtype, shape, Float64Array.from(data))

function writeState(memory: JsMemory, { slots }: StateLayout, given: Arguments): void {
  for (const [name, { offset }] of slots) memory.write(offset, given[name]!.toHost().data)
}

function readUpdates(core: Graph, memory: JsMemory, { slots }: StateLayout) {
  const read = core.updates.map(({ target }) => {
    const { type, shape, offset } = slots.get(target)!
    const size = shape.reduce((a, b) => a * b, 1)
    return [target, literal(memory.read(offset, type, size), type, shape)]
  })
  return Object.fromEntries(read)
}

function assertSameBits(again: RunResult, first: RunResult): void {
  for (const part of ['outputs', 'updates'] as const) {
    for (const [name, value] of Object.entries(first[part])) {
      assert(again[part][name]!.equals(value), `${name}: two runs must agree bit for bit`)
    }
  }
}
