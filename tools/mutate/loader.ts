// Bundles checks with one mutated file; files that did not change are parsed once.

import { resolve } from 'node:path'
import { type BuildContext, context } from 'esbuild'
import type { Mutant } from './mutants.ts'

/**
 * Packages that are no modules ask for others by `require`, which a module does not have; and
 * examples ask whether they were started, which they were not.
 */
const HEAD = `import { createRequire as mutantRequire } from 'node:module'
const require = mutantRequire('file:///')
process.argv.splice(1)
`

/** Checks that can be bundled with one mutant after another. */
export class MutantLoader {
  #mutant: Mutant | undefined
  readonly #context: Promise<BuildContext>

  constructor(root: string, checks: string) {
    this.#context = context({
      entryPoints: [resolve(root, checks)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
      banner: { js: HEAD },
      plugins: [
        {
          name: 'mutant',
          setup: build => {
            build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) =>
              path === this.#mutant?.file ? { contents: this.#mutant.text, loader: 'ts' } : null,
            )
          },
        },
      ],
    })
  }

  /** The checks with a mistake in them. */
  async bundle(mutant: Mutant): Promise<string> {
    this.#mutant = mutant
    const { outputFiles } = await (await this.#context).rebuild()
    return outputFiles![0]!.text
  }

  async close(): Promise<void> {
    await (await this.#context).dispose()
  }
}
