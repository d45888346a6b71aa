// Small mistakes made on purpose in rewrite rules beside their replacements: a condition that
// always holds or is turned round, an operator, a constant of a pattern, an axis off by one; and
// the same in the functions that the rules of a file share.

import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Node, type ObjectLiteralExpression, Project, type SourceFile, SyntaxKind } from 'ts-morph'
import { numberSlips, operatorSlips, type Slip, subjectOf, withSlip } from './code-mutants.ts'
import type { Mutant, MutationKind } from './mutants.ts'

/** Every such mutant in the given files, those of `src/passes/FOLDER/` that hold rules. */
export function ruleMutantsOf(files: readonly string[]): Mutant[] {
  const project = new Project({ compilerOptions: { allowImportingTsExtensions: true } })
  const namesIn = (file: string) => sectionsOf(project.addSourceFileAtPath(file)).map(nameOf)
  return files.flatMap(file => {
    const own = namesIn(file)
    // A file without rules serves those of its folder.
    const served = own.length > 0 ? own : siblingsOf(file).flatMap(namesIn)
    const source = project.addSourceFileAtPath(file)
    return [...sectionsOf(source).flatMap(sectionMutants), ...sharedMutants(source, served)]
  })
}

/** The files of the folder of a file. */
function siblingsOf(file: string): string[] {
  const folder = dirname(file)
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
}

/** The sections that rules are made of: objects with a name, a pattern and a replacement. */
function sectionsOf(source: SourceFile): ObjectLiteralExpression[] {
  return source
    .getDescendantsOfKind(SyntaxKind.ObjectLiteralExpression)
    .filter(section => ['name', 'match', 'build'].every(key => section.getProperty(key)))
    .filter(section => nameOf(section) !== '')
}

function nameOf(section: ObjectLiteralExpression): string {
  const name = initializer(section, 'name')
  return Node.isStringLiteral(name) ? name.getLiteralText() : ''
}

function initializer(section: ObjectLiteralExpression, key: string): Node | undefined {
  const property = section.getProperty(key)
  return Node.isPropertyAssignment(property) ? property.getInitializer() : undefined
}

function sectionMutants(section: ObjectLiteralExpression): Mutant[] {
  const name = nameOf(section)
  const of = (part: string, kind: MutationKind, slips: readonly Slip[]) =>
    slips.map(slip => mutant(slip, { kind, subject: name, rule: part, concerns: [name] }))
  const parts = ['match', 'when', 'build'].flatMap(part => {
    const within = initializer(section, part)
    if (within === undefined) return []
    const operators = part === 'match' ? [] : of(part, 'operator', operatorSlips(within))
    return [...operators, ...of(part, 'number', numberSlips(within))]
  })
  const when = initializer(section, 'when')
  if (when === undefined) return parts
  const text = when.getText()
  const turned = [
    { at: when, after: '() => true' },
    { at: when, after: `(captures: any) => !(${text})(captures)` },
  ]
  return [...parts, ...of('when', 'condition', turned)]
}

/** Mistakes in the functions of a file that stand outside of its rules. */
function sharedMutants(source: SourceFile, concerns: readonly string[]): Mutant[] {
  const sections = sectionsOf(source)
  const isShared = ({ at }: Slip) =>
    !sections.some(section => section.containsRange(at.getPos(), at.getEnd()))
  const of = (kind: MutationKind, slips: readonly Slip[]) =>
    slips.filter(isShared).map(slip => {
      return mutant(slip, { kind, subject: subjectOf(slip.at), rule: 'shared', concerns })
    })
  return [...of('operator', operatorSlips(source)), ...of('number', numberSlips(source))]
}

type About = Pick<Mutant, 'kind' | 'subject' | 'rule' | 'concerns'>

function mutant(slip: Slip, about: About): Mutant {
  const { at, after } = slip
  const source = at.getSourceFile()
  return {
    ...about,
    file: source.getFilePath(),
    line: at.getStartLineNumber(),
    before: at.getText(),
    after,
    text: withSlip(source, slip),
  }
}

/** Whether a file is one of rewrite rules or of what they share. */
export const isRuleFile = (path: string): boolean =>
  ['simplify', 'stabilize', 'recognize'].includes(basename(dirname(path)))
