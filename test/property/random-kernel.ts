// Random well-formed kernels, as fast-check arbitraries: a kernel is read off a list of numbers,
// each one choice, so that shrinking drops choices and lowers them. Loops kernels have parallel
// axes, accumulators, nested `over` and `serial` loops, rows, recurrences and scattered stores;
// contracts have roles of every number of axes, ragged extents, windows and epilogues.

import fc from 'fast-check'
import {
  type Axis,
  addIndex,
  axisIndex,
  flatIndex,
  type Index,
  index,
  scaleIndex,
  valueIndex,
} from '../../src/kernel/index.ts'
import type {
  Acc,
  Combine,
  Contract,
  Kernel,
  Loop,
  Loops,
  Param,
  Row,
  Stmt,
  Store,
} from '../../src/kernel/kernel.ts'
import * as s from '../../src/kernel/scalar.ts'
import { printKernels } from '../../src/kernel/text.ts'
import type { DTypeName } from '../../src/support/dtype.ts'
import { elementOf, oneOf, type Pick, type Scope, scalarOf } from './random-scalar.ts'

/** A random kernel; a failing property shows it as text. */
export interface RandomKernel {
  readonly kernel: Kernel
}

/** What a kernel is made of while it grows. */
interface Making {
  readonly params: Param[]
  readonly rows: Row[]
  count: number
}

/** Where statements stand. */
interface Place extends Scope {
  /** Axes that a store has to tell apart: parallel ones and those of `over` loops. */
  readonly apart: readonly Axis[]
  /** Those of `over` loops alone: iterations share the rows of their point. */
  readonly over: readonly Axis[]
  readonly depth: number
}

/** Long ones are for loops that a backend takes in turns or moves inside others. */
const EXTENTS = [2, 3, 1, 5, 4, 7, 9, 0, 17, 8]

function choices(numbers: readonly number[]): Pick {
  let next = 0
  return below => (numbers[next++] ?? 0) % below
}

const fresh = (making: Making, letter: string) => `${letter}${making.count++}`

const newAxis = (making: Making, pick: Pick, extents: readonly number[] = EXTENTS): Axis => ({
  name: fresh(making, 'i'),
  extent: oneOf(pick, extents),
})

const newAxes = (making: Making, pick: Pick, count: number, extents?: readonly number[]) =>
  Array.from({ length: count }, () => newAxis(making, pick, extents))

/** A parameter to read of every dtype, and a second one of floats. */
function newReads(making: Making, pick: Pick): readonly Param[] {
  const types: readonly DTypeName[] = ['f32', 'f64', 'i32', 'u32', 'bool', 'f32', 'f64']
  return types.map(type => {
    const shape = Array.from({ length: 1 + pick(3) }, () => oneOf(pick, [3, 2, 5, 1, 4]))
    return { name: fresh(making, 'x'), access: 'read', type, shape }
  })
}

/** A random loops kernel. */
function loopsFrom(numbers: readonly number[]): Loops {
  const pick = choices(numbers)
  const making: Making = { params: [], rows: [], count: 0 }
  const reads = newReads(making, pick)
  const parallel = newAxes(making, pick, pick(4))
  const float = oneOf(pick, ['f32', 'f64'] as const)
  const place: Place = {
    pick,
    float,
    axes: parallel,
    reads,
    known: [],
    apart: parallel,
    over: [],
    depth: 0,
  }
  const body = block(making, place)
  const params = [...reads, ...making.params]
  return { kind: 'kernel', name: 'random', params, parallel, rows: making.rows, body }
}

type Form = (
  making: Making,
  place: Place,
) => { readonly stmts: readonly Stmt[]; readonly known?: readonly s.Scalar[] }

/** A few statements, of which the last one stores: a kernel has to store something. */
function block(making: Making, place: Place): readonly Stmt[] {
  const { pick } = place
  const forms = place.depth < 2 ? FORMS : [storing]
  let inside = place
  const stmts: Stmt[] = []
  for (let left = pick(3); left > 0; left--) {
    const made = oneOf(pick, forms)(making, inside)
    stmts.push(...made.stmts)
    inside = { ...inside, known: [...inside.known, ...(made.known ?? [])] }
  }
  return [...stmts, ...storing(making, inside).stmts]
}

/** One or two stores, each to a parameter of its own. */
function storing(making: Making, place: Place): { stmts: readonly Store[] } {
  return { stmts: Array.from({ length: 1 + place.pick(2) }, () => oneStore(making, place)) }
}

/** A store, mostly of what is known last and something else; some change what is there. */
function oneStore(making: Making, place: Place): Store {
  const { pick } = place
  const last = pick(4) === 3 ? undefined : place.known.at(-1)
  const type = last?.type ?? oneOf(pick, [place.float, 'f32', 'f64', 'i32', 'u32', 'bool'] as const)
  const { shape, at } = target(pick, place.apart)
  const name = fresh(making, 'y')
  const isUpdate = pick(3) === 2
  const drawn = scalarOf(place, type, 3)
  const value = last === undefined ? drawn : joined(last, drawn)
  making.params.push({ name, access: isUpdate ? 'update' : 'write', type, shape })
  const stored = isUpdate ? joined(s.load(type, name, at), value) : value
  return { kind: 'store', buffer: name, index: at, value: stored }
}

function joined(a: s.Scalar, b: s.Scalar): s.Scalar {
  return a.type === 'bool' ? s.op('xor', [a, b]) : s.add(a, b)
}

/** Elements that differ for all points of `axes`: permuted, reversed, spread out, or in one row. */
function target(
  pick: Pick,
  axes: readonly Axis[],
): { shape: readonly number[]; at: readonly Index[] } {
  const turn = pick(axes.length + 1)
  const order = [...axes.slice(turn), ...axes.slice(0, turn)]
  if (pick(4) === 3 && order.every(({ extent }) => extent > 0)) {
    const extents = order.map(({ extent }) => extent)
    const size = extents.reduce((a, b) => a * b, 1)
    return { shape: [size], at: [flatIndex(order.map(axisIndex), extents)] }
  }
  const dims = order.map(axis => {
    const form = pick(4)
    const e = axisIndex(axis)
    if (form === 2) return { extent: axis.extent, e: addIndex(index(axis.extent - 1), e, -1) }
    if (form === 3) return { extent: 2 * axis.extent + 1, e: addIndex(scaleIndex(e, 2), index(1)) }
    return { extent: axis.extent, e }
  })
  return { shape: dims.map(({ extent }) => extent), at: dims.map(({ e }) => e) }
}

/** A loop with one to three accumulators, and perhaps statements inside. */
function looping(
  making: Making,
  place: Place,
): { stmts: readonly Stmt[]; known: readonly s.Scalar[] } {
  const { pick } = place
  const order = oneOf(pick, ['over', 'serial'] as const)
  const axes = newAxes(making, pick, 1 + pick(2))
  const inside: Place = {
    ...place,
    axes: [...place.axes, ...axes],
    apart: order === 'over' ? [...place.apart, ...axes] : place.apart,
    over: order === 'over' ? [...place.over, ...axes] : place.over,
    depth: place.depth + 1,
  }
  const accs = Array.from({ length: 1 + pick(3) }, () => accumulator(making, inside))
  const body = pick(3) === 2 ? block(making, inside) : []
  const known = accs.flatMap(one => [
    s.acc(one.value.type, one.name),
    ...(one.at === undefined ? [] : [s.acc('i32', one.at.name)]),
  ])
  return { stmts: [{ kind: 'loop', order, axes, accs, body }], known }
}

/** Positions are of values that every backend has bit for bit. */
function accumulator(making: Making, place: Place): Acc {
  const { pick } = place
  const combine = oneOf(pick, ['+', 'max', 'min', '*', '|', '&'] as const satisfies Combine[])
  const name = fresh(making, 's')
  if (combine === '|' || combine === '&') {
    return { name, combine, value: scalarOf(place, 'bool', 2), at: undefined }
  }
  const type = oneOf(pick, [place.float, 'i32', 'f64', 'u32'] as const)
  const hasAt = (combine === 'max' || combine === 'min') && pick(2) === 1
  if (hasAt) {
    const at = { name: fresh(making, 'p'), value: scalarOf(place, 'i32', 1) }
    return { name, combine, value: elementOf({ ...place, known: [] }, type), at }
  }
  const value = scalarOf(place, type, 2)
  const isSmall = combine !== '*' || type === 'i32' || type === 'u32'
  return { name, combine, value: isSmall ? value : s.tanh(value), at: undefined }
}

/** A row that is filled, then scanned by a recurrence, then read. */
function scanning(
  making: Making,
  place: Place,
): { stmts: readonly Stmt[]; known: readonly s.Scalar[] } {
  const { pick, float } = place
  const name = fresh(making, 'r')
  const extent = oneOf(pick, [3, 2, 5, 1])
  making.rows.push({ name, type: float, shape: [...place.over.map(axis => axis.extent), extent] })
  const own = place.over.map(axisIndex)
  const element = (at: Index, fill?: s.Scalar) => s.load(float, name, [...own, at], fill)
  const loop = (order: Loop['order'], valueAt: (axis: Axis) => s.Scalar): Loop => {
    const axis = { name: fresh(making, 'i'), extent }
    const index = [...own, axisIndex(axis)]
    const body: Stmt[] = [{ kind: 'store', buffer: name, index, value: valueAt(axis) }]
    return { kind: 'loop', order, axes: [axis], accs: [], body }
  }
  const filled = loop('over', axis => scalarOf({ ...place, axes: [...place.axes, axis] }, float, 2))
  const scanned = loop('serial', axis => {
    const at = axisIndex(axis)
    const before = element(addIndex(at, index(-1)), s.constant(float, 0))
    return s.add(s.tanh(before), element(at))
  })
  const known = [element(index(pick(extent)))]
  return { stmts: pick(2) === 0 ? [filled] : [filled, scanned], known }
}

/** A result that one loop stores, and the next one gathers in the other direction. */
function passing(
  making: Making,
  place: Place,
): { stmts: readonly Stmt[]; known?: readonly s.Scalar[] } {
  // Iterations around the loops would share the result.
  if (place.depth > 0) return looping(making, place)
  const { pick, float } = place
  const extent = oneOf(pick, [3, 17, 8, 1])
  const { shape, at } = target(pick, place.apart)
  const name = fresh(making, 'y')
  making.params.push({ name, access: 'write', type: float, shape: [...shape, extent] })
  const [first, second] = [newAxis(making, pick, [extent]), newAxis(making, pick, [extent])]
  const value = scalarOf({ ...place, axes: [...place.axes, first] }, float, 2)
  const position = [...at, axisIndex(first)]
  const store: Store = { kind: 'store', buffer: name, index: position, value }
  const turned = addIndex(index(extent - 1), axisIndex(second), -1)
  const element = s.load(float, name, [...at, turned])
  const combine = oneOf(pick, ['+', 'max'] as const)
  const acc: Acc = { name: fresh(making, 's'), combine, value: element, at: undefined }
  const loops: Stmt[] = [
    { kind: 'loop', order: 'over', axes: [first], accs: [], body: [store] },
    { kind: 'loop', order: 'over', axes: [second], accs: [acc], body: [] },
  ]
  return { stmts: loops, known: [s.acc(float, acc.name)] }
}

/** Stores at positions that are loaded, one after another; those outside store nothing. */
function scattering(making: Making, place: Place): { stmts: readonly Stmt[] } {
  const { pick, float } = place
  const axis = newAxis(making, pick)
  const inside = { ...place, axes: [...place.axes, axis] }
  const { shape, at } = target(pick, place.apart)
  const name = fresh(making, 'y')
  making.params.push({ name, access: 'update', type: float, shape: [5, ...shape] })
  const position = valueIndex(elementOf(inside, 'i32'))
  const before = s.load(float, name, [position, ...at], s.constant(float, 0))
  const value = s.add(before, scalarOf(inside, float, 2))
  const store: Store = { kind: 'store', buffer: name, index: [position, ...at], value }
  return { stmts: [{ kind: 'loop', order: 'serial', axes: [axis], accs: [], body: [store] }] }
}

const FORMS: readonly Form[] = [storing, looping, looping, scanning, scattering, passing]

const ROLE_EXTENTS = [3, 8, 1, 5, 17, 4, 33, 2]

/** A random contract. */
function contractFrom(numbers: readonly number[]): Contract {
  const pick = choices(numbers)
  const making: Making = { params: [], rows: [], count: 0 }
  const reads = newReads(making, pick)
  const role = (most: number, extents = ROLE_EXTENTS) =>
    newAxes(making, pick, pick(most + 1), extents)
  const [batch, rows, cols, over] = [role(1, [2, 3, 1]), role(2), role(2), role(2)] as const
  const float = oneOf(pick, ['f32', 'f64'] as const)
  const scope: Scope = { pick, float, axes: [], reads, known: [] }
  const factor = (axes: readonly Axis[]) => factorOf(making, { ...scope, axes })
  const left = factor([...batch, ...rows, ...over])
  const right = factor([...batch, ...over, ...cols])
  const apart = [...batch, ...rows, ...cols]
  const known = [s.acc(float, 'total')]
  const place: Place = { ...scope, axes: apart, known, apart, over: [], depth: 0 }
  const { stmts } = storing(making, place)
  const params = [...reads, ...making.params]
  return {
    kind: 'contract',
    name: 'random',
    params,
    batch,
    rows,
    cols,
    over,
    acc: 'total',
    left,
    right,
    body: stmts,
  }
}

/** A matrix of the axes in some order, a window of one, or what an expression makes of elements. */
function factorOf(making: Making, scope: Scope): s.Scalar {
  const { pick, float, axes } = scope
  const form = pick(4)
  if (form === 3) return scalarOf(scope, float, 2)
  const { shape, at } = target(pick, axes)
  const name = fresh(making, 'x')
  making.params.push({ name, access: 'read', type: float, shape })
  const plain = s.load(float, name, at)
  if (form === 2) return s.mul(plain, scalarOf(scope, float, 1))
  if (form === 0 || at.length === 0) return plain
  const moved = at.map((e, d) => (d === 0 ? addIndex(e, index(-1)) : e))
  return s.load(float, name, moved, s.constant(float, 0))
}

function arbitrary(make: (numbers: readonly number[]) => Kernel): fc.Arbitrary<RandomKernel> {
  return fc.array(fc.nat(1000), { minLength: 40, maxLength: 240, size: 'max' }).map(numbers => {
    const kernel = make(numbers)
    return {
      kernel,
      [fc.toStringMethod]: () => `\n${printKernels({ programs: [], kernels: [kernel] })}`,
    }
  })
}

/** Random loops kernels. */
export const randomLoops: fc.Arbitrary<RandomKernel> = arbitrary(loopsFrom)

/** Random contracts. */
export const randomContract: fc.Arbitrary<RandomKernel> = arbitrary(contractFrom)
