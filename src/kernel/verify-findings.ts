// What the parts of the verifier share: the list of findings, and what buffers a kernel declares.

import type { DTypeName } from '../support/dtype.ts'
import type { Kernel, Loops } from './kernel.ts'

/** The rules of the checklists in verify.ts and legal.ts. */
export type Rule =
  | `K${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}`
  | `P${1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `L${1 | 2 | 3 | 4 | 5}`

/** One rule that does not hold. */
export interface Finding {
  readonly rule: Rule
  /** The rule's number, then a sentence: what is required, what was got. */
  readonly message: string
  /** The statement, parameter, row, axis list, accumulator, buffer, item or kernel concerned. */
  readonly about: object
}

/** Collects findings; the same sentence about the same thing counts once. */
export class Findings {
  readonly #kernel: Kernel | undefined
  readonly #found: Finding[] = []

  constructor(kernel: Kernel | undefined) {
    this.#kernel = kernel
  }

  /** Adds a finding, unless it is there already. */
  add(rule: Rule, message: string, about: object): void {
    const finding = { rule, message: `${rule} ${message}`, about: this.#written(about) }
    const isSame = (other: Finding) =>
      other.message === finding.message && other.about === finding.about
    if (!this.#found.some(isSame)) this.#found.push(finding)
  }

  /** Whether one of `rules` has been broken. */
  some(...rules: readonly Rule[]): boolean {
    return this.#found.some(finding => rules.includes(finding.rule))
  }

  /** Everything found, in order. */
  list(): readonly Finding[] {
    return this.#found
  }

  /** In a contract every loop and accumulator is the sum; its place is that of `over`. */
  #written(about: object): object {
    if (this.#kernel?.kind !== 'contract') return about
    const isSum = ('order' in about && 'accs' in about) || 'combine' in about
    return isSum ? this.#kernel.over : about
  }
}

/** A parameter or a row, as an access sees it. */
export interface Declared {
  readonly name: string
  readonly access: 'read' | 'write' | 'update' | 'row'
  readonly type: DTypeName
  readonly shape: readonly number[]
}

/** The parameters and rows of a kernel by name. */
export function declaredBuffers({ params, rows }: Loops): ReadonlyMap<string, Declared> {
  const declared: readonly Declared[] = [
    ...params,
    ...rows.map(row => ({ ...row, access: 'row' as const })),
  ]
  return new Map(declared.map(buffer => [buffer.name, buffer]))
}
