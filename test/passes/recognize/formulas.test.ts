// What is written by hand becomes the very graph that the composite makes, and has its gradient:
// the one that the passes see, and the raw one of what was written.

import { describe, expect, it } from 'vitest'
import { gradient as rawGradient } from '../../../src/autodiff/gradient.ts'
import { f64, gradient, model } from '../../../src/index.ts'
import { printAttributes } from '../../../src/ir/attribute.ts'
import { bindGraph, graphDims } from '../../../src/ir/bind.ts'
import { type Graph, nodesOf, type ValueId } from '../../../src/ir/graph.ts'
import { interpret } from '../../../src/ir/interpret.ts'
import { elementCount, Literal } from '../../../src/ir/literal.ts'
import { substituteShape } from '../../../src/ir/type.ts'
import type { Model } from '../../../src/model/model.ts'
import { stabilized } from '../../../src/passes/prepare.ts'
import { random } from '../../../src/support/random.ts'
import { seed } from '../../counts.ts'
import { type Formula, formulas } from './formulas.ts'

const DIMS = { batch: 6 }

/** A formula as a model with one output, its loss. */
function modelOf({ inputs }: Formula, body: Formula['composite']): Model {
  const declared = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, f64(...(shape as [number]))]),
  )
  return model({
    inputs: declared,
    body: given => ({ loss: body(given as unknown as Parameters<typeof body>[0]) }),
  }) as unknown as Model
}

/** What an output is computed from, written out as one term, whatever its nodes are called. */
function termOf(graph: Graph, name: string): string {
  const terms = new Map<ValueId, string>(graph.arguments.map(({ id, name }) => [id, name]))
  for (const { op, operands, attributes, results } of nodesOf(graph)) {
    const key = `${op.name}${printAttributes(op.attributes, attributes)}`
    const term = `${key}(${operands.map(id => terms.get(id))})`
    results.forEach(({ id }, i) => {
      terms.set(id, `${term}.${i}`)
    })
  }
  return terms.get(graph.outputs.find(output => output.name === name)!.value)!
}

/** Draws inputs: labels in [0, 1], others in [−2, 2]. */
function valuesFor(graph: Graph): Record<string, Literal> {
  const stream = random(seed)
  const literal = ({ name, type }: Graph['arguments'][number]) => {
    const shape = substituteShape(type.shape, DIMS) as readonly number[]
    const [low, high] = name === 'y' ? [0, 1] : [-2, 2]
    const data = Array.from({ length: elementCount(shape) }, () => stream.uniform(low, high))
    return new Literal('f64', shape, Float64Array.from(data))
  }
  return Object.fromEntries(graph.arguments.map(argument => [argument.name, literal(argument)]))
}

/** All outputs of a graph, one list of numbers each. */
function outputsOf(graph: Graph): Record<string, number[]> {
  const names = graphDims(graph)
  const bound = bindGraph(graph, names.includes('batch') ? DIMS : {})
  const { outputs } = interpret(bound, valuesFor(graph))
  return Object.fromEntries(Object.entries(outputs).map(([name, of]) => [name, [...of.values()]]))
}

/** The largest difference of two lists, relative to the largest number. */
function distance(a: readonly number[], b: readonly number[]): number {
  const size = Math.max(...[...a, ...b].map(Math.abs), 1e-3)
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / size
}

const spellings = Object.entries(formulas).flatMap(([name, formula]) =>
  Object.entries(formula.byHand).map(([spelling, body]) => ({ name, formula, spelling, body })),
)

describe.each(spellings)('$name as "$spelling"', ({ formula, body }) => {
  const byHand = modelOf(formula, body)
  const composite = modelOf(formula, formula.composite)
  const names = Object.keys(formula.inputs) as never[]

  it('becomes the graph that the composite makes', () => {
    const [own, meant] = [byHand, composite].map(of => stabilized(of, 'train').graph)
    expect(termOf(own!, 'loss')).toBe(termOf(meant!, 'loss'))
  })

  it('has the gradient of the composite, and that of what was written', () => {
    const through = (of: Model) => outputsOf(gradient(of, { of: 'loss', inputs: names }).graph)
    const raw = (of: Model) => outputsOf(rawGradient(of.graph, { of: 'loss', wrt: names }))
    const own = through(byHand)
    expect(Object.keys(own)).toHaveLength(names.length + 1)
    for (const other of [through(composite), raw(byHand), raw(composite)]) {
      for (const [name, values] of Object.entries(own)) {
        expect(distance(values, other[name]!), name).toBeLessThan(1e-12)
      }
    }
  })
})
