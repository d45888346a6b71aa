// The passes and pipelines that `-p` may name, and how its text is read.

import { passes, pipelines } from '../../src/passes/by-name.ts'
import { type Pipeline, parsePipeline, printPipeline } from '../../src/rewrite/pass.ts'
import { TokenReader } from '../../src/support/lexer.ts'

/** The passes that a text names: a pipeline by its name, or passes separated by commas. */
export function pipelineOf(text: string): Pipeline {
  if (Object.hasOwn(pipelines, text)) return pipelines[text]!
  if (/^\w+$/.test(text) && !Object.hasOwn(passes, text)) {
    const reader = new TokenReader('-p', text)
    reader.unknown('pass', reader.peek(), [...Object.keys(passes), ...Object.keys(pipelines)])
  }
  return parsePipeline(text, passes)
}

/** Every pass and pipeline, one to a line. */
export function passesHelp(): string {
  const width = Math.max(0, ...Object.keys(passes).map(name => name.length))
  const rows = Object.values(passes).map(
    ({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`,
  )
  const named = Object.entries(pipelines).map(([name, steps]) => {
    return `  ${name.padEnd(width)}  ${printPipeline(steps)}\n`
  })
  return `Passes:\n${rows.join('')}\nPipelines:\n${named.join('')}`
}
