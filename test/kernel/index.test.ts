// Index expressions: normal form, ranges, and the property that no rule changes a value.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Axis,
  addIndex,
  axisIndex,
  type Division,
  divide,
  flatIndex,
  type Index,
  index,
  range,
  scaleIndex,
  unflatIndex,
  valueIndex,
} from '../../src/kernel/index.ts'
import { constant } from '../../src/kernel/scalar.ts'
import { runs } from '../counts.ts'

const i: Axis = { name: 'i', extent: 6 }
const j: Axis = { name: 'j', extent: 5 }
const [I, J] = [axisIndex(i), axisIndex(j)]
const plus = (...parts: Index[]) => parts.reduce((a, b) => addIndex(a, b))

describe('normal form', () => {
  test('sums are one object in whatever order they are made', () => {
    expect(plus(I, J, index(2))).toBe(plus(index(2), J, I))
    expect(addIndex(plus(I, J), J, -1)).toBe(I)
    expect(scaleIndex(I, 0)).toBe(index(0))
  })

  test('multiples leave a quotient, and a remainder drops them', () => {
    const e = plus(scaleIndex(I, 5), J, index(10))
    expect(divide('div', e, 5)).toBe(plus(I, index(2)))
    expect(divide('mod', e, 5)).toBe(J)
  })

  test('digits below a common factor leave a quotient', () => {
    const e = plus(scaleIndex(I, 5), J)
    expect(divide('div', e, 10)).toBe(divide('div', I, 2))
    expect(divide('mod', e, 10)).toBe(plus(scaleIndex(divide('mod', I, 2), 5), J))
  })

  test('a quotient of a quotient is one', () => {
    expect(divide('div', divide('div', I, 2), 2)).toBe(divide('div', I, 4))
  })

  test('an exact quotient of a multiple is that; of another it stays', () => {
    expect(divide('exact', scaleIndex(plus(I, J), 2), 2)).toBe(plus(I, J))
    expect(divide('exact', I, 2).terms[0]?.of.kind).toBe('exact')
    expect(divide('exact', index(3), 2).terms[0]?.of.kind).toBe('exact')
  })

  test('does not depend on what was interned before', () => {
    const [z, a] = [
      axisIndex({ name: 'later_z', extent: 3 }),
      axisIndex({ name: 'later_a', extent: 3 }),
    ]
    const names = plus(z, a).terms.map(({ of }) => (of.kind === 'axis' ? of.axis.name : ''))
    expect(names).toEqual(['later_a', 'later_z'])
    const [nine, two] = [valueIndex(constant('i32', 9)), valueIndex(constant('i32', 2))]
    expect(plus(nine, two).terms.map(({ of }) => of.kind === 'value' && of.value)).toEqual([
      constant('i32', 2),
      constant('i32', 9),
    ])
  })
})

/** An expression written down twice: as an index, and as what it means. */
interface Written {
  readonly made: Index
  readonly at: (i: number, j: number) => number
}

const divisions: Readonly<Record<Division, (a: number, by: number) => number>> = {
  div: (a, by) => Math.floor(a / by),
  mod: (a, by) => a - by * Math.floor(a / by),
  exact: (a, by) => (a % by === 0 ? a / by : Number.NaN),
}

const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.constant<Written>({ made: I, at: i => i }),
  fc.constant<Written>({ made: J, at: (_, j) => j }),
  fc.integer({ min: -20, max: 20 }).map<Written>(n => ({ made: index(n), at: () => n })),
)

const { written } = fc.letrec<{ written: Written }>(tie => ({
  written: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.tuple(tie('written'), tie('written')).map<Written>(([a, b]) => ({
      made: addIndex(a.made, b.made),
      at: (i, j) => a.at(i, j) + b.at(i, j),
    })),
    fc.tuple(tie('written'), fc.integer({ min: -12, max: 12 })).map<Written>(([a, n]) => ({
      made: scaleIndex(a.made, n),
      at: (i, j) => (n === 0 ? 0 : n * a.at(i, j)),
    })),
    fc
      .tuple(
        fc.constantFrom<Division>('div', 'mod', 'exact'),
        tie('written'),
        fc.integer({ min: 1, max: 12 }),
      )
      .map<Written>(([kind, a, by]) => ({
        made: divide(kind, a.made, by),
        at: (i, j) => divisions[kind](a.at(i, j), by),
      })),
  ),
}))

/** The value of a normalized index, NaN where it divides inexactly. */
function evaluate(e: Index, at: ReadonlyMap<string, number>): number {
  return e.terms.reduce((sum, { scale, of }) => {
    if (of.kind === 'value') throw new Error('no values here')
    if (of.kind === 'axis') return sum + scale * at.get(of.axis.name)!
    return sum + scale * divisions[of.kind](evaluate(of.of, at), of.by)
  }, e.constant)
}

function positions(): (readonly [number, number])[] {
  const all = Array.from({ length: i.extent * j.extent }, (_, n) => n)
  return all.map(n => [Math.floor(n / j.extent), n % j.extent] as const)
}

describe('positions in row-major order', () => {
  test('are those that their own index gives, under any shape', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
    const property = fc.property(shape, shape, (from, to) => {
      const at = from.map((extent, d) => axisIndex({ name: `a${d}`, extent }))
      const position = flatIndex(at, from)
      expect(flatIndex(unflatIndex(position, to), to)).toBe(position)
    })
    fc.assert(property, runs({ test: 500, ci: 1000 }))
  })

  test('come from a quotient and a remainder that belong together, scaled or not', () => {
    const e = plus(scaleIndex(I, 4), scaleIndex(J, 3))
    const [quotient, rest] = [divide('div', e, 7), divide('mod', e, 7)]
    expect(plus(scaleIndex(quotient, 7), rest)).toBe(e)
    expect(plus(scaleIndex(quotient, 21), I, scaleIndex(rest, 3))).toBe(plus(scaleIndex(e, 3), I))
    expect(plus(scaleIndex(quotient, 6), rest)).not.toBe(e)
  })
})

describe('random expressions', () => {
  test('keep their value in normal form wherever it is defined', () => {
    fc.assert(
      fc.property(written, ({ made, at }) => {
        for (const [a, b] of positions()) {
          const want = at(a, b)
          const got = evaluate(
            made,
            new Map([
              ['i', a],
              ['j', b],
            ]),
          )
          // Cancelling terms may define what was undefined, never the other way round.
          if (!Number.isNaN(want)) expect(got).toBe(want + 0)
        }
      }),
      runs({ test: 500, ci: 1000 }),
    )
  })

  test('have every value inside their range', () => {
    fc.assert(
      fc.property(written, ({ made }) => {
        const [low, high] = range(made)
        for (const [a, b] of positions()) {
          const value = evaluate(
            made,
            new Map([
              ['i', a],
              ['j', b],
            ]),
          )
          if (Number.isNaN(value)) continue
          expect(value).toBeGreaterThanOrEqual(low)
          expect(value).toBeLessThanOrEqual(high)
        }
      }),
      runs({ test: 500, ci: 1000 }),
    )
  })
})
