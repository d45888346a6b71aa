// A replay: what lowering and code generation make of every program, as files. Two replays of equal
// code are equal byte for byte, so `diff -r` shows what a change of the code did to kernels.

import { js } from '../../src/backends/js/index.ts'
import { JsMemory } from '../../src/backends/js/memory.ts'
import { JsProgram } from '../../src/backends/js/runtime.ts'
import { arenaBytes } from '../../src/kernel/program.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { loweredFor, type Replayed } from './programs.ts'

/** What one program comes to, as the index has it. */
export interface Row {
  readonly name: string
  readonly launches: number
  readonly kernels: number
  readonly scratchBytes: number
  readonly workspaceBytes: number
}

/** One program as it is replayed. */
export interface Recorded {
  readonly row: Row
  /** Its buffers, launches and kernels, then its JavaScript. */
  readonly text: string
}

/** The program of a graph, for the target that has every dtype. */
export function record({ name, graph }: Replayed): Recorded {
  const { program, constants } = loweredFor(graph, js.target)
  const data = new Map([...constants].map(([buffer, of]) => [buffer, of.toHost().data]))
  const memory = new JsMemory(arenaBytes(program, 'state'))
  const loaded = new JsProgram(program, memory, data)
  const row: Row = {
    name,
    launches: program.items.length,
    kernels: program.kernels.length,
    scratchBytes: arenaBytes(program, 'scratch'),
    workspaceBytes: loaded.workspaceBytes,
  }
  const kernels = printKernels({ programs: [program], kernels: program.kernels })
  const { source } = loaded
  loaded.dispose()
  memory.dispose()
  return { row, text: `${kernels}\n// ----- js\n\n${source}` }
}

const COLUMNS = ['launches', 'kernels', 'scratchBytes', 'workspaceBytes'] as const

/** The index of a replay: a line of figures for each program. */
export function printIndex(rows: readonly Row[]): string {
  const head = ['program', ...COLUMNS].join('\t')
  const lines = rows.map(row => [row.name, ...COLUMNS.map(column => row[column])].join('\t'))
  return [head, ...lines, ''].join('\n')
}

/** The rows of an index by name. */
export function parseIndex(text: string): ReadonlyMap<string, Row> {
  const [, ...lines] = text.split('\n').filter(line => line !== '')
  return new Map(
    lines.map(line => {
      const [name = '', ...figures] = line.split('\t')
      const [launches = 0, kernels = 0, scratchBytes = 0, workspaceBytes = 0] = figures.map(Number)
      return [name, { name, launches, kernels, scratchBytes, workspaceBytes }]
    }),
  )
}
