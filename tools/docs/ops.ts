// docs/ops.md: a table of all ops and a section for each, from the registry and the doc comments of
// the sections in src/ops.

import type { Op } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { type DocComment, exportedComments, openSources } from './comments.ts'
import { derivativeText } from './derivatives.ts'
import { anchor, code, detailsText, table } from './markdown.ts'

interface Entry {
  /** The public function. */
  readonly call: string
  readonly op: Op
  readonly comment: DocComment
}

/** The page as Markdown. */
export async function opsPage(): Promise<string> {
  const comments = exportedComments(await openSources('src/ops/*.ts'))
  const entries = Object.entries(ops).map(([name, operator]): Entry => {
    const call = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    const comment = comments.get(call)
    if (comment === undefined) throw new Error(`src/ops exports no ${call} with a doc comment`)
    return { call, op: operator.op, comment }
  })
  const families = new Set(entries.map(entry => entry.op.family))
  const sections = [...families].flatMap(family => {
    const own = entries.filter(entry => entry.op.family === family)
    return ['', `## ${family[0]!.toUpperCase()}${family.slice(1)}`, ...own.flatMap(section)]
  })
  return [INTRODUCTION, '', summaryTable(entries), ...sections].join('\n')
}

const INTRODUCTION = `An op is one section of one file in \`src/ops\`: its meaning, its type rule with numbered
constraints, its derivatives, how kernels compute it. Shapes are explicit: operands of an elementwise
op have equal types, and \`broadcast\` is an op. An error of a type rule ends with the number of the
constraint that does not hold. A cotangent is written x̄, and \`ct\` is the cotangent of the result.`

function summaryTable(entries: readonly Entry[]): string {
  const rows = entries.map(({ call, op }) => [
    `[${call}](#${anchor(call)})`,
    op.family,
    operandsText(op),
    op.lowering.kind,
    derivativeText(op),
  ])
  return table(['op', 'family', 'operands', 'lowering', 'derivative'], rows)
}

function section({ call, op, comment }: Entry): string[] {
  const lines = ['', `### ${call}`, '', comment.summary]
  if (comment.details !== '') lines.push('', detailsText(comment.details))
  const facts = [
    `In text: ${code(textForm(op))}`,
    ...Object.entries(op.attributes).map(([name, kind]) => `Attribute ${code(name)}: ${kind.what}`),
    ...Object.entries(op.constraints).map(([label, sentence]) => `${label}: ${sentence}`),
  ]
  return [...lines, '', ...facts.map(fact => `- ${fact}`)]
}

function operandsText(op: Op): string {
  const names = op.operands.join(', ')
  return op.variadic ? `${names}…` : names
}

/** `%values, %indices = top_k %x {k}`: results are named only where there are several. */
function textForm(op: Op): string {
  const results = op.results.length > 1 ? `${list(op.results)} = ` : ''
  const attributes = Object.keys(op.attributes)
  const braces = attributes.length > 0 ? ` {${attributes.join(', ')}}` : ''
  const operands = op.variadic ? `${list(op.operands)}, …` : list(op.operands)
  return `${results}${op.name} ${operands}`.trimEnd() + braces
}

const list = (names: readonly string[]) => names.map(name => `%${name}`).join(', ')
