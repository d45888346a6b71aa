// The verifier of the kernel IR. What it accepts, every backend can run; each rule below has a
// number that its messages begin with. All findings are collected, not only the first.
//
// Kernel
//   K1  Names: parameters and rows differ and are identifiers; axes, accumulators, buffers are
//       there where they are used; no axis or accumulator is bound twice on one path; extents and
//       dims are non-negative integers.
//   K2  Types: what is stored, loaded or used as `else` has its buffer's type; index values and
//       `at` are i32; `|` and `&` gather bools, the other combinations numbers.
//   K3  An access has one index per dim.
//   K4  Bounds: an access without `else` is inside its dims by range analysis and holds neither
//       `exact` nor a loaded value. Stores likewise, except for a loaded index in a `serial` loop.
//       `index(…)` holds no `exact`.
//   K5  Access: a `read` parameter is never stored, the others are; a `write` parameter or a row is
//       loaded only where earlier loops or groups have stored all that the load can reach.
//   K6  Parallel points are disjoint: of a stored parameter, a dim that holds a parallel axis has
//       the same index in every access.
//   K7  No races: the index of a store tells apart the points of the parallel axes, and the
//       iterations of every `over` loop around it; in such a loop the dims that hold its axes have
//       the same index in every access of that buffer.
//   K8  A store group writes an element once: its stores to one buffer are at indices apart.
//   K9  An accumulator loads no buffer that its own loop stores; `at` belongs to `max` and `min`.
//   K10 Contract: `left` uses no column axis, `right` no row axis, neither loads what the epilogue
//       stores; the epilogue uses no `over` axis; the accumulator is a float.
//
// Program (on byte ranges)
//   P1  Buffers have different names and lie in their region: aligned, dims non-negative integers.
//   P2  A launch names a kernel and a buffer for each of its parameters, of equal dtype and size.
//   P3  Inputs are only read.
//   P4  Scratch and outputs are read only after they were written whole, with the dtype they are
//       read with; the caller reads every output at the end. Several launches may write parts of
//       one view (residue classes, concatenation): the parts must be disjoint and add up.
//   P5  After a launch that stores a state range, no later launch of the program loads it.
//   P6  Arguments of one launch overlap only if both are read.
//   P7  A poison names scratch; for P4 nothing was written there from then on.

import { GraphError, ParseError } from '../support/diagnostic.ts'
import { asLoops, type Kernel } from './kernel.ts'
import type { KernelFile } from './parser.ts'
import type { Program } from './program.ts'
import { verifyContract } from './verify-contract.ts'
import { type Finding, Findings } from './verify-findings.ts'
import { verifyNames } from './verify-names.ts'
import { verifyOrder } from './verify-order.ts'
import { verifyItems } from './verify-program.ts'
import { verifyRaces } from './verify-races.ts'

export type { Finding } from './verify-findings.ts'

/** Every rule of the list above, K1 to K10, that `kernel` breaks. */
export function verifyKernel(kernel: Kernel): readonly Finding[] {
  const findings = new Findings(kernel)
  const loops = asLoops(kernel)
  verifyNames(kernel, loops, findings)
  // The other rules take names and numbers of indices for granted.
  if (findings.some('K1', 'K3')) return findings.list()
  verifyOrder(loops, findings)
  verifyRaces(loops, findings)
  if (kernel.kind === 'contract') verifyContract(kernel, findings)
  return findings.list()
}

/** Every rule of the list above, P1 to P7, that `program` breaks, its kernels being verified. */
export function verifyProgram(program: Program): readonly Finding[] {
  const findings = new Findings(undefined)
  verifyItems(program, findings)
  return findings.list()
}

/** Fails with all findings, unless the kernel is well formed. */
export function assertKernel(kernel: Kernel): void {
  refuse(kernel.name, verifyKernel(kernel))
}

/** Fails with all findings, unless the program and its kernels are well formed. */
export function assertProgram(program: Program): void {
  for (const kernel of program.kernels) assertKernel(kernel)
  refuse(program.name, verifyProgram(program))
}

function refuse(name: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return
  throw new GraphError(
    findings.map(({ message }) => ({ code: 'E304', subject: `@${name}`, message })),
  )
}

/** Fails with all findings in a parsed file, each at the line it is about. */
export function verifyAll({ programs, kernels, spans }: KernelFile): void {
  const found = [
    ...kernels.map(kernel => ({ of: kernel, findings: verifyKernel(kernel) })),
    ...programs.map(program => ({ of: program, findings: verifyProgram(program) })),
  ]
  const diagnostics = found.flatMap(({ of, findings }) =>
    findings.map(({ message, about }) => {
      const text = spans.get(about) ?? spans.get(of)
      return { code: 'E304' as const, subject: `@${of.name}`, message, text }
    }),
  )
  if (diagnostics.length > 0) throw new ParseError(diagnostics)
}
