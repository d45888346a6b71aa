// The generated pages of docs/ are those that the sources give.

import { expect, it } from 'vitest'
import { PAGES, pageText } from '../../tools/docs/pages.ts'
import { textOf } from './sources.ts'

it.each(PAGES.map(page => [page.file, page] as const))('%s is current', async (file, page) => {
  const stale = textOf(file) === (await pageText(page)) ? undefined : `${file} is stale`
  expect(stale, `${file} is stale; run: npm run docs`).toBeUndefined()
})
