// A copy of the repository in a temporary folder in which one file at a time holds a mistake, to
// run the vitest files on it that the bundled checks do not include.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Mutant } from './mutants.ts'

const COPIED = ['src', 'test', 'tools', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/** What runs: tests of values and edges of single ops, and graphs that rules must leave alone. */
const SUITES = ['test/ops', 'test/rules', 'test/passes']

/** The same for code: goldens, what is stored where, programs that are random or given. */
const CODE_SUITES = ['test/lower', 'test/backends', 'test/compile', 'test/property/js-kernels']

/** The copy. `dispose` removes it. */
export class MutantSuite {
  readonly #root: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'gradc-mutants-'))

  constructor(root: string) {
    this.#root = root
    for (const path of COPIED) {
      cpSync(join(root, path), join(this.#folder, path), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'), 'junction')
  }

  /** The first failing test with the mistake in place, or undefined where all pass. */
  failure(mutant: Mutant): string | undefined {
    const file = join(this.#folder, relative(this.#root, mutant.file))
    const original = readFileSync(file, 'utf8')
    const suites = mutant.rule === 'code' ? CODE_SUITES : SUITES
    writeFileSync(file, mutant.text)
    try {
      const words = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', ...suites]
      const env = { ...process.env, NO_COLOR: '1' }
      const options = { cwd: this.#folder, env, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync(process.execPath, words, options)
      const found = /^ ?FAIL {2}(.*)$/m.exec(stdout + stderr)?.[1]
      return status === 0 ? undefined : (found ?? 'the tests do not run')
    } finally {
      writeFileSync(file, original)
    }
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
