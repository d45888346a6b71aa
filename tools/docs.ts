// `npm run docs` writes the generated pages of docs/; `npm run docs -- --check` only says which are
// stale. The pages come from doc comments and from the values they stand on, so neither can drift.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { PAGES, pageText, pathOf } from './docs/pages.ts'

const checking = process.argv.includes('--check')
const stale: string[] = []
for (const page of PAGES) {
  const text = await pageText(page)
  if (existsSync(pathOf(page)) && readFileSync(pathOf(page), 'utf8') === text) continue
  stale.push(page.file)
  if (!checking) writeFileSync(pathOf(page), text)
}

if (checking && stale.length > 0) {
  process.stderr.write(`stale: ${stale.join(', ')}; run: npm run docs\n`)
  process.exitCode = 1
} else {
  const said =
    checking || stale.length === 0 ? 'every page is current' : `wrote ${stale.join(', ')}`
  process.stdout.write(`${said}\n`)
}
