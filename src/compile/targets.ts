// The backends by target name, each loaded when it is first asked for, so that a bundle that never
// compiles for a target does not run a line of it.

import type { Backend } from '../backends/backend.ts'
import type { TargetName } from '../kernel/target.ts'
import { nearest, UnsupportedError } from '../support/diagnostic.ts'

const BACKENDS: Readonly<Partial<Record<TargetName, () => Promise<Backend>>>> = {
  js: async () => (await import('../backends/js/index.ts')).js,
}

/** The targets that programs can be compiled for. */
export const TARGETS = Object.keys(BACKENDS) as readonly TargetName[]

/** The backend of a target. Throws E501 for a target that there is none for. */
export async function backendFor(target: string): Promise<Backend> {
  const load = Object.hasOwn(BACKENDS, target) ? BACKENDS[target as TargetName] : undefined
  if (load !== undefined) return load()
  const near = nearest(target, TARGETS)
  throw new UnsupportedError({
    code: 'E501',
    subject: 'compile',
    message: `target must be one of ${TARGETS.join(', ')}, got ${target}`,
    help: near === undefined ? `use target: '${TARGETS[0]}'` : `did you mean '${near}'?`,
  })
}
