// What every rewrite rule must satisfy, from its own example. The vitest suite and the mutation
// script run these same checks. A check throws an error that says what does not hold.

import assert from 'node:assert/strict'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph, valueTypes } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { scale } from '../../src/passes/scale.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { isSmaller, measure } from '../../src/rewrite/measure.ts'
import { type Exactness, type Example, exampleText, type Rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { random } from '../../src/support/random.ts'
import { type Awkward, drawArgument, SIZES } from './draw.ts'

/** One of a rule's examples as graphs. */
export interface Sides {
  readonly before: Graph
  readonly after: Graph
}

/** All examples of a rule. */
export function examplesOf(rule: Rule): Sides[] {
  const side = (example: Example, which: 'before' | 'after') =>
    parseGraph(`${rule.name}.${which}.ir`, exampleText(example, which), ops)
  return [rule.example, ...rule.also].map(example => ({
    before: side(example, 'before'),
    after: side(example, 'after'),
  }))
}

/** A graph after the given rules, and the rules that fired. */
export function rewritten(graph: Graph, using: readonly Rule[]) {
  const workspace = new Workspace(graph)
  const firings = applyRules(workspace, using)
  return { graph: workspace.commit().graph, fired: firings.map(firing => firing.rule) }
}

/** The rule alone turns `before` into `after`, firing once. */
export function checkExample(rule: Rule, { before, after }: Sides): void {
  const { graph, fired } = rewritten(before, [rule])
  assert.equal(printGraph(graph), printGraph(after))
  assert.deepEqual(fired, [rule.name])
  assert.deepEqual(verifyGraph(graph), [])
}

/** Both sides return values of the same types. */
export function checkTypes({ before, after }: Sides): void {
  assert.deepEqual(outputTypes(after), outputTypes(before))
}

/**
 * What the rule makes of `before` means the same as `before`, to the promised exactness, on random
 * operands with NaN, infinities and zeros of both signs among them.
 */
export function checkMeaning(rule: Rule, { before }: Sides, seed: number, rounds: number): void {
  const stream = random(seed)
  const [left, right] = [bound(before), bound(rewritten(before, [rule]).graph)]
  // What may round otherwise is compared where digits are to spare: terms of a sum may cancel.
  const rounding = rule.exactness === 'bitwise' ? 'dtype' : 'f64'
  for (let round = 0; round < rounds; round++) {
    const awkward = round % 2 === 0 ? AWKWARD[rule.exactness] : 'none'
    const values = Object.fromEntries(
      left.arguments.map(argument => [argument.name, drawArgument(argument, stream, awkward)]),
    )
    const expected = interpret(left, values, { rounding }).outputs.out!
    const got = interpret(right, values, { rounding }).outputs.out!
    if (!agree(rule, expected, got)) {
      assert.fail(`${[...expected.values()]} became ${[...got.values()]}, seed ${seed}`)
    }
  }
}

/** The measure falls, which is why rewriting ends. */
export function checkMeasure({ before, after }: Sides): void {
  const falls = isSmaller(measure(after, scale), measure(before, scale))
  assert(falls, 'the measure of after must be smaller than that of before')
}

/** What a rule of each exactness has to stand. */
const AWKWARD: Readonly<Record<Exactness, Awkward>> = {
  bitwise: 'special and extreme',
  rounding: 'special',
  // What such a rule does at special operands is tested one by one.
  stabilizing: 'none',
  'assumes-finite': 'none',
}

const outputTypes = (graph: Graph) => {
  const types = valueTypes(graph)
  return graph.outputs.map(({ value }) => types.get(value))
}

const bound = (graph: Graph) => {
  const names = graphDims(graph)
  const sizes = Object.entries(SIZES).filter(([name]) => names.includes(name))
  return bindGraph(graph, Object.fromEntries(sizes))
}

/** Some dozen units in the last place of f32: what constants of a rule, rounded to it, come to. */
const TOLERANCE = 5e-6

function isNear(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b))
}

function agree(rule: Rule, before: Literal, after: Literal): boolean {
  if (rule.exactness === 'bitwise') return before.equals(after)
  return before.values().every((value, i) => isNear(value, after.at(i)))
}
