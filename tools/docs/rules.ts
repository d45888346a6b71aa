// docs/rules.md: every rewrite rule with its reason, exactness and example, from the rule values,
// by the file it stands in, whose opening comment says what normal form it works toward.

import type { SourceFile } from 'ts-morph'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { rules } from '../../src/passes/rules.ts'
import type { Example, Rule } from '../../src/rewrite/rule.ts'
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
  return [INTRODUCTION, '', PIPELINE, '', pipelineTable(), ...sections].join('\n')
}

const INTRODUCTION = `A rule replaces what it matches by something equal and simpler. Its exactness
says how equal: **bitwise** rules change no bit, at NaN, infinities and −0 too; **rounding** rules may
change last bits, the sign of a zero, or whether a sum of huge numbers overflows on its way; and
**assumes-finite** rules may change anything where an operand is NaN or infinite. Those are applied
only where a pipeline asks for them. One test runs every rule on its own examples.`

const PIPELINE = `## The pipeline after the derivative

Passes in the order in which they run. A pass that appears twice says why.`

function pipelineTable(): string {
  const rows = afterDerivative().map(({ pass, again }) => [code(pass.name), again ?? pass.summary])
  return table(['pass', 'what it does, or why it runs again'], rows)
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
