// Small mistakes made on purpose in plain code: an operator in place of its neighbour, a condition
// turned round. Unlike a mistake in a rule it belongs to no op, so every check of programs is its
// judge; and it can make a loop endless, so whoever runs it must be able to stop it.

import { Node, Project, type SourceFile, SyntaxKind } from 'ts-morph'
import type { Mutant } from './mutants.ts'

/** What stands in for an operator. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '%': '*',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
}

/** Every mutant of the code in the given files. */
export function codeMutantsOf(files: readonly string[]): Mutant[] {
  const project = new Project({ compilerOptions: { allowImportingTsExtensions: true } })
  return files.flatMap(file => mutantsIn(project.addSourceFileAtPath(file), file))
}

function mutantsIn(source: SourceFile, file: string): Mutant[] {
  const operators = source.getDescendantsOfKind(SyntaxKind.BinaryExpression).flatMap(expression => {
    const token = expression.getOperatorToken()
    const after = NEIGHBOURS[token.getText()]
    // Text is joined, not added: the mistake would show in any message.
    const isText = [expression.getLeft(), expression.getRight()].some(isTextual)
    return after === undefined || isText ? [] : [replaced(source, file, token, after)]
  })
  const negations = source
    .getDescendantsOfKind(SyntaxKind.PrefixUnaryExpression)
    .filter(expression => expression.getOperatorToken() === SyntaxKind.ExclamationToken)
    .map(expression => replaced(source, file, expression, expression.getOperand().getText()))
  return [...operators, ...negations]
}

const isTextual = (node: Node) => Node.isStringLiteral(node) || Node.isTemplateExpression(node)

function replaced(source: SourceFile, file: string, node: Node, after: string): Mutant {
  const whole = source.getFullText()
  const text = whole.slice(0, node.getStart()) + after + whole.slice(node.getEnd())
  const line = node.getStartLineNumber()
  const subject = subjectOf(node)
  return {
    file,
    line,
    kind: 'operator',
    subject,
    rule: 'code',
    before: node.getText(),
    after,
    text,
  }
}

/** The function or method around a place. */
function subjectOf(node: Node): string {
  const around = node.getFirstAncestor(
    of =>
      Node.isFunctionDeclaration(of) ||
      Node.isMethodDeclaration(of) ||
      Node.isVariableDeclaration(of),
  )
  const isNamed =
    Node.isFunctionDeclaration(around) ||
    Node.isMethodDeclaration(around) ||
    Node.isVariableDeclaration(around)
  return (isNamed ? around.getName() : undefined) ?? source(node)
}

const source = (node: Node) => node.getSourceFile().getBaseName()
