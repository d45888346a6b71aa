// The four kinds of error that gradc throws, and how they read. An error is data first (code,
// operands, place, help), rendered once. Nothing else is thrown on purpose anywhere in the package.

import type { Code } from './codes.ts'
import { formatLocation, type SourceLocation, type SourceReference, sourceLine } from './source.ts'

/** A stretch of a text, from `start` up to but without `end`, in characters. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One operand as an error shows it: its name, its type, and which part of the type is at fault. */
export interface OperandNote {
  readonly label: string
  readonly type: string
  /** The culprit within `type`; undefined where the operand is not at fault. */
  readonly culprit?: Span | undefined
}

/** Everything an error knows. */
export interface Diagnostic {
  readonly code: Code
  /** What the error is about: an op, a pass, a file. */
  readonly subject: string
  /** One lower-case sentence: what is required, what was got. */
  readonly message: string
  /** The node or statement concerned, as text. */
  readonly node?: string | undefined
  readonly operands?: readonly OperandNote[] | undefined
  /** Further facts, a line each. */
  readonly notes?: readonly string[] | undefined
  /** Where the user made the node. */
  readonly source?: SourceReference | SourceLocation | undefined
  /** For text input: the text itself, and the stretch at fault. */
  readonly text?: TextSpan | undefined
  /** One concrete thing to do. */
  readonly help?: string | undefined
}

/** A stretch of a named text. */
export interface TextSpan extends Span {
  readonly file: string
  readonly text: string
}

/**
 * What the four error classes share. `diagnostics` holds all that was found; the first names
 * `code`.
 */
export abstract class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const all: readonly Diagnostic[] = Array.isArray(diagnostics) ? diagnostics : [diagnostics]
    super(renderAll(all))
    this.name = new.target.name
    this.diagnostics = all
  }

  /** The stable code of the first finding. */
  get code(): Code {
    return this.diagnostics[0]!.code
  }

  /** The operands of the first finding. */
  get operands(): readonly OperandNote[] {
    return this.diagnostics[0]!.operands ?? []
  }

  /** Where the user made what the first finding is about. */
  get source(): SourceLocation | undefined {
    return locationOf(this.diagnostics[0]!)
  }

  /** What to do about the first finding. */
  get help(): string | undefined {
    return this.diagnostics[0]!.help
  }
}

/** The user's graph, dims, arguments or derivative request is wrong. */
export class GraphError extends DiagnosticError {}

/** A text or data file is wrong. */
export class ParseError extends DiagnosticError {}

/** What was asked for does not exist on this target; the message says what does. */
export class UnsupportedError extends DiagnosticError {}

/** A bug of gradc itself: names the pass or invariant and asks for a report. */
export class InternalError extends DiagnosticError {}

/** Throws an `InternalError` unless `condition` holds. `message` states the invariant. */
export function invariant(condition: unknown, subject: string, message: string): asserts condition {
  if (!condition) throw internalError(subject, message)
}

/** The error of a state that the types or an earlier check rule out. */
export function internalError(subject: string, message: string): InternalError {
  return new InternalError({
    code: 'E903',
    subject,
    message,
    help: 'this is a bug in gradc; please report it with the lines above',
  })
}

const MOST_SHOWN = 20

function renderAll(diagnostics: readonly Diagnostic[]): string {
  const shown = diagnostics.slice(0, MOST_SHOWN).map(renderDiagnostic)
  const left = diagnostics.length - shown.length
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n\n')
}

/**
 * What a diagnostic is about when the text itself is wrong; its place then stands in the first
 * line.
 */
export const PARSE_SUBJECT = 'parse error'

/** The error as text: the sentence, the node, its operands with carets, the place, the help. */
export function renderDiagnostic(d: Diagnostic): string {
  const lines = renderHead(d)
  if (d.node !== undefined) lines.push(`  ${d.node}`)
  const width = Math.max(0, ...(d.operands ?? []).map(operand => operand.label.length))
  for (const operand of d.operands ?? []) lines.push(...renderOperand(operand, width))
  for (const note of d.notes ?? []) lines.push(`  ${note}`)
  const location = locationOf(d)
  if (location !== undefined) lines.push(...renderSource(location))
  if (d.help !== undefined) lines.push(`  help: ${d.help}`)
  return lines.join('\n')
}

function renderHead(d: Diagnostic): string[] {
  const sentence = `${d.code} ${d.subject}: ${d.message}`
  if (d.text === undefined) return [sentence]
  const { place, frame } = renderText(d.text)
  if (d.subject !== PARSE_SUBJECT) return [sentence, `  at ${place}`, ...frame]
  return [`${d.code} ${d.subject}: ${place}`, ...frame, `  ${d.message}`]
}

function renderOperand({ label, type, culprit }: OperandNote, width: number): string[] {
  const head = `       ${label.padEnd(width)}: `
  const line = head + type
  if (culprit === undefined) return [line]
  return [line, ' '.repeat(head.length + culprit.start) + carets(culprit)]
}

function renderText(span: TextSpan): { place: string; frame: string[] } {
  const { line, column, content } = lineAt(span.text, span.start)
  const end = Math.min(span.end, span.start + content.length - column + 1)
  const under = ' '.repeat(3 + column) + carets({ start: span.start, end })
  return { place: `${span.file}:${line}:${column}`, frame: [`    ${untabbed(content)}`, under] }
}

/** A line of minified code is no help to anybody. */
const LONGEST_SHOWN = 160

function renderSource(location: SourceLocation): string[] {
  const lines = [`  made at ${formatLocation(location)}`]
  const content = sourceLine(location)
  if (content === undefined || location.column > content.length) return lines
  if (content.length > LONGEST_SHOWN) return lines
  const indent = content.length - content.trimStart().length
  const caret = ' '.repeat(Math.max(0, location.column - 1 - indent))
  return [...lines, `    ${untabbed(content.trim())}`, `    ${caret}^`]
}

/** One column for a tab, so that carets stand where they should. */
const untabbed = (line: string) => line.replaceAll('\t', ' ')

const carets = (span: Span) => '^'.repeat(Math.max(1, span.end - span.start))

/** Line, column (both from 1) and content of the line that holds position `at`. */
export function lineAt(
  text: string,
  at: number,
): { line: number; column: number; content: string } {
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
  const newline = text.indexOf('\n', at)
  const content = text.slice(start, newline < 0 ? text.length : newline).replace(/\r$/, '')
  return { line: text.slice(0, start).split('\n').length, column: at - start + 1, content }
}

function locationOf(d: Diagnostic): SourceLocation | undefined {
  if (d.source === undefined) return undefined
  return 'line' in d.source ? d.source : d.source.location
}

/**
 * The name of `candidates` nearest to `name`, where one is near enough to be meant: one edit, or
 * one in three letters. Capitals count for nothing.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Insertions, deletions, substitutions and swaps of neighbours from `a` to `b` (Damerau, 1964). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swaps ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution, swap))
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** `a, b or c`, at most five of them, for the help of an error. */
export function oneOf(names: readonly string[]): string {
  const shown = names.slice(0, 5)
  const more = names.length > 5 ? `, … (${names.length - 5} more)` : ''
  if (more !== '' || shown.length < 2) return shown.join(', ') + more
  return `${shown.slice(0, -1).join(', ')} or ${shown[shown.length - 1]}`
}
