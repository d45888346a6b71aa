// What opt prints for --lower: the program of a graph, for the target that has every dtype or for
// another one, on which it must be legal.

import { js } from '../../src/backends/js/index.ts'
import { wgslTarget } from '../../src/backends/wgsl/target.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { illegalInKernel, illegalInProgram } from '../../src/kernel/legal.ts'
import type { Program } from '../../src/kernel/program.ts'
import type { Target } from '../../src/kernel/target.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { lower } from '../../src/lower/lower.ts'
import { layoutState } from '../../src/lower/state.ts'
import { GraphError, UnsupportedError } from '../../src/support/diagnostic.ts'
import type { LoweringTarget } from './command.ts'

const TARGETS: Readonly<Record<LoweringTarget, Target>> = { js: js.target, wgsl: wgslTarget }

/** The program of a bound core graph as text; params and state lie in the order of the graph. */
export function lowered(graph: Graph, name: LoweringTarget): string {
  const [finding] = verifyGraph(graph, ['bound', 'core'])
  if (finding !== undefined) {
    const help = 'bind all dims with --dims and run -p after'
    throw new GraphError({ ...finding, help })
  }
  const members = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  const state = layoutState([{ members }])
  const target = TARGETS[name]
  const { program } = lower(graph, { target, state, verify: true })
  checkLegal(program, target)
  return printKernels({ programs: [program], kernels: program.kernels })
}

function checkLegal(program: Program, target: Target): void {
  const found = [
    ...program.kernels.flatMap(kernel =>
      illegalInKernel(kernel, target).map(finding => ({ ...finding, of: kernel.name })),
    ),
    ...illegalInProgram(program, target).map(finding => ({ ...finding, of: program.name })),
  ]
  if (found.length === 0) return
  throw new UnsupportedError(
    found.map(({ message, of }) => ({ code: 'E501', subject: `@${of}`, message })),
  )
}
