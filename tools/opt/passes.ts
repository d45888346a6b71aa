// The passes and pipelines that `-p` may name, and how its text is read.

import { type PassTable, type Pipeline, parsePipeline } from '../../src/rewrite/pass.ts'

const passes: PassTable = {}
const pipelines: Readonly<Record<string, Pipeline>> = {}

/** The passes that a text names: a pipeline by its name, or passes separated by commas. */
export function pipelineOf(text: string): Pipeline {
  if (Object.hasOwn(pipelines, text)) return pipelines[text]!
  return parsePipeline(text, passes)
}

/** Every pass and pipeline, one to a line. */
export function passesHelp(): string {
  const width = Math.max(0, ...Object.keys(passes).map(name => name.length))
  const rows = Object.values(passes).map(
    ({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`,
  )
  const named = Object.entries(pipelines).map(([name, steps]) => {
    return `  ${name}: ${steps.map(({ pass }) => pass.name).join(', ')}\n`
  })
  return `Passes:\n${rows.join('')}\nPipelines:\n${named.join('')}`
}
