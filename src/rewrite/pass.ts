// The contract of a pass, and pipelines as data: a list of passes with their options, which text
// such as `bind{batch=32},simplify` names. Running them is the pass manager's business.

import type { Graph } from '../ir/graph.ts'
import type { Firing } from '../ir/history.ts'
import type { Stage } from '../ir/verify.ts'
import { type Token, TokenReader } from '../support/lexer.ts'
import type { Witness } from './driver.ts'
import type { Memory } from './settled.ts'

/** The value of an option, as text gives it. */
export type OptionValue = number | boolean | string

/** Options of a pass by name. */
export type PassOptions = Readonly<Record<string, OptionValue>>

/** What an option may hold. */
export interface OptionKind {
  /** In words, for messages: `a size`. */
  readonly what: string
  readonly accepts: (value: OptionValue) => boolean
}

/** What a pass gives back. A pass that changed nothing gives the graph it got. */
export interface PassResult {
  readonly graph: Graph
  /** Rules that fired, in order; empty for passes without rules. */
  readonly firings: readonly Firing[]
}

/** What runs beside a pass. */
export interface PassContext {
  /** Sees every firing of a rule before it is made. */
  readonly witness?: Witness | undefined
  /** What rule passes of the same run found to be in normal form. */
  readonly memory?: Memory | undefined
}

/** A step from graph to graph that keeps the meaning. */
export interface Pass {
  /** How text names it. */
  readonly name: string
  /** One sentence: what it does. */
  readonly summary: string
  /** Stages whose promises the graph must keep before. */
  readonly expects: readonly Stage[]
  /** Stages whose promises the graph keeps after, besides those it kept before. */
  readonly leaves: readonly Stage[]
  /** Its options; the name `*` stands for any. */
  readonly options?: Readonly<Record<string, OptionKind>>
  readonly run: (graph: Graph, options: PassOptions, context?: PassContext) => PassResult
}

/** One step of a pipeline. */
export interface Step {
  readonly pass: Pass
  readonly options?: PassOptions | undefined
  /** Why the pass is here once more; every pass that appears twice in a pipeline says so. */
  readonly again?: string | undefined
}

/** Passes in the order in which they run. */
export type Pipeline = readonly Step[]

/** Passes by text name. */
export type PassTable = Readonly<Record<string, Pass>>

/** An option that holds a whole number from zero. */
export const sizeOption: OptionKind = {
  what: 'a whole number from 0',
  accepts: value => Number.isSafeInteger(value) && (value as number) >= 0,
}

/** An option that is on or off. */
export const switchOption: OptionKind = {
  what: 'true or false',
  accepts: value => typeof value === 'boolean',
}

/** An option that holds a word. */
export const wordOption: OptionKind = {
  what: 'a word',
  accepts: value => typeof value === 'string',
}

/** A pipeline as text; `parsePipeline` reads it back. */
export function printPipeline(pipeline: Pipeline): string {
  return pipeline.map(printStep).join(',')
}

/** One step as text: `bind{batch=32}`. */
export function printStep({ pass, options = {} }: Step): string {
  const written = Object.entries(options).map(([name, value]) => `${name}=${quoted(value)}`)
  return written.length === 0 ? pass.name : `${pass.name}{${written.join(',')}}`
}

/** Words that are no names of the text format are written as strings. */
const quoted = (value: OptionValue) =>
  typeof value === 'string' && !/^[A-Za-z_]\w*$/.test(value) ? JSON.stringify(value) : String(value)

/**
 * The pipeline that a text names: passes separated by commas, each with its options in braces.
 * Throws E301 or E302 pointing at the text. `file` is what the text is called in messages.
 */
export function parsePipeline(text: string, passes: PassTable, file = '-p'): Pipeline {
  const reader = new TokenReader(file, text)
  const steps = [parseStep(reader, passes)]
  while (reader.eat(',')) steps.push(parseStep(reader, passes))
  if (reader.peek().kind !== 'end') reader.unexpected('"," or the end of the pipeline')
  return steps
}

function parseStep(reader: TokenReader, passes: PassTable): Step {
  const name = reader.expectKind('name', 'the name of a pass')
  const pass = Object.hasOwn(passes, name.text) ? passes[name.text] : undefined
  if (pass === undefined) return reader.unknown('pass', name, Object.keys(passes))
  if (!reader.at('{')) return { pass }
  const options: Record<string, OptionValue> = {}
  reader.list('{', '}', () => parseOption(reader, pass, options))
  return { pass, options }
}

function parseOption(reader: TokenReader, pass: Pass, options: Record<string, OptionValue>): void {
  const known = pass.options ?? {}
  const name = reader.expectKind('name', 'the name of an option')
  const kind = (Object.hasOwn(known, name.text) ? known[name.text] : undefined) ?? known['*']
  if (kind === undefined) {
    reader.unknown(`option of pass ${pass.name} called`, name, Object.keys(known))
  }
  reader.expect('=')
  const token = reader.next()
  const value = optionValue(token)
  if (!kind.accepts(value)) {
    reader.fail('E301', `option "${name.text}" must be ${kind.what}, got ${token.text}`, token)
  }
  options[name.text] = value
}

function optionValue({ kind, text, value }: Token): OptionValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return kind === 'number' ? Number(text) : value
}
