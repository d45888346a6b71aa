// How a block of a factor gets into its panels. Panel after panel holds so many positions of the
// factor side by side, for one step of the sum after the other. Elements are read in the order in
// which they lie in memory: by positions, by steps, or, where whole groups of positions lie side by
// side, by steps and groups.

import { type Axis, addIndex, axisIndex, index, scaleIndex } from '../../kernel/index.ts'
import type { Stmt, Store } from '../../kernel/kernel.ts'
import type { Scalar } from '../../kernel/scalar.ts'
import { Rewriter } from '../../kernel/substitute.ts'
import type { Blocking } from './blocking.ts'
import type { Beside, Span } from './body.ts'
import type { Place } from './expression.ts'
import { nest } from './nest.ts'
import { strideAlong } from './stride.ts'

/** A factor to be packed. */
export interface Factor extends Pick<Blocking, 'cut'> {
  readonly value: Scalar
  /** The axes of its own positions within a block. */
  readonly own: readonly Axis[]
  /** The axes of the steps within a block. */
  readonly over: readonly Axis[]
  /** Positions side by side in a panel. */
  readonly unit: number
  /** What the code calls the panels. */
  readonly panel: string
}

/** Loops that visit a block, and the lines that put elements into panels of `size` elements. */
export interface Packing {
  /** The line before everything else. */
  readonly before: string
  readonly stmts: readonly Stmt[]
  readonly put: (text: string, store: Store) => readonly string[]
  readonly beside: ReadonlyMap<string, Beside>
  /** The positions of the cut axis, where the loops visit something else than all of them. */
  readonly spans: (bounds: readonly [from: string, to: string]) => ReadonlyMap<string, Span>
}

/** The way to pack a factor. */
export function packingOf(factor: Factor, places: ReadonlyMap<string, Place>): Packing {
  const { value, own, over, unit, cut } = factor
  const inner = own.at(-1)!
  const isBeside = strideAlong([value], inner, places) === 1
  const isByStep = isBeside && strideAlong([value], over.at(-1)!, places) !== 1
  if (!isByStep) return byPosition(factor)
  const isWhole = cut?.axis !== inner || cut.step % unit === 0
  return inner.extent % unit === 0 && isWhole ? byGroup(factor) : byStep(factor)
}

const storeOf = (value: Scalar, lane = 0): Store => ({
  kind: 'store',
  buffer: '',
  index: [index(lane)],
  value,
})

/** Where position i of a panel row lies, from the row of its step on. */
const lane = (unit: number) => `(i >> ${Math.log2(unit)}) * size + (i & ${unit - 1})`

const none = () => new Map<string, Span>()

function byPosition({ value, own, over, unit, panel }: Factor): Packing {
  const outer: Beside = { before: [`let p = ${lane(unit)}`, 'i++'], after: [] }
  return {
    before: 'let i = 0',
    stmts: nest([...own, ...over], [storeOf(value)]),
    put: text => [`${panel}[p] = ${text}`, `p += ${unit}`],
    beside: new Map([[over[0]!.name, outer]]),
    spans: none,
  }
}

function byStep({ value, own, over, unit, panel }: Factor): Packing {
  return {
    before: 'let p = 0',
    stmts: nest([...over, ...own], [storeOf(value)]),
    put: text => [`${panel}[p + ${lane(unit)}] = ${text}`, 'i++'],
    beside: new Map([[own[0]!.name, { before: ['let i = 0'], after: [`p += ${unit}`] }]]),
    spans: none,
  }
}

/** The innermost axis in groups of a unit: one group of one step is one row of a panel. */
function byGroup({ value, own, over, unit, panel, cut }: Factor): Packing {
  const inner = own.at(-1)!
  const groups: Axis = { name: inner.name, extent: inner.extent / unit }
  const stores = Array.from({ length: unit }, (_, at) => {
    const position = addIndex(scaleIndex(axisIndex(groups), unit), index(at))
    const axis = (one: Axis) => (one.name === inner.name ? position : axisIndex(one))
    return storeOf(new Rewriter({ axis }).scalar(value), at)
  })
  const shift = Math.log2(unit)
  return {
    before: 'let p = 0',
    stmts: nest([...over, ...own.slice(0, -1), groups], stores),
    put: (text, store) => {
      const at = store.index[0]!.constant
      const line = `${panel}[${at === 0 ? 'l' : `l + ${at}`}] = ${text}`
      return at === unit - 1 ? [line, 'l += size'] : [line]
    },
    beside: new Map([[own[0]!.name, { before: ['let l = p'], after: [`p += ${unit}`] }]]),
    spans: ([from, to]) =>
      cut?.axis === inner
        ? new Map([[inner.name, { from: `${from} >> ${shift}`, to: `${to} >> ${shift}` }]])
        : none(),
  }
}
