// The generated pages of docs/: where each is written and what renders it.

import { fileURLToPath } from 'node:url'
import { errorsPage } from './errors.ts'
import { opsPage } from './ops.ts'
import { rulesPage } from './rules.ts'

/** A generated page. */
export interface Page {
  readonly file: string
  readonly title: string
  /** What the page is made from, for its second line. */
  readonly from: string
  readonly render: () => Promise<string>
}

/** Every generated page. */
export const PAGES: readonly Page[] = [
  { file: 'docs/errors.md', title: 'Errors', from: 'src/support/codes.ts', render: errorsPage },
  { file: 'docs/ops.md', title: 'Ops', from: 'src/ops', render: opsPage },
  { file: 'docs/rules.md', title: 'Rewrite rules', from: 'src/passes', render: rulesPage },
]

/** The path of a page on this machine. */
export const pathOf = (page: Page) => fileURLToPath(new URL(`../../${page.file}`, import.meta.url))

/** The whole text of a page. */
export async function pageText(page: Page): Promise<string> {
  const body = await page.render()
  return `# ${page.title}\n\n<!-- Generated from ${page.from} by \`npm run docs\`. -->\n\n${body.trim()}\n`
}
