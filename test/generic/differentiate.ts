// One op under a microscope: its pullback and pushforward as graphs on known operands, and its
// value as a plain function, for the oracles to compare. Everything is computed in double.

import { pushforward } from '../../src/autodiff/forward.ts'
import { pullback } from '../../src/autodiff/reverse.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { evaluateOp } from '../../src/ir/evaluate.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import {
  type Draw,
  drawFrom,
  drawOperands,
  type Sample,
  type ShapeKind,
} from '../../src/ir/sample.ts'
import { constant } from '../../src/ops/creation.ts'
import { isFloat } from '../../src/support/dtype.ts'

/** An op with operands and attributes to run it on. */
export interface Trial {
  readonly op: Op
  readonly sample: Sample
  readonly operands: readonly Literal[]
  readonly draw: Draw
  readonly seed: number
  readonly kind: ShapeKind
}

/** A trial of an op. */
export function trial(op: Op, seed: number, kind: ShapeKind): Trial {
  const draw = drawFrom(seed, kind)
  const sample = op.samples(draw)
  const operands = drawOperands(sample, draw, op.kinks)
  return { op, sample, operands, draw, seed, kind }
}

/** A trial whose op has a float operand and a float result, or undefined where the op has none. */
export function differentiableTrial(op: Op, seed: number, kind: ShapeKind): Trial | undefined {
  for (let attempt = 0; attempt < 24; attempt++) {
    const found = promoted(trial(op, seed + 1000 * attempt, kind))
    const results = run(found, found.operands)
    const floats = found.operands.some(operand => isFloat(operand.dtype))
    if (floats && results.some(result => isFloat(result.dtype))) return found
  }
  return undefined
}

/**
 * The trial with f64 in place of f32: the constants of a derivative are rounded to their dtype when
 * they are made, so an f32 formula is only as good as f32 even when it is computed in double.
 */
function promoted(of: Trial): Trial {
  const operands = of.operands.map(operand =>
    operand.dtype === 'f32' ? operand.map(value => value, 'f64') : operand,
  )
  return { ...of, operands }
}

/** The results of the trial's op on other operands. */
export function run({ op, sample }: Trial, operands: readonly Literal[]): Literal[] {
  return evaluateOp(op, operands, sample.attributes, 'f64')
}

/**
 * A random direction of the type of `like`, of unit length over all of `likes`; undefined for
 * integers.
 */
export function direction(draw: Draw, likes: readonly Literal[]): (Literal | undefined)[] {
  const raw = likes.map(like =>
    isFloat(like.dtype) ? like.map(() => draw.normal(), like.dtype) : undefined,
  )
  const norm = Math.sqrt(raw.reduce((sum, t) => sum + (t === undefined ? 0 : dot(t, t)), 0)) || 1
  return raw.map(t => t?.map(value => value / norm))
}

/** Σ a·b. */
export function dot(a: Literal, b: Literal): number {
  let sum = 0
  for (let i = 0; i < a.size; i++) sum += a.at(i) * b.at(i)
  return sum
}

/** Σ over pairs that are there. */
export function dotAll(
  a: readonly (Literal | undefined)[],
  b: readonly (Literal | undefined)[],
): number {
  return a.reduce((sum, x, i) => {
    const y = b[i]
    return x === undefined || y === undefined ? sum : sum + dot(x, y)
  }, 0)
}

/** Σ |a·b|: the scale that rounding errors of `dotAll` have. */
export function dotScale(
  a: readonly (Literal | undefined)[],
  b: readonly (Literal | undefined)[],
): number {
  const absolute = (list: readonly (Literal | undefined)[]) => list.map(x => x?.map(Math.abs))
  return dotAll(absolute(a), absolute(b))
}

/** Operands moved by h along a direction. */
export function moved(
  operands: readonly Literal[],
  along: readonly (Literal | undefined)[],
  h: number,
): Literal[] {
  return operands.map((operand, i) => {
    const t = along[i]
    if (t === undefined) return operand
    const data = Float64Array.from({ length: operand.size }, (_, k) => operand.at(k) + h * t.at(k))
    return new Literal(operand.dtype, operand.shape, data)
  })
}

/** The trial's op in a graph: float operands are inputs `x0`, `x1` …, the others constants. */
export function graphOf({ op, sample, operands }: Trial) {
  const builder = new GraphBuilder('trial')
  const values = operands.map((operand, i) =>
    isFloat(operand.dtype) ? builder.input(`x${i}`, operand.type) : constant(builder, operand),
  )
  const results = builder.append(op, values, sample.attributes)
  const floats = operands.flatMap((operand, i) => (isFloat(operand.dtype) ? [i] : []))
  return { builder, values, results, floats }
}

/** Arguments for `graphOf`'s inputs. */
export function inputsOf(operands: readonly Literal[]): Record<string, Literal> {
  return Object.fromEntries(
    operands.flatMap((operand, i) => (isFloat(operand.dtype) ? [[`x${i}`, operand]] : [])),
  )
}

/** The first float result, which is the one whose cotangent is seeded. */
export function floatResult(results: readonly Value[]): Value {
  return results.find(result => isFloat(result.type.dtype))!
}

/** Cotangents of the operands by reverse mode; undefined where there is none. */
export function runPullback(of: Trial, ct: Literal): (Literal | undefined)[] {
  const { builder, values, results, floats } = graphOf(of)
  const wrt = floats.map(i => values[i]!)
  const found = pullback(builder, floatResult(results), constant(builder, ct), wrt)
  found.cotangents.forEach((value, k) => {
    if (value !== undefined) builder.output(`ct${floats[k]}`, value)
  })
  const { outputs } = interpret(builder.finish(), inputsOf(of.operands))
  return of.operands.map((_, i) => outputs[`ct${i}`])
}

/** The tangent of the float result by forward mode; undefined where it is zero. */
export function runPushforward(
  of: Trial,
  tangents: readonly (Literal | undefined)[],
): Literal | undefined {
  const { builder, values, results, floats } = graphOf(of)
  // An operand without a tangent is not perturbed, which is not the same as a tangent of zero.
  const perturbed = new Map(
    floats.flatMap(i => {
      const t = tangents[i]
      return t === undefined ? [] : [[values[i]!.id, constant(builder, t)] as const]
    }),
  )
  const found = pushforward(builder, [floatResult(results)], perturbed)
  const tangent = found.tangents[0]
  if (tangent === undefined) return undefined
  builder.output('tangent', tangent)
  return interpret(builder.finish(), inputsOf(of.operands)).outputs.tangent
}
