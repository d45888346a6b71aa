// docs/rules.md: every rewrite rule with its reason, exactness and example, from the rule values,
// by the file it stands in, whose opening comment says what normal form it works toward.

import type { SourceFile } from 'ts-morph'
import type { Stage } from '../../src/ir/verify.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import {
  normalFormRules,
  recognitionRules,
  rules,
  stabilizingRules,
} from '../../src/passes/rules.ts'
import { factRules } from '../../src/passes/simplify/facts.ts'
import type { Pipeline } from '../../src/rewrite/pass.ts'
import type { Exactness, Example, Rule } from '../../src/rewrite/rule.ts'
import { openSources } from './comments.ts'
import { code, table } from './markdown.ts'

/** The page as Markdown. */
export async function rulesPage(): Promise<string> {
  const files = (await openSources('src/passes/**/*.ts')).getSourceFiles()
  const left = new Set<Rule>(rules)
  const sections = files.flatMap(file => {
    const own = rules.filter(rule => file.getText().includes(`name: '${rule.name}'`))
    for (const rule of own) left.delete(rule)
    return own.length === 0 ? [] : section(file, own)
  })
  if (left.size > 0) throw new Error(`no file of src/passes holds ${[...left][0]!.name}`)
  const head = [INTRODUCTION, countTable(), BEFORE, pipelineTable(beforeDerivative())]
  const tail = [AFTER, pipelineTable(afterDerivative())]
  return [[...head, ...tail].join('\n\n'), ...sections].join('\n')
}

const INTRODUCTION = `A rule replaces what it matches by something equal and simpler. Its exactness
says how equal. **bitwise** rules change no bit, at NaN, infinities and −0 too. **rounding** rules may
change last bits, the sign of a zero, or whether a sum or product leaves the range of its dtype on its
way. Rules that are **stabilizing** hold for real numbers; where the two sides differ by more than rounding, it is the
left one that lost digits, overflowed, or met 0/0 or 0 · ∞ on its way. **assumes-finite** rules may
change anything where an operand is NaN or infinite; they are applied only where a pipeline asks for
them. One test runs every rule on its own examples, and another asks that every rule fires in a program
that was not written for it.`

const EXACTNESS: readonly Exactness[] = ['bitwise', 'rounding', 'stabilizing', 'assumes-finite']

/** Rules by what they are for and how exact they are; those that facts generate count apart. */
function countTable(): string {
  const kinds: readonly (readonly [string, readonly Rule[]])[] = [
    ['normal form, from facts of ops', factRules],
    ['normal form', normalFormRules.filter(rule => !factRules.includes(rule))],
    ['stabilize', stabilizingRules],
    ['recognize', recognitionRules],
    ['all', rules],
  ]
  const rows = kinds.map(([kind, of]) => [
    kind,
    ...EXACTNESS.map(exactness => String(of.filter(rule => rule.exactness === exactness).length)),
    String(of.length),
  ])
  return table(['rules', ...EXACTNESS, 'in all'], rows)
}

const BEFORE = `## Before the derivative

Passes on the forward graph as the user wrote it, in the order in which they run. What a pass expects and
leaves are stages whose promises the verifier checks. A pass that appears twice says why.`

const AFTER = `## After the derivative

Passes on the joint graph of forward and backward, between the derivative and lowering.`

function pipelineTable(pipeline: Pipeline): string {
  const stages = (of: readonly Stage[]) => of.join(', ') || 'any graph'
  const rows = pipeline.map(({ pass: { name, summary, expects, leaves }, again }) => [
    code(name),
    again ?? summary,
    stages(expects),
    leaves.join(', ') || 'what it got',
  ])
  return table(['pass', 'what it does, or why it runs again', 'expects', 'leaves'], rows)
}

function section(file: SourceFile, rules: readonly Rule[]): string[] {
  const rows = rules.map(({ name, why, exactness }) => [
    code(name),
    why.replaceAll('|', '\\|'),
    exactness,
  ])
  return [
    '',
    `## ${titleOf(file)}`,
    '',
    openingOf(file),
    '',
    table(['rule', 'why', 'exactness'], rows),
    ...rules.flatMap(({ name, example, also }) => [
      '',
      `### ${name}`,
      '',
      ...[example, ...also].map(exampleBlock),
    ]),
  ]
}

/** `simplify/arithmetic` of `src/passes/simplify/arithmetic.ts`. */
function titleOf(file: SourceFile): string {
  return file
    .getFilePath()
    .replace(/^.*\/src\/passes\//, '')
    .replace(/\.ts$/, '')
}

/** The comment that a file opens with, as one paragraph. */
function openingOf(file: SourceFile): string {
  const [comment = ''] = /^(?:\/\/.*\n)+/.exec(file.getFullText()) ?? []
  return comment.replace(/^\/\/ ?/gm, '').trimEnd()
}

function exampleBlock({ given, before, after }: Example): string {
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map(line => `  ${line.trim()}`)
  const arrow = ['```text', `given ${given}`, ...lines(before), 'becomes', ...lines(after), '```']
  return arrow.join('\n')
}
