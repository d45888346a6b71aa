// What every op must satisfy on js, with no code per op: as a program it gives what it means, and
// so does its gradient. Operands are of every shape kind, every rank up to six and every dtype that
// the op takes, with NaN, infinities, -0 and the smallest numbers among them. Random bits, integers
// and moved elements are exact; floats lie within the table of tolerances.

import assert from 'node:assert/strict'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import { valueTypes } from '../../src/ir/printer.ts'
import {
  type Draw,
  drawFrom,
  drawOperands,
  type OperandSample,
  SHAPE_KINDS,
} from '../../src/ir/sample.ts'
import { printType } from '../../src/ir/type.ts'
import { isFloat } from '../../src/support/dtype.ts'
import type { Arguments } from '../lower/run.ts'
import type { Check } from './checks.ts'
import * as d from './differentiate.ts'
import { runOnJs } from './on-js.ts'
import { differentiable, lossOf, unit } from './symbolic.ts'
import { difference, type ErrorClass, errorClassOf, stored } from './tolerances.ts'

/** Shapes of one rank as far as the op takes it. */
function drawOfRank(seed: number, rank: number): Draw {
  const draw = drawFrom(seed)
  const shape = (least = 0, most = 6) =>
    Array.from({ length: Math.min(most, Math.max(least, rank)) }, () => draw.pick([2, 1, 3]))
  return { ...draw, shape }
}

/** Seeds among which every dtype and option of an op turns up. */
const VARIANT_SEEDS = 80

/** A draw per combination of dtypes and attributes that differ in kind. */
function variantDraws(op: Op): Draw[] {
  const seeds = new Map<string, number>()
  for (let seed = 0; seed < VARIANT_SEEDS; seed++) {
    const { operands, attributes } = op.samples(drawFrom(seed))
    const chosen = Object.values(attributes).filter(value => typeof value !== 'number')
    const flags = chosen.filter(value => !Array.isArray(value) && !(value instanceof Literal))
    const key = JSON.stringify([operands.map(({ type }) => type.dtype), flags])
    if (!seeds.has(key)) seeds.set(key, seed)
  }
  return [...seeds.values()].map(seed => drawFrom(seed))
}

function* draws(op: Op, seed: number, repeats: number): Iterable<[where: string, draw: Draw]> {
  assert(repeats > 0, 'a check without a trial would pass whatever the op does')
  for (let from = seed; from < seed + repeats; from++) {
    for (const kind of SHAPE_KINDS) yield [`shapes "${kind}", seed ${from}`, drawFrom(from, kind)]
  }
  for (let rank = 0; rank <= 6; rank++) {
    yield [`rank ${rank}, seed ${seed}`, drawOfRank(seed, rank)]
  }
  for (const [i, draw] of variantDraws(op).entries()) yield [`variant ${i}`, draw]
}

const SPECIAL_FLOATS = [Number.NaN, Infinity, -Infinity, -0, 0, 1, 1e-40, -5e-324]
const SPECIAL_INTEGERS = { i32: [2 ** 31 - 1, -(2 ** 31), -1, 0], u32: [2 ** 32 - 1, 2 ** 31, 0] }

/** The operand with some of its elements special; positions and given values stay. */
function withSpecials(operand: Literal, { value, low }: OperandSample, draw: Draw): Literal {
  const { dtype } = operand
  if (value !== undefined || dtype === 'bool') return operand
  if (!isFloat(dtype) && low !== undefined) return operand
  const specials = isFloat(dtype) ? SPECIAL_FLOATS : SPECIAL_INTEGERS[dtype as 'i32' | 'u32']
  return operand.map(element => (draw.uniform() < 0.4 ? draw.pick(specials) : element))
}

/** A graph of one node, every operand an input. */
function graphOf(op: Op, operands: readonly Literal[], attributes: d.Trial['sample']): Graph {
  const builder = new GraphBuilder('trial')
  const values = operands.map(({ type }, i) => builder.input(`x${i}`, type))
  builder.append(op, values, attributes.attributes).forEach((result, i) => {
    builder.output(`out${i}`, result)
  })
  return builder.finish()
}

const named = (operands: readonly Literal[]): Arguments =>
  Object.fromEntries(operands.map((operand, i) => [`x${i}`, operand]))

/** The program gives what the op means, on ordinary and on special operands. */
export const checkJs: Check = (op, seed, repeats) => {
  for (const [where, draw] of draws(op, seed, repeats)) {
    const sample = op.samples(draw)
    const ordinary = drawOperands(sample, draw, op.kinks).map(stored)
    const special = ordinary.map((x, i) => stored(withSpecials(x, sample.operands[i]!, draw)))
    const graph = graphOf(op, ordinary, sample)
    for (const operands of [ordinary, special]) {
      within(`${describe(op, operands, sample)}, ${where}`, () =>
        expectMeaning(graph, named(operands), errorClassOf(op)),
      )
    }
  }
  return 'pass'
}

/** The program of the gradient gives what the gradient means; "none" where there is none. */
export const checkJsGradient: Check = (op, seed, repeats) => {
  let outcome: 'pass' | 'none' = 'none'
  for (const [where, draw] of draws(op, seed, repeats)) {
    const sample = op.samples(draw)
    const operands = drawOperands(sample, draw, op.kinks).map(stored)
    const trial: d.Trial = { op, sample, operands, draw, seed, kind: 'any' }
    const wrt = differentiable(trial)
    if (wrt.length === 0) continue
    outcome = 'pass'
    const weights = d.run(trial, operands).map(({ shape, size }, i) => [`w${i}`, unit(shape, size)])
    const types = operands.map(({ type }) => type)
    const graph = gradient(lossOf(trial, { types, attributes: sample.attributes }), {
      of: 'loss',
      wrt,
    })
    within(`the gradient of ${describe(op, operands, sample)}, ${where}`, () =>
      expectMeaning(graph, { ...named(operands), ...Object.fromEntries(weights) }, 'graph'),
    )
  }
  return outcome
}

function expectMeaning(graph: Graph, given: Arguments, errorClass: ErrorClass): void {
  const got = runOnJs(graph, given).outputs
  const isNarrow = [...valueTypes(graph).values()].some(({ dtype }) => dtype === 'f32')
  for (const [name, wanted] of Object.entries(interpret(graph, given).outputs)) {
    const narrowest = isNarrow ? 'f32' : wanted.dtype
    const found = difference(got[name]!, wanted, errorClass, narrowest)
    assert(found === undefined, `${name}: ${found}`)
  }
}

function describe(op: Op, operands: readonly Literal[], { attributes }: d.Trial['sample']): string {
  const types = operands.map(({ type }) => printType(type)).join(', ')
  return `${op.name}(${types}) ${JSON.stringify(attributes)}`
}

/** Runs a check; a failure names the op, its operands and what repeats it. */
function within(where: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${where}: ${message}`, { cause: error })
  }
}
