// What the compiler did, as data with a version, and as text for people. Everything here comes from
// records that compiling keeps anyway, so that asking costs nothing until one asks.

import type { PassRecord } from '../ir/history.ts'
import type { Buffer, Program, Region } from '../kernel/program.ts'
import { bytesOf } from '../kernel/program.ts'
import { printKernels } from '../kernel/text.ts'

/** One pass of the compilation. */
export interface PassReport {
  /** The pass with its options, as `opt` takes it. */
  readonly pass: string
  readonly nodesBefore: number
  readonly nodesAfter: number
  readonly milliseconds: number
}

/** One rule that fired. */
export interface RuleReport {
  readonly rule: string
  readonly pass: string
  readonly times: number
}

/** One kernel of the program. */
export interface KernelReport {
  readonly name: string
  readonly kind: 'kernel' | 'contract'
  /** How many launches run it. */
  readonly launches: number
  /** The layers and values that those launches compute. */
  readonly computes: readonly string[]
  /** Its text in the kernel language. */
  readonly text: string
}

/** One buffer of the program. */
export interface BufferReport {
  readonly name: string
  readonly region: Region
  readonly type: string
  readonly offset: number
  readonly bytes: number
}

/** Bytes by region; `workspace` is what the backend keeps beside them. */
export interface MemoryReport {
  readonly state: number
  readonly scratch: number
  readonly input: number
  readonly output: number
  readonly workspace: number
  readonly total: number
  readonly buffers: readonly BufferReport[]
}

/** Everything there is to know of a compiled program. */
export interface Explanation {
  /** The version of this schema. */
  readonly version: 1
  readonly target: string
  readonly dims: Readonly<Record<string, number>>
  readonly passes: readonly PassReport[]
  readonly rules: readonly RuleReport[]
  readonly kernels: readonly KernelReport[]
  /** Kernel names in the order in which they are launched. */
  readonly launches: readonly string[]
  readonly memory: MemoryReport
  /** The generated code. */
  readonly source: string
  /** All of it but the source, for people. */
  toString(): string
}

/** What an explanation is made from. */
export interface Explained {
  readonly target: string
  readonly dims: Readonly<Record<string, number>>
  readonly records: readonly PassRecord[]
  readonly program: Program
  readonly stateBytes: number
  readonly scratchBytes: number
  readonly workspaceBytes: number
  readonly source: string
}

/** The explanation of a compiled program. */
export function explain(of: Explained): Explanation {
  const { target, dims, records, program, source } = of
  const explanation = {
    version: 1 as const,
    target,
    dims,
    passes: records.map(passReport),
    rules: records.flatMap(ruleReports),
    kernels: kernelReports(program),
    launches: program.items.map(item => item.kernel),
    memory: memoryReport(of),
    source,
  }
  return { ...explanation, toString: () => printed(explanation) }
}

const passReport = (record: PassRecord): PassReport => ({
  pass: record.pass,
  nodesBefore: record.before.order.length,
  nodesAfter: record.graph.order.length,
  milliseconds: record.milliseconds,
})

function ruleReports({ pass, firings }: PassRecord): RuleReport[] {
  const counts = new Map<string, number>()
  for (const { rule } of firings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts].map(([rule, times]) => ({ rule, pass, times }))
}

function kernelReports({ kernels, items }: Program): KernelReport[] {
  return kernels.map(kernel => {
    const launches = items.filter(item => item.kernel === kernel.name)
    const computes = launches.flatMap(({ origin }) =>
      origin === undefined ? [] : [[origin.path, ...origin.values].filter(Boolean).join(' ')],
    )
    const text = printKernels({ programs: [], kernels: [kernel] })
    const { name, kind } = kernel
    return { name, kind, launches: launches.length, computes, text }
  })
}

function memoryReport(of: Explained): MemoryReport {
  const buffers = of.program.buffers.map(bufferReport)
  const held = (region: Region) =>
    buffers.filter(buffer => buffer.region === region).reduce((sum, { bytes }) => sum + bytes, 0)
  const [state, scratch, workspace] = [of.stateBytes, of.scratchBytes, of.workspaceBytes]
  const [input, output] = [held('input'), held('output')]
  const total = state + scratch + workspace + input + output
  return { state, scratch, input, output, workspace, total, buffers }
}

function bufferReport(buffer: Buffer): BufferReport {
  const { name, region, type, shape, offset } = buffer
  return { name, region, type: `${type}[${shape.join(',')}]`, offset, bytes: bytesOf(buffer) }
}

/** `1.5 MiB`. */
export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [scale, unit] = bytes < 1024 ** 2 ? [1024, 'KiB'] : [1024 ** 2, 'MiB']
  return `${(bytes / scale).toFixed(1)} ${unit}`
}

function printed(of: Omit<Explanation, 'toString'>): string {
  const dims = Object.entries(of.dims).map(([name, size]) => `${name} = ${size}`)
  const { memory } = of
  return [
    `target ${of.target}${dims.length > 0 ? `, ${dims.join(', ')}` : ''}`,
    '',
    'passes',
    ...of.passes.map(printedPass),
    '',
    'rules',
    ...of.rules.map(({ rule, pass, times }) => `  ${rule} × ${times}  (${pass})`),
    '',
    'kernels',
    ...of.kernels.map(printedKernel),
    '',
    'memory',
    ...(['state', 'scratch', 'input', 'output', 'workspace', 'total'] as const).map(
      name => `  ${name.padEnd(9)} ${showBytes(memory[name])}`,
    ),
  ].join('\n')
}

function printedPass({ pass, nodesBefore, nodesAfter, milliseconds }: PassReport): string {
  const nodes = nodesBefore === nodesAfter ? `${nodesAfter}` : `${nodesBefore} -> ${nodesAfter}`
  return `  ${pass.padEnd(12)} ${nodes} nodes, ${milliseconds.toFixed(2)} ms`
}

function printedKernel({ name, kind, launches, computes }: KernelReport): string {
  const shown = computes.slice(0, 3).join('; ')
  const more = computes.length > 3 ? `; and ${computes.length - 3} more` : ''
  return `  ${name.padEnd(24)} ${kind} × ${launches}  ${shown}${more}`
}
