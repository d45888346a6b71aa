// opt as a function: words in, exit code out. Results are collected and written at the end, so a
// run that fails has written nothing half. Every failure of the user's making is a rendered
// diagnostic.

import { CommanderError } from 'commander'
import {
  type Diagnostic,
  DiagnosticError,
  InternalError,
  renderDiagnostic,
} from '../../src/support/diagnostic.ts'
import { parseCommand, type Request } from './command.ts'
import { runGraphStage, type StageResult } from './graph-stage.ts'
import { runKernelStage } from './kernel-stage.ts'
import { sectionsOf, shellWord } from './sections.ts'

/** What opt reads from and writes to. */
export interface Host {
  readonly readFile: (path: string) => string
  readonly readInput: () => string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Runs opt. Answers 0, 1 where a text is refused, 2 where the command line is. */
export function runOpt(words: readonly string[], host: Host): number {
  const request = requestOf(words, host)
  if (typeof request === 'number') return request
  const text = readText(request, host)
  if (text === undefined) return 2
  const found: string[] = []
  const done: StageResult[] = []
  for (const section of sectionsOf(text)) {
    try {
      done.push(runText(section, request))
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      found.push(renderFailure(error, request))
    }
  }
  host.err([...done.map(result => result.err), ...found.map(said => `${said}\n`)].join(''))
  if (found.length > 0) return 1
  host.out(done.map(result => result.out).join('\n// -----\n\n'))
  return 0
}

/** Runs a request on one text. Throws a DiagnosticError where the text is refused. */
export function runText(text: string, request: Request): StageResult {
  const name = request.file === '-' ? 'stdin' : request.file
  const stage = request.stage ?? stageOf(text)
  if (stage === 'graph') return runGraphStage(name, text, request)
  return runKernelStage(name, text, request)
}

/** The IR that a text is in, by its first word. */
function stageOf(text: string): 'graph' | 'kernel' {
  const first = text.replace(/\/\/.*$/gm, '').trimStart()
  return /^(?:kernel|contract|program)\b/.test(first) ? 'kernel' : 'graph'
}

function requestOf(words: readonly string[], host: Host): Request | number {
  try {
    return parseCommand(words, host)
  } catch (error) {
    // Commander has said what is wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof DiagnosticError)) throw error
    host.err(`${error.message}\n`)
    return 2
  }
}

function readText({ file }: Request, host: Host): string | undefined {
  try {
    return file === '-' ? host.readInput() : host.readFile(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    host.err(`cannot read ${file}: ${reason}\n`)
    return undefined
  }
}

/** The findings of a text; for a bug of ours also the command that repeats it. */
export function renderFailure(error: DiagnosticError, request: Request): string {
  if (!(error instanceof InternalError)) return error.message
  const isRepeatable = (d: Diagnostic) => d.notes?.some(note => note.startsWith('reproduce:'))
  if (error.diagnostics.some(isRepeatable)) return error.message
  const words = [...request.flags, request.file === '-' ? 'failing.ir' : request.file]
  const note = `reproduce: npm run -s opt -- ${words.map(shellWord).join(' ')}`
  return error.diagnostics
    .map(d => renderDiagnostic({ ...d, notes: [...(d.notes ?? []), note] }))
    .join('\n\n')
}
