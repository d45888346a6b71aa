// Contractions over every small arrangement of axes: numbers of batch, free and contracted axes on
// either side, in shuffled order. The derivative of each is checked by the adjoint identity.

import { describe, expect, it } from 'vitest'
import { Literal } from '../../src/ir/literal.ts'
import { drawFrom } from '../../src/ir/sample.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { random } from '../../src/support/random.ts'
import {
  dot,
  dotAll,
  run,
  runPullback,
  runPushforward,
  type Trial,
} from '../generic/differentiate.ts'

const COUNTS = [0, 1, 2]
const SIZES = { batch: [2, 3], contract: [4, 2], left: [3, 2], right: [2, 5] }

interface Counts {
  readonly batch: number
  readonly contract: number
  readonly left: number
  readonly right: number
}

const forms: Counts[] = COUNTS.flatMap(batch =>
  COUNTS.flatMap(contract =>
    COUNTS.flatMap(left => COUNTS.map(right => ({ batch, contract, left, right }))),
  ),
).filter(({ batch }) => batch < 2)

/** An operand's shape in shuffled order, and where its batch and contracted axes went. */
function operandOf(counts: Counts, free: 'left' | 'right', seed: number) {
  const kinds = (['batch', 'contract', free] as const).flatMap(kind =>
    SIZES[kind].slice(0, counts[kind]).map((size, i) => ({ kind, i, size })),
  )
  const shuffled = random(seed).shuffle(kinds)
  const placesOf = (kind: string) =>
    shuffled
      .map((axis, place) => ({ ...axis, place }))
      .filter(axis => axis.kind === kind)
      .sort((a, b) => a.i - b.i)
      .map(axis => axis.place)
  const stream = random(seed + 1)
  const shape = shuffled.map(axis => axis.size)
  const literal = Literal.full('f64', shape, 0).map(() => stream.uniform(-1, 1))
  return { literal, batch: placesOf('batch'), contract: placesOf('contract') }
}

function trialOf(counts: Counts, seed: number): Trial {
  const [x, y] = [operandOf(counts, 'left', seed), operandOf(counts, 'right', seed + 7)]
  const attributes = { batch: [x.batch, y.batch], contract: [x.contract, y.contract] }
  const operands = [x.literal, y.literal]
  const sample = { operands: operands.map(({ type }) => ({ type })), attributes }
  return { op: matmul.op, sample, operands, draw: drawFrom(seed), seed, kind: 'any' }
}

describe.each(forms)('a contraction with $batch batch, $contract contracted axes', counts => {
  it(`and ${counts.left} and ${counts.right} free ones has one derivative in both modes`, () => {
    for (const seed of [1, 2, 3]) {
      const trial = trialOf(counts, seed)
      const stream = random(seed + 20)
      const noise = (like: Literal) => like.map(() => stream.uniform(-1, 1))
      const [ct, t] = [noise(run(trial, trial.operands)[0]!), trial.operands.map(noise)]
      const reverse = dotAll(runPullback(trial, ct), t)
      const forward = dot(ct, runPushforward(trial, t)!)
      expect(Math.abs(reverse - forward)).toBeLessThan(1e-12 * (1 + Math.abs(forward)) * 100)
    }
  })
})
