// Doc comments of the sources, read through ts-morph (loaded only when asked), and their shape: a
// first paragraph, then formulas and labelled lines that are kept as they are written.

import { fileURLToPath } from 'node:url'
import type { Node, Project } from 'ts-morph'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A doc comment without its stars. */
export interface DocComment {
  /** The first paragraph, on one line. */
  readonly summary: string
  /** Everything after it except tags, lines as written. */
  readonly details: string
}

const NOTHING: DocComment = { summary: '', details: '' }

/** A ts-morph project of the files that match `globs`, relative to the repository. */
export async function openSources(...globs: readonly string[]): Promise<Project> {
  const { Project: MorphProject } = await import('ts-morph')
  const project = new MorphProject({
    skipAddingFilesFromTsConfig: true,
    useInMemoryFileSystem: false,
  })
  project.addSourceFilesAtPaths(globs.map(glob => root + glob))
  return project
}

/** The doc comment right above a declaration; empty where there is none. */
export function docCommentOf(node: Node): DocComment {
  const comments = node.getLeadingCommentRanges().map(range => range.getText())
  const last = comments.at(-1)
  return last?.startsWith('/**') ? parseDocComment(last) : NOTHING
}

/** Takes a comment apart. */
export function parseDocComment(comment: string): DocComment {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, '').trimEnd())
  if (lines[0] !== undefined) lines[0] = lines[0].trim()
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '')
  const withoutTags = text.split(/^@/m)[0]!.trimEnd()
  const [first = '', ...rest] = withoutTags.split(/\n\s*\n/)
  return { summary: first.replace(/\s+/g, ' ').trim(), details: rest.join('\n\n') }
}

/** The doc comments of every exported variable and function of a project, by name. */
export function exportedComments(project: Project): ReadonlyMap<string, DocComment> {
  const comments = new Map<string, DocComment>()
  for (const file of project.getSourceFiles()) {
    for (const statement of file.getVariableStatements().filter(s => s.isExported())) {
      const comment = docCommentOf(statement)
      for (const declaration of statement.getDeclarations())
        comments.set(declaration.getName(), comment)
    }
    for (const declaration of file.getFunctions().filter(f => f.isExported()))
      comments.set(declaration.getName() ?? '', docCommentOf(declaration))
  }
  return comments
}
