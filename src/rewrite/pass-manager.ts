// Runs pipelines. Around every pass: the stages it expects, the graph it leaves, the time it took.
// A pass that breaks a graph is named, with the lines around the damage before and after and the
// command that repeats it. What happened is handed to `trace`; the manager itself prints nothing.

import { diffGraphs } from '../ir/edit.ts'
import type { Graph } from '../ir/graph.ts'
import type { Firing, PassRecord } from '../ir/history.ts'
import { printNode, valueLabels, valueTypes } from '../ir/printer.ts'
import { type Finding, type Stage, verifyGraph } from '../ir/verify.ts'
import { clock } from '../support/clock.ts'
import { GraphError, InternalError } from '../support/diagnostic.ts'
import type { Witness } from './driver.ts'
import { type Pipeline, printPipeline, printStep, type Step } from './pass.ts'
import type { Memory } from './settled.ts'

/** How a pipeline runs. */
export interface RunOptions {
  /** Verifies the graph before the first and after every pass; on unless switched off. */
  readonly verify?: boolean | undefined
  /** Called after every pass. */
  readonly trace?: ((record: PassRecord) => void) | undefined
  /** Sees every firing of a rule before it is made. */
  readonly witness?: Witness | undefined
  /** The file that the graph came from, for the command that repeats a failure. */
  readonly file?: string | undefined
}

/** A finished run: the last graph, and every step. */
export interface PipelineResult {
  readonly graph: Graph
  readonly records: readonly PassRecord[]
}

/**
 * Runs the passes of a pipeline in order. Throws E106 where the graph given is not well formed or a
 * pass comes too early, and E901 naming the pass after which the graph is not well formed or does
 * not keep what its stage promises.
 */
export function runPipeline(
  graph: Graph,
  pipeline: Pipeline,
  options: RunOptions = {},
): PipelineResult {
  const verify = options.verify ?? true
  const records: PassRecord[] = []
  const stages = new Set<Stage>()
  const memory: Memory = {}
  let current = graph
  if (verify) checkInput(graph)
  pipeline.forEach((step, at) => {
    const { file, witness } = options
    const done = pipeline.slice(0, at + 1)
    const context: StepContext = { step, done, file, witness, memory }
    if (verify) enter(current, stages, context)
    const record = runStep(current, context)
    for (const stage of step.pass.leaves) stages.add(stage)
    const promised = !record.unchanged || step.pass.leaves.length > 0
    if (verify && promised) checkResult(record, stages, context)
    records.push(record)
    options.trace?.(record)
    current = record.graph
  })
  return { graph: current, records }
}

interface StepContext {
  readonly step: Step
  /** The pipeline up to and with this step. */
  readonly done: Pipeline
  readonly file: string | undefined
  readonly witness: Witness | undefined
  readonly memory: Memory
}

function runStep(before: Graph, context: StepContext): PassRecord {
  const { step, witness, memory } = context
  const { pass, options = {} } = step
  const start = clock()
  const run = () => pass.run(before, options, { witness, memory })
  const { graph, firings } = rethrown(context, run)
  const milliseconds = clock() - start
  return {
    pass: printStep(step),
    before,
    graph,
    // Most histories are never looked at, and this takes time in proportion to the graph.
    get patches() {
      return diffGraphs(before, graph)
    },
    firings,
    milliseconds,
    unchanged: graph === before,
  }
}

/** A pass that finds a bug of its own says in which pass, and how to get there. */
function rethrown<T>(context: StepContext, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof InternalError)) throw error
    const [first, ...others] = error.diagnostics
    const notes = [...(first!.notes ?? []), `in pass "${context.step.pass.name}"`, command(context)]
    throw new InternalError([{ ...first!, notes }, ...others])
  }
}

function checkInput(graph: Graph): void {
  const [finding] = verifyGraph(graph)
  if (finding === undefined) return
  throw new GraphError({
    ...finding,
    notes: ['the graph was not well formed before the first pass'],
  })
}

/** Checks the stages that a pass expects and no pass before it established. */
function enter(graph: Graph, stages: Set<Stage>, context: StepContext): void {
  const missing = context.step.pass.expects.filter(stage => !stages.has(stage))
  if (missing.length === 0) return
  const [finding] = verifyGraph(graph, missing)
  if (finding === undefined) {
    for (const stage of missing) stages.add(stage)
    return
  }
  throw new GraphError({
    code: 'E106',
    subject: `pass "${context.step.pass.name}"`,
    message: `expects a graph of stage ${missing.join(', ')}, got one where ${finding.message}`,
    node: finding.node,
    notes: [command(context)],
    source: finding.source,
    help: `run the passes that lead to stage ${missing.join(', ')} first`,
  })
}

function checkResult(record: PassRecord, stages: ReadonlySet<Stage>, context: StepContext): void {
  const findings = verifyGraph(record.graph, [...stages])
  const [finding] = findings
  if (finding === undefined) return
  const { name } = context.step.pass
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new InternalError({
    code: 'E901',
    subject: `pass "${name}"`,
    message: `must leave a well-formed graph, got ${describe(finding)}${more}`,
    node: finding.node,
    notes: [...neighbourhoods(record, finding), command(context)],
    source: finding.source,
    help: 'this is a bug in gradc; please report it with the lines above',
  })
}

const describe = ({ rule, message }: Finding) =>
  message.startsWith(rule) ? message : `${rule} ${message}`

const command = ({ done, file = 'failing.ir' }: StepContext) =>
  `reproduce: npm run opt -- -p ${shellQuoted(printPipeline(done))} --verify-each ${file}`

/** Braces mean something to a shell. */
const shellQuoted = (text: string) => (/[{}]/.test(text) ? `'${text}'` : text)

/** The lines of the graph around what was found, before and after the pass. */
function neighbourhoods({ before, graph }: PassRecord, { at }: Finding): string[] {
  const id = at.node
  const after = listing(graph)
  const spot = id === undefined ? after.length - 1 : Math.max(0, graph.order.indexOf(id))
  const was = id === undefined ? -1 : before.order.indexOf(id)
  return [
    'before',
    ...around(listing(before), was >= 0 ? was : spot, was >= 0 ? '> ' : '  '),
    'after',
    ...around(after, spot, '> '),
  ]
}

/** How many lines are shown on either side. */
const LINES = 5

function around(lines: readonly string[], at: number, mark: string): string[] {
  const from = Math.max(0, Math.min(at, lines.length - 1) - LINES)
  return lines.slice(from, at + LINES + 1).map((line, i) => {
    return `  ${from + i === at ? mark : '  '}${line}`
  })
}

/** One line per node of the order, then what the graph returns; holds for ill-formed graphs too. */
function listing(graph: Graph): string[] {
  const present = graph.order.filter(id => graph.nodes[id] !== undefined)
  const labels = valueLabels({ ...graph, order: present })
  const types = valueTypes({ ...graph, order: present })
  const label = (id: number) => labels.get(id) ?? `%?${id}`
  const nodes = graph.order.map(id => {
    const node = graph.nodes[id]
    return node === undefined ? `(no node ${id})` : printNode(node, labels, of => types.get(of))
  })
  const outputs = graph.outputs.map(({ name, value }) => `${name} = ${label(value)}`)
  const updates = graph.updates.map(({ target, value }) => `update ${target} = ${label(value)}`)
  return [...nodes, `return ${outputs.join(', ')}`, ...updates]
}

/** What a step did, in one line: its time, and how many nodes it left. */
export function describeRecord(record: PassRecord): string {
  const time = `${record.milliseconds.toFixed(2)} ms`
  if (record.unchanged) return `${record.pass}: ${time} (unchanged)`
  const nodes = `${record.before.order.length} -> ${record.graph.order.length} nodes`
  return `${record.pass}: ${time}, ${nodes}${countFirings(record.firings)}`
}

function countFirings(firings: readonly Firing[]): string {
  const counts = new Map<string, number>()
  for (const { rule } of firings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const shown = [...counts].sort((a, b) => b[1] - a[1]).map(([rule, n]) => `${rule} ${n}`)
  return shown.length === 0 ? '' : `; ${shown.join(', ')}`
}
