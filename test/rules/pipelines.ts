// A program of the corpus through both pipelines, in every form in which it is compiled: as it
// predicts, with gradients, with a tangent, and as a whole training step. Beside each form stands
// the same one of the graph as the user wrote it, which no pass has seen.

import { gradient, jvp } from '../../src/autodiff/gradient.ts'
import { graphDims } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import type { PassRecord } from '../../src/ir/history.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { adam } from '../../src/optim/adam.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { chooseMode } from '../../src/passes/choose-mode.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import type { Pipeline } from '../../src/rewrite/pass.ts'
import { type RunOptions, runPipeline } from '../../src/rewrite/pass-manager.ts'
import { isFloat } from '../../src/support/dtype.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import type { Program } from './programs/index.ts'

/** What else the pipelines are told. */
export interface Compiling extends RunOptions {
  /** Adds the rules that hold for finite values only. */
  readonly assumeFinite?: boolean
  /** The forms wanted; all of them by default. */
  readonly only?: readonly Form['name'][] | undefined
}

/** One form of a program. */
export interface Form {
  readonly name: 'prediction' | 'gradient' | 'tangent' | 'training step'
  /** As the user wrote it, or derived from that. */
  readonly written: Graph
  /** After both pipelines. */
  readonly graph: Graph
  /** The steps of both. */
  readonly records: readonly PassRecord[]
}

/** What is made of a forward graph in one form. */
interface Made {
  readonly name: Form['name']
  readonly mode: 'train' | 'eval'
  readonly make: (forward: Graph) => Graph
}

/** A program in all its forms, each compiled. */
export function formsOf(of: Program, options: Compiling = {}): Form[] {
  const through = (graph: Graph, pipeline: Pipeline) =>
    runPipeline(graph, options.assumeFinite ? pipeline.map(assuming) : pipeline, options)
  const wanted = ways(of).filter(({ name }) => options.only?.includes(name) ?? true)
  return wanted.map(({ name, mode, make }) => {
    const chosen = chooseMode(of.model.graph, mode)
    const before = through(chosen, beforeDerivative())
    const made = make(before.graph)
    const used = graphDims(made)
    const dims = Object.entries(of.dims).filter(([dim]) => used.includes(dim))
    const after = through(made, afterDerivative(Object.fromEntries(dims)))
    const records = [...before.records, ...after.records]
    return { name, written: make(chosen), graph: after.graph, records }
  })
}

function assuming(step: Pipeline[number]): Pipeline[number] {
  if (step.pass.options?.assume_finite === undefined) return step
  return { ...step, options: { ...step.options, assume_finite: true } }
}

function ways({ loss, model }: Program): Made[] {
  const prediction: Made = { name: 'prediction', mode: 'eval', make: graph => graph }
  if (loss === undefined) return [prediction]
  const params = model.graph.arguments.filter(({ role }) => role === 'param')
  const wrt = params.map(({ name }) => name)
  const derived = { of: loss, wrt, zeros: wrt }
  const optimizer = adam()
  const { blocks } = trainingLayout(params, [], optimizer)
  return [
    prediction,
    { name: 'gradient', mode: 'train', make: forward => gradient(forward, derived) },
    { name: 'tangent', mode: 'train', make: forward => jvp(forward, derived) },
    {
      name: 'training step',
      mode: 'train',
      make: forward => {
        const both = gradient(forward, derived)
        return trainingStep(both, blocks, optimizer, addedPrefix(forward, both))
      },
    },
  ]
}

/** `grads`, or `grads2` where the forward graph is a gradient itself. */
function addedPrefix(forward: Graph, both: Graph): string {
  const { name } = both.outputs[forward.outputs.length]!
  return name.slice(0, name.indexOf('.'))
}

/**
 * The first output or update of a form that is not what the program says, as a sentence. Both are
 * computed in double; constants were rounded to their own dtype when they were folded.
 */
export function wrongValue(of: Program, { name, written, graph }: Form, seed: number) {
  const given = of.arguments(seed)
  const directions = of.arguments(seed + 1)
  const values = Object.fromEntries(
    written.arguments.flatMap(argument => {
      const param = argument.name.replace(/^tangents\./, '')
      const value = (param === argument.name ? given : directions)[param]
      return value === undefined ? [] : [[argument.name, value]]
    }),
  )
  const wanted = interpret(written, values, { dims: of.dims })
  const got = interpret(graph, values)
  for (const part of ['outputs', 'updates'] as const) {
    for (const [output, literal] of Object.entries(wanted[part])) {
      const found = difference(got[part][output]!, literal)
      if (found !== undefined) return `${of.name}, ${name}, ${output}: ${found}`
    }
  }
  return undefined
}

/** Roundings of constants to f32, carried through a program. */
const TOLERANCE = 3e-6

function difference(got: Literal, wanted: Literal): string | undefined {
  for (let i = 0; i < wanted.size; i++) {
    const [value, want] = [got.at(i), wanted.at(i)]
    const tolerance = isFloat(wanted.dtype) ? TOLERANCE * (1 + Math.abs(want)) : 0
    if (Object.is(value, want) || Math.abs(value - want) <= tolerance) continue
    return `element ${i} is ${value}, not ${want}`
  }
  return undefined
}
