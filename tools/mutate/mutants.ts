// Small mistakes made on purpose in derivative rules and rewrite rules: a sign, a factor, an
// operand. A mutant is the text of one source file with one such mistake; ts-morph finds the
// places.

import { dirname, relative } from 'node:path'
import { type Expression, Node, Project, type SourceFile, SyntaxKind } from 'ts-morph'

/** The kinds of mistake; the first three are made in what a rule answers. */
export type MutationKind = 'sign' | 'factor' | 'operand' | 'operator' | 'number' | 'condition'

/** One mistake. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly kind: MutationKind
  /** The op or rewrite rule whose section holds the mistake, or the function. */
  readonly subject: string
  /** The part of a section: `vjp`, `jvp`, `match`, `when`, `build`; `shared` by rules; `code`. */
  readonly rule: string
  /** The rewrite rules that the mistake concerns, where it is one in those. */
  readonly concerns?: readonly string[]
  readonly before: string
  readonly after: string
  /** The whole file with the mistake in it. */
  readonly text: string
}

const RULES = ['vjp', 'jvp', 'build']

/** Names in a rule's parameter that are values; the others are attributes, types and the like. */
const NOT_VALUES = ['attributes', 'operands', 'outs', 'cts', 'outer']

/** Functions whose first two arguments trade places in an operand mistake. */
const ORDERED = ['sub', 'div', 'pow', 'less', 'greater', 'matmul', 'where', 'maximum', 'minimum']

/** Every mutant of the rules in the given files. */
export function mutantsOf(files: readonly string[]): Mutant[] {
  const project = new Project({ compilerOptions: { allowImportingTsExtensions: true } })
  return files.flatMap(file => mutantsIn(project.addSourceFileAtPath(file), file))
}

function mutantsIn(source: SourceFile, file: string): Mutant[] {
  const found: Mutant[] = []
  for (const property of source.getDescendantsOfKind(SyntaxKind.PropertyAssignment)) {
    const rule = property.getName()
    const section = property.getParentIfKind(SyntaxKind.ObjectLiteralExpression)
    const initializer = property.getInitializer()
    const subject = section?.getProperty('name')
    if (!RULES.includes(rule) || subject === undefined || initializer === undefined) continue
    if (!Node.isPropertyAssignment(subject)) continue
    const name = subject.getInitializerIfKind(SyntaxKind.StringLiteral)?.getLiteralText()
    if (name === undefined) continue
    const about = { file, rule, subject: name, ...(rule === 'build' && { concerns: [name] }) }
    found.push(...answers(initializer).flatMap(answer => wrapped(source, answer, about)))
    found.push(...operandMistakes(source, initializer, about))
  }
  return found
}

type About = Pick<Mutant, 'file' | 'rule' | 'subject' | 'concerns'>

/**
 * The expressions that a rule answers with: values in returned records, lists, or the value itself.
 */
function answers(of: Node): Expression[] {
  if (Node.isArrowFunction(of) || Node.isFunctionExpression(of)) return answers(of.getBody())
  if (Node.isParenthesizedExpression(of)) return answers(of.getExpression())
  if (Node.isObjectLiteralExpression(of)) {
    return of.getProperties().flatMap(property => {
      const value = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined
      return value === undefined ? [] : answers(value)
    })
  }
  if (Node.isArrayLiteralExpression(of)) return of.getElements().flatMap(answers)
  if (Node.isConditionalExpression(of))
    return [of.getWhenTrue(), of.getWhenFalse()].flatMap(answers)
  if (Node.isBlock(of)) {
    const returned = of.getDescendantsOfKind(SyntaxKind.ReturnStatement)
    return returned.flatMap(statement => answers(statement.getExpressionOrThrow()))
  }
  return Node.isExpression(of) && isValue(of) ? [of] : []
}

const REFUSALS = ['zero', 'notDifferentiable', 'undefined']

function isValue(of: Expression): boolean {
  if (Node.isStringLiteral(of) || REFUSALS.includes(of.getText())) return false
  // A rule that is a name stands for a function elsewhere, which is not a value.
  if (Node.isIdentifier(of) && Node.isPropertyAssignment(of.getParent())) {
    if (RULES.includes(of.getParentIfKindOrThrow(SyntaxKind.PropertyAssignment).getName()))
      return false
  }
  return !of.getText().startsWith('notImplemented(')
}

/** Sign and factor mistakes around one answer. */
function wrapped(source: SourceFile, answer: Expression, about: About): Mutant[] {
  const text = answer.getText()
  return (['sign', 'factor'] as const).map(kind =>
    replaced(source, answer, `mutant_${kind}(${text})`, kind, about),
  )
}

/**
 * One operand in place of another: arguments that trade places, a name that should be its
 * neighbour.
 */
function operandMistakes(source: SourceFile, rule: Expression, about: About): Mutant[] {
  const swaps = rule.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap(call => {
    const [a, b] = call.getArguments()
    const ordered = ORDERED.includes(call.getExpression().getText())
    if (!ordered || a === undefined || b === undefined || a.getText() === b.getText()) return []
    const rest = call.getArguments().slice(2)
    const list = [b, a, ...rest].map(argument => argument.getText()).join(', ')
    const after = `${call.getExpression().getText()}(${list})`
    return [replaced(source, call, after, 'operand', about)]
  })
  const functions = [rule, ...rule.getDescendants()].filter(Node.isArrowFunction)
  const renames = functions.flatMap(f => {
    const names = f
      .getParameters()
      .flatMap(parameter => parameter.getDescendantsOfKind(SyntaxKind.BindingElement))
      .map(element => element.getName())
      .filter(name => !NOT_VALUES.includes(name) && /^\w+$/.test(name))
    if (names.length < 2) return []
    const uses = f
      .getBody()
      .getDescendantsOfKind(SyntaxKind.Identifier)
      .filter(use => names.includes(use.getText()) && isUse(use))
    return uses.map(use => {
      const other = names[(names.indexOf(use.getText()) + 1) % names.length]!
      return replaced(source, use, other, 'operand', about)
    })
  })
  return [...swaps, ...renames]
}

/** Functions that read only the type of their first argument. */
const TYPE_READERS = ['fullLike', 'zerosLike']

/**
 * A name whose value is read: neither a key nor a member, nor one that only lends its type, which
 * its neighbours share.
 */
function isUse(use: Node): boolean {
  const parent = use.getParent()
  if (Node.isCallExpression(parent) && parent.getArguments()[0] === use) {
    if (TYPE_READERS.includes(parent.getExpression().getText())) return false
  }
  if (Node.isPropertyAccessExpression(parent) && parent.getName() === 'type') return false
  if (Node.isPropertyAssignment(parent)) return parent.getInitializer() === use
  if (Node.isPropertyAccessExpression(parent)) return parent.getExpression() === use
  return !Node.isShorthandPropertyAssignment(parent)
}

function replaced(
  source: SourceFile,
  node: Node,
  after: string,
  kind: MutationKind,
  about: About,
): Mutant {
  const whole = source.getFullText()
  const before = node.getText()
  const text = whole.slice(0, node.getStart()) + after + whole.slice(node.getEnd())
  const line = node.getStartLineNumber()
  return { ...about, kind, before, after, line, text: text + wrappers(about.file) }
}

/** What sign and factor mistakes call; appended to the mutated file. */
function wrappers(file: string): string {
  const ops = `${file.slice(0, file.lastIndexOf('/src/'))}/src/ops/arithmetic.ts`
  const path = relative(dirname(file), ops)
  return `
import { neg as mutantNeg, add as mutantAdd } from '${path.startsWith('.') ? path : `./${path}`}'
const mutantIsValue = (x: any) => x !== null && typeof x === 'object' && 'builder' in x
function mutant_sign(x: any): any {
  return Array.isArray(x) ? x.map(mutant_sign) : mutantIsValue(x) ? mutantNeg(x) : x
}
function mutant_factor(x: any): any {
  return Array.isArray(x) ? x.map(mutant_factor) : mutantIsValue(x) ? mutantAdd(x, x) : x
}
`
}
