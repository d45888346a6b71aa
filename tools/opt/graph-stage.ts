// What opt does with a text of tensor graphs: derivatives, dims, passes, then text or a run.

import { gradient, jvp } from '../../src/autodiff/gradient.ts'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import { type Graph, nodesOf } from '../../src/ir/graph.ts'
import { type ArgumentValue, interpret, type RunResult } from '../../src/ir/interpret.ts'
import type { Literal, NestedArray } from '../../src/ir/literal.ts'
import { parseGraphs } from '../../src/ir/parser.ts'
import { graphsIn, printGraphs } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { random } from '../../src/support/random.ts'
import type { Request, Transform } from './command.ts'
import { lowered } from './lower-stage.ts'
import { shellWord } from './sections.ts'
import { Trace } from './trace.ts'
import { drawElements, knownExtent, showElements, showRun } from './values.ts'

/** What a text became. */
export interface StageResult {
  readonly out: string
  /** Times, where they were asked for. */
  readonly err: string
}

/** Runs a request on one text of graphs. */
export function runGraphStage(file: string, text: string, request: Request): StageResult {
  const graphs = parseGraphs(file, text, ops, { stages: request.promises })
  const traces: Trace[] = []
  const roots = rootsOf(graphs).map(root => derived(root, request))
  const names = roots.flatMap(graphDims)
  const results = roots.map(root => {
    const input = bound(root, request, names)
    const trace = new Trace(request, input)
    traces.push(trace)
    return passed(input, request, trace)
  })
  const shown = traces.map(trace => trace.text).join('')
  const err = request.time ? traces.map(trace => trace.times).join('') : ''
  if (request.lower)
    return { out: shown + results.map(graph => lowered(graph, request.target)).join('\n'), err }
  if (request.interpret) return { out: shown + results.map(g => run(g, request)).join(''), err }
  return { out: shown === '' ? printGraphs(results, { origins: request.origins }) : shown, err }
}

/** The graphs of a file that no other graph of it refers to. */
function rootsOf(graphs: readonly Graph[]): Graph[] {
  const bodies = new Set(
    graphs.flatMap(nodesOf).flatMap(node => graphsIn(node.op, node.attributes)),
  )
  return graphs.filter(graph => !bodies.has(graph))
}

function derived(graph: Graph, { transforms }: Request): Graph {
  return transforms.reduce((from: Graph, { kind, of, wrt }: Transform) => {
    const options = wrt === undefined ? { of } : { of, wrt }
    return kind === 'gradient' ? gradient(from, options) : jvp(from, options)
  }, graph)
}

/** The graph with the sizes it has names for; `names` are those of all graphs of the file. */
function bound(graph: Graph, { dims }: Request, names: readonly string[]): Graph {
  const own = graphDims(graph)
  const sizes = Object.entries(dims).filter(([name]) => own.includes(name) || !names.includes(name))
  return sizes.length === 0 ? graph : bindGraph(graph, Object.fromEntries(sizes))
}

function passed(graph: Graph, request: Request, trace: Trace): Graph {
  const { pipeline, verifyEach } = request
  if (pipeline.length === 0) return graph
  const before = request.flags.flatMap(flagsBeforePasses).map(shellWord)
  const file = [...before, shellWord(request.file)].join(' ')
  const options = { verify: verifyEach, trace: trace.add, file }
  const result = runPipeline(graph, pipeline, options).graph
  // The slow run is only worth its time where it has a culprit to name.
  const isBroken = !verifyEach && verifyGraph(result).length > 0
  return isBroken ? runPipeline(graph, pipeline, { verify: true, file }).graph : result
}

/** The flags that decide what the first pass gets, for the command that repeats a failure. */
function flagsBeforePasses(word: string, at: number, words: readonly string[]): readonly string[] {
  const takesNext = ['--gradient', '--jvp', '--dims'].includes(word)
  if (takesNext) return [word, words[at + 1] ?? '']
  return /^--(?:gradient|jvp|dims)=/.test(word) ? [word] : []
}

/** Runs a graph and shows its outputs; arguments that were drawn are shown first. */
function run(graph: Graph, request: Request): string {
  const { rounding } = request
  const { drawn, values } = argumentsOf(graph, request)
  const result: RunResult = interpret(graph, values, { rounding })
  const line =
    (head: string) =>
    ([name, literal]: [string, Literal]) =>
      `${head}${name}: ${show(literal)}`
  const results = [
    ...Object.entries(result.outputs).map(line('')),
    ...Object.entries(result.updates).map(line('update ')),
  ]
  return showRun(graph.name, request.seed, drawn, results)
}

const show = (literal: Literal) => {
  const { shape, dtype } = literal
  return showElements({ dtype, shape, data: literal.values() })
}

/** The arguments of a run by name, and a line for each that was drawn. */
function argumentsOf(graph: Graph, { values, seed }: Request) {
  const stream = random(seed)
  const drawn: string[] = []
  const all: Record<string, ArgumentValue> = { ...(values as Record<string, NestedArray>) }
  for (const { name, role, type } of graph.arguments) {
    if (Object.hasOwn(all, name)) continue
    const shape = type.shape.map(extent => knownExtent(extent, name))
    const size = shape.reduce((a, b) => a * b, 1)
    const data = drawElements(type.dtype, size, stream)
    all[name] = { dtype: type.dtype, shape, data }
    drawn.push(`${role} ${name}: ${showElements({ dtype: type.dtype, shape, data })}`)
  }
  return { drawn, values: all }
}
