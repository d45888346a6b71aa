// `maxBytes`: what a program takes against what it may take, and which values are to blame where
// that is too much. Only what is there at the same time counts, so of scratch only the values
// that live where memory is at its highest are named.

import type { Graph, Node } from '../ir/graph.ts'
import { valueLabels } from '../ir/printer.ts'
import { type Buffer, bytesOf, type Launch, type Program } from '../kernel/program.ts'
import type { Lowered } from '../lower/lowered.ts'
import { GraphError } from '../support/diagnostic.ts'
import { showBytes } from './show-bytes.ts'

/** The largest buffers that an error names. */
const NAMED = 5

/** Throws E136 where state, scratch, inputs and outputs are more than `maxBytes`. */
export function checkBudget(
  graph: Graph,
  { program, memory }: Lowered,
  stateBytes: number,
  maxBytes: number | undefined,
): void {
  if (maxBytes === undefined) return
  const own = program.buffers.filter(({ region }) => region === 'input' || region === 'output')
  const passed = own.reduce((sum, buffer) => sum + bytesOf(buffer), 0)
  const total = stateBytes + memory.bytes + passed
  if (total <= maxBytes) return
  const makerOf = makersOf(graph, program)
  const states = program.buffers.filter(({ region }) => region === 'state')
  const held = [...own, ...widest(states), ...highestBuffers(program, memory)]
  const largest = held.sort((a, b) => bytesOf(b) - bytesOf(a)).slice(0, NAMED)
  throw new GraphError({
    code: 'E136',
    subject: 'compile',
    message: `the program must take at most ${exact(maxBytes)}, got ${exact(total)}`,
    notes: largest.map(buffer => `${described(buffer)}${madeBy(makerOf(buffer))}`),
    help: 'lower a dim such as batch, or raise maxBytes',
  })
}

/** Bytes as people read them, and to the byte, since the limit is kept to the byte. */
const exact = (bytes: number) =>
  bytes < 1024 ? `${bytes} B` : `${showBytes(bytes)} (${bytes} bytes)`

const described = (buffer: Buffer) =>
  `${buffer.region} ${buffer.name}: ${buffer.type}[${buffer.shape}], ${showBytes(bytesOf(buffer))}`

/** Buffers of one region that lie in no other one of them. */
function widest(buffers: readonly Buffer[]): readonly Buffer[] {
  const sorted = [...buffers].sort((a, b) => a.offset - b.offset || bytesOf(b) - bytesOf(a))
  let end = -1
  return sorted.filter(({ offset, ...buffer }) => {
    const isBeyond = offset + bytesOf(buffer) > end
    end = Math.max(end, offset + bytesOf(buffer))
    return isBeyond
  })
}

/** The buffers of scratch that live where most does, but for those that lie in another one. */
function highestBuffers(program: Program, { peakLaunch, blocks }: Lowered['memory']): Buffer[] {
  const buffers = new Map(program.buffers.map(buffer => [buffer.name, buffer]))
  return blocks.flatMap(block => {
    const dead = block.ranges.filter(({ first, last }) => peakLaunch < first || last < peakLaunch)
    const own = block.buffers.flatMap(name => buffers.get(name) ?? [])
    const live = own.filter(buffer => {
      const start = buffer.offset - block.offset
      return dead.every(range => !meet(range, { start, bytes: bytesOf(buffer) }))
    })
    return widest(live)
  })
}

/** Bytes from a start on. */
interface Span {
  readonly start: number
  readonly bytes: number
}

const meet = (a: Span, b: Span) => a.start < b.start + b.bytes && b.start < a.start + a.bytes

/** The node whose value a buffer holds; there is none for what the caller gives. */
function makersOf(graph: Graph, program: Program<Launch>): (of: Buffer) => Node | undefined {
  const labels = [...valueLabels(graph)].map(([id, label]) => [label.slice(1), id] as const)
  const ids = new Map(labels)
  const nodeOf = (label: string) => graph.nodes[ids.get(label) ?? -1]
  return ({ region, name }) => {
    if (region === 'output') {
      return graph.nodes[graph.outputs.find(output => output.name === name)?.value ?? -1]
    }
    if (region !== 'scratch') return undefined
    // A buffer of the value %7 is called v7; whatever else lies in scratch, a launch says.
    return nodeOf(name) ?? nodeOf(name.replace(/^v(?=\d)/, '')) ?? nodeOf(storedIn(name, program))
  }
}

/** The first value of the launch that stores a buffer first. */
function storedIn(name: string, { kernels, items }: Program<Launch>): string {
  const params = new Map(kernels.map(kernel => [kernel.name, kernel.params]))
  const writer = items.find(({ kernel, args }) => {
    const at = args.indexOf(name)
    return at >= 0 && params.get(kernel)?.[at]?.access !== 'read'
  })
  return writer?.origin?.values[0] ?? ''
}

/** `: matmul of layer l1, made at model.ts:9:12`, as far as it is known. */
function madeBy(node: Node | undefined): string {
  if (node === undefined) return ''
  const { op, origin } = node
  const { path, source, forward } = origin
  const layer = path ? ` of layer ${path}` : ''
  const derivative = forward === undefined ? '' : ` in the derivative of ${forward.op}`
  const place = source?.location === undefined ? '' : `, made at ${source}`
  return `: ${op.name}${layer}${derivative}${place}`
}
