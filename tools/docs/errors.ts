// docs/errors.md: a section per code of src/support/codes.ts, from its subject and its doc comment.

import { Node } from 'ts-morph'
import { CODES, type Code } from '../../src/support/codes.ts'
import { docCommentOf, openSources } from './comments.ts'

interface Group {
  readonly digit: string
  readonly title: string
  readonly thrown: string
}

const GROUPS: readonly Group[] = [
  {
    digit: '1',
    title: 'Graphs, dims and arguments',
    thrown: '`GraphError`, by a parser also as `ParseError`',
  },
  { digit: '2', title: 'Derivatives', thrown: '`GraphError`' },
  {
    digit: '3',
    title: 'Text and files',
    thrown: '`ParseError`; of a kernel that was built, as `GraphError`',
  },
  { digit: '4', title: 'Gradient checks', thrown: '`GraphError`' },
  { digit: '5', title: 'What does not exist on a target', thrown: '`UnsupportedError`' },
  { digit: '9', title: 'Bugs of gradc itself', thrown: '`InternalError`' },
]

/** The page as Markdown. */
export async function errorsPage(): Promise<string> {
  const comments = await codeComments()
  const lines = [
    'Every error of gradc has a stable code, names what is required and what it got, shows the',
    'operands and the place in your source, and ends with one thing to do.',
  ]
  const codes = Object.entries(CODES) as [Code, string][]
  for (const { digit, title, thrown } of GROUPS) {
    const own = codes.filter(([code]) => code[1] === digit)
    if (own.length === 0) continue
    lines.push('', `## ${title}`, '', `Thrown as ${thrown}.`)
    for (const [code, subject] of own)
      lines.push('', `### ${code}: ${subject}`, '', comments.get(code) ?? '')
  }
  const lost = codes.filter(([code]) => !GROUPS.some(group => group.digit === code[1]))
  if (lost.length > 0) throw new Error(`no group of tools/docs/errors.ts has ${lost.join(' ')}`)
  return lines.join('\n')
}

async function codeComments(): Promise<ReadonlyMap<string, string>> {
  const project = await openSources('src/support/codes.ts')
  const codes = project.getSourceFileOrThrow('codes.ts').getVariableDeclarationOrThrow('CODES')
  const comments = new Map<string, string>()
  codes.getInitializerOrThrow().forEachDescendant(node => {
    if (!Node.isPropertyAssignment(node)) return
    const { summary, details } = docCommentOf(node)
    comments.set(node.getName(), [summary, details].filter(part => part !== '').join('\n\n'))
  })
  return comments
}
