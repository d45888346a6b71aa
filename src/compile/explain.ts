// What the compiler did, as data with a version and a schema, and as text for people. Everything
// here comes from records that compiling keeps anyway, and is made when it is read: asking for one
// part does not pay for the others.

import type { PassRecord } from '../ir/history.ts'
import type { Buffer, Launch, Program, Region } from '../kernel/program.ts'
import { bytesOf } from '../kernel/program.ts'
import type { Rates } from '../kernel/target.ts'
import { printKernels } from '../kernel/text.ts'
import type { Lowered } from '../lower/lowered.ts'
import { once } from '../support/once.ts'
import {
  type LaunchReport,
  type LayerReport,
  launchReports,
  layerReports,
  type PhaseReport,
  phaseReports,
} from './explain-costs.ts'
import { type ScratchReport, scratchReport } from './explain-memory.ts'
import {
  type FormulaReport,
  formulaReports,
  type PassReport,
  passReport,
  type RuleReport,
  ruleReports,
} from './explain-passes.ts'
import { type RecomputedReport, recomputedReport } from './explain-recomputed.ts'
import { printExplanation } from './explain-text.ts'

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
  /** How scratch is used over a run. */
  readonly plan: ScratchReport
  /** What is computed again to stay within `maxBytes`; absent where nothing is. */
  readonly recomputed?: RecomputedReport
}

/** The schema that the JSON of an explanation follows: `docs/explain.schema.json`. */
export const SCHEMA = 'urn:gradc:explanation:3'

/** Everything there is to know of a compiled program. */
export interface Explanation {
  /** The schema of the data, and its version. */
  readonly schema: typeof SCHEMA
  readonly version: 3
  readonly target: string
  readonly dims: Readonly<Record<string, number>>
  /** The user's formulas that were replaced by better ones, and where they stand. */
  readonly formulas: readonly FormulaReport[]
  /** Every step since the model was traced. */
  readonly passes: readonly PassReport[]
  /** Rules that fired, over all passes. */
  readonly rules: readonly RuleReport[]
  readonly kernels: readonly KernelReport[]
  /** Every launch, in order. */
  readonly launches: readonly LaunchReport[]
  /** What the launches of each layer cost. */
  readonly layers: readonly LayerReport[]
  /** What forward, backward and update cost. */
  readonly phases: readonly PhaseReport[]
  readonly memory: MemoryReport
  /** The generated code. */
  readonly source: string
  /** For people: all but the source, the texts of kernels, and the diffs. */
  toString(): string
  /** All of it as plain data, which `JSON.stringify` asks for. */
  toJSON(): object
}

/** What an explanation is made from. */
export interface Explained {
  readonly target: string
  readonly dims: Readonly<Record<string, number>>
  readonly records: readonly PassRecord[]
  readonly program: Program<Launch>
  readonly stateBytes: number
  readonly lowered: Pick<Lowered, 'memory' | 'recomputed' | 'keptBytes'>
  readonly workspaceBytes: number
  readonly source: string
  readonly rates: Rates
  /** Milliseconds of every launch, where they were measured. */
  readonly measured: readonly number[] | undefined
}

/** The explanation of a compiled program. */
export function explain(of: Explained): Explanation {
  const { target, dims, records, program, source } = of
  const launches = once(() => launchReports(program, of.rates, of.measured))
  const explanation: Explanation = {
    schema: SCHEMA,
    version: 3,
    target,
    dims,
    get formulas() {
      return formulaReports(records)
    },
    passes: records.map(passReport),
    get rules() {
      return ruleReports(records.flatMap(({ firings }) => firings))
    },
    get kernels() {
      return kernelReports(program)
    },
    get launches() {
      return launches()
    },
    get layers() {
      return layerReports(launches())
    },
    get phases() {
      return phaseReports(launches())
    },
    memory: memoryReport(of),
    source,
    toString: () => printExplanation(explanation),
    toJSON: () => {
      const { toString: _, toJSON: __, passes, ...data } = explanation
      return { ...data, passes: passes.map(pass => ({ ...pass })) }
    },
  }
  return explanation
}

function kernelReports({ kernels, items }: Program<Launch>): KernelReport[] {
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
  const { memory: scratchPlan } = of.lowered
  const [state, scratch, workspace] = [of.stateBytes, scratchPlan.bytes, of.workspaceBytes]
  const [input, output] = [held('input'), held('output')]
  const total = state + scratch + workspace + input + output
  const plan = scratchReport(scratchPlan, of.program)
  const recomputed = recomputedReport(of.lowered)
  const all = { state, scratch, input, output, workspace, total, buffers, plan }
  return recomputed === undefined ? all : { ...all, recomputed }
}

function bufferReport(buffer: Buffer): BufferReport {
  const { name, region, type, shape, offset } = buffer
  return { name, region, type: `${type}[${shape.join(',')}]`, offset, bytes: bytesOf(buffer) }
}
