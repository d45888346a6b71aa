// What the compiler has to catch: see contracts.ts.

import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const path = fileURLToPath(new URL('./contracts.ts', import.meta.url))
const config = fileURLToPath(new URL('../../tsconfig.json', import.meta.url))

it('mistakes in ops and rules do not compile', () => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    fileURLToPath(new URL('../../', import.meta.url)),
  )
  const program = ts.createProgram([path], options)
  const source = program.getSourceFile(path)!
  const found = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]
  const told = found.map(({ start, messageText }) => {
    const line = source.getLineAndCharacterOfPosition(start ?? 0).line + 1
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  expect(told).toEqual([])
  expect(source.text.match(/@ts-expect-error/g)).toHaveLength(10)
})
