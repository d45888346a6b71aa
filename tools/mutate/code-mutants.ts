// Small mistakes made on purpose in plain code: an operator in place of its neighbour, a condition
// turned round, a number off by one. In code that belongs to no op or rule, every check of programs
// is the judge; and such a mistake can make a loop endless, so whoever runs it must be able to stop
// it.

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

/** A place in code, and what a mistake puts there. */
export interface Slip {
  readonly at: Node
  readonly after: string
}

/** Every mutant of the code in the given files. */
export function codeMutantsOf(files: readonly string[]): Mutant[] {
  const project = new Project({ compilerOptions: { allowImportingTsExtensions: true } })
  return files.flatMap(file => {
    const source = project.addSourceFileAtPath(file)
    return operatorSlips(source).map(({ at, after }) => ({
      file,
      line: at.getStartLineNumber(),
      kind: 'operator',
      subject: subjectOf(at),
      rule: 'code',
      before: at.getText(),
      after,
      text: withSlip(source, { at, after }),
    }))
  })
}

/** The text of a file with one place changed. */
export function withSlip(source: SourceFile, { at, after }: Slip): string {
  const whole = source.getFullText()
  return whole.slice(0, at.getStart()) + after + whole.slice(at.getEnd())
}

/** Operators and negations within a node. */
export function operatorSlips(within: Node): Slip[] {
  const operators = within.getDescendantsOfKind(SyntaxKind.BinaryExpression).flatMap(expression => {
    const at = expression.getOperatorToken()
    const after = NEIGHBOURS[at.getText()]
    // Text is joined, not added: the mistake would show in any message.
    const isText = [expression.getLeft(), expression.getRight()].some(isTextual)
    return after === undefined || isText ? [] : [{ at, after }]
  })
  const negations = within
    .getDescendantsOfKind(SyntaxKind.PrefixUnaryExpression)
    .filter(expression => expression.getOperatorToken() === SyntaxKind.ExclamationToken)
    .map(at => ({ at, after: at.getOperand().getText() }))
  return [...operators, ...negations]
}

const isTextual = (node: Node) => Node.isStringLiteral(node) || Node.isTemplateExpression(node)

/** Numbers within a node, each one too large: a constant, an axis, the place of an operand. */
export function numberSlips(within: Node): Slip[] {
  const numbers = within
    .getDescendantsOfKind(SyntaxKind.NumericLiteral)
    .filter(at => !Node.isLiteralTypeNode(at.getParent()))
  return numbers.map(at => ({ at, after: String(at.getLiteralValue() + 1) }))
}

/** The function or method around a place; its file where there is none. */
export function subjectOf(node: Node): string {
  const around = node.getFirstAncestor(isNamed)
  const name = isNamed(around) ? around.getName() : undefined
  return name ?? node.getSourceFile().getBaseName()
}

const isNamed = (of: Node | undefined) =>
  Node.isFunctionDeclaration(of) || Node.isMethodDeclaration(of) || Node.isVariableDeclaration(of)
