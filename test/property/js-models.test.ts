// Random models through the public functions: traced, differentiated, compiled and run on js give
// what the interpreter gives for the same graph, gradients and new state included.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, gradient, type HostTensor, Literal, type TypedGraph } from '../../src/index.ts'
import type { RunResult } from '../../src/ir/interpret.ts'
import { chooseMode } from '../../src/passes/choose-mode.ts'
import { random } from '../../src/support/random.ts'
import { runs } from '../counts.ts'
import type { Arguments } from '../lower/run.ts'
import { expectAgreement, Tally } from './agreement.ts'
import { BATCH, type RandomModel, randomModel } from './random-model.ts'

const dims = { batch: BATCH }

/** The values of a tree by path. */
function leavesOf(tree: unknown, path: readonly string[] = []): (readonly [string, Literal])[] {
  if (typeof tree === 'number') return [[path.join('.'), Literal.scalar('f32', tree)]]
  const node = tree as HostTensor | Readonly<Record<string, unknown>>
  if (ArrayBuffer.isView(node.data)) return [[path.join('.'), Literal.from(node as HostTensor)]]
  return Object.entries(node).flatMap(([key, part]) => leavesOf(part, [...path, key]))
}

type Tree = Readonly<Record<string, unknown>>

/** What a compiled program of any type is called as. */
type AnyRun = (inputs: object, params: unknown, state: unknown, draws: object) => Tree

/** The result of a run under the names of the graph. */
function byName({ state, ...outputs }: Tree): RunResult {
  return {
    outputs: Object.fromEntries(leavesOf(outputs)),
    updates: Object.fromEntries(leavesOf(state)),
  }
}

/** Inputs of a batch, and parameters that are away from what they start with. */
function valuesFor({ program }: RandomModel, from: number) {
  const draw = random(from)
  const moved = (tree: unknown): unknown => {
    if (typeof tree === 'number') return Math.fround(tree + draw.uniform(-0.5, 0.5))
    if (Array.isArray(tree)) return tree.map(moved)
    const node = tree as Tree
    if (node.data instanceof Float32Array) {
      return { ...node, data: node.data.map(value => value + draw.uniform(-0.5, 0.5)) }
    }
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, moved(part)]))
  }
  const { params, state } = program.init(from)
  const x = Float32Array.from({ length: BATCH * 6 }, () => draw.uniform(-1.5, 1.5))
  const y = Int32Array.from({ length: BATCH }, () => draw.integer(0, 3))
  return {
    inputs: { x, y },
    params: moved(params),
    state: moved(state),
    seed: from,
    step: from % 7,
  }
}

/** The same values as arguments of the graph. */
function argumentsFor(
  { graph }: Pick<TypedGraph, 'graph'>,
  { inputs, params, state, seed: key, step }: ReturnType<typeof valuesFor>,
): Arguments {
  const given = new Map([...leavesOf(params), ...leavesOf(state)])
  given.set('x', Literal.from(inputs.x, 'f32', [BATCH, 6]))
  given.set('y', Literal.from(inputs.y))
  const all = graph.arguments.map(({ name, role, type }) => {
    if (role !== 'rng') return [name, given.get(name)!] as const
    const words = type.shape.length === 0 ? [step] : [key, 0]
    return [name, Literal.from(Uint32Array.from(words), 'u32', type.shape as number[])] as const
  })
  return Object.fromEntries(all)
}

async function expectMeaning(
  program: TypedGraph,
  mode: 'train' | 'eval',
  values: ReturnType<typeof valuesFor>,
  tally: Tally,
): Promise<void> {
  const options = { target: 'js', dims, mode, debug: { verify: true } }
  // The types of a random model know no dims: from here on names are data.
  const run = (await compile(program, options as never)) as unknown as AnyRun
  const draws = { seed: values.seed, step: values.step }
  const answer = () => run(values.inputs, values.params, values.state, draws)
  const [got, again] = [answer(), answer()]
  expect(again).toEqual(got)
  const graph = chooseMode(program.graph, mode)
  const updated = new Set(graph.updates.map(({ target }) => target))
  const { outputs, updates } = byName(got)
  const changed = Object.entries(updates).filter(([name]) => updated.has(name))
  const result = { outputs, updates: Object.fromEntries(changed) }
  const given = argumentsFor({ graph }, values)
  expectAgreement({ graph, given, dims, got: result }, tally)
}

type Change = (program: RandomModel['program']) => TypedGraph

async function check(change: Change, mode: 'train' | 'eval'): Promise<void> {
  const tally = new Tally()
  const property = fc.asyncProperty(randomModel, fc.nat(2 ** 20), async ({ program }, from) => {
    const values = valuesFor({ program }, from)
    await expectMeaning(change(program), mode, values, tally)
  })
  await fc.assert(property, runs({ deep: 1000 }))
  tally.check()
}

describe('a random model on js', () => {
  it('gives what its graph means', async () => {
    await check(program => program, 'eval')
  })

  it('has a gradient that gives what it means', async () => {
    await check(program => gradient(program, { of: 'loss' }), 'train')
  })
})
