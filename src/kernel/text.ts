// Kernel text for tools: a file in, a file out, all checks between. The one import that a
// command-line tool, a golden test or a bug report needs.

import type { KernelFile } from './parser.ts'
import { printKernel, printProgram } from './printer.ts'

export { interpretProgram, placeBuffers } from './interpret.ts'
export { type KernelFile, parseKernels } from './parser.ts'
export { verifyAll } from './verify.ts'

/** A file in canonical form: programs, then kernels in the order given, blank lines between. */
export function printKernels({ programs, kernels }: Omit<KernelFile, 'spans'>): string {
  return [...programs.map(printProgram), ...kernels.map(printKernel)].join('\n')
}
