// The kernels and launches of a program. Kernels that are equal but for their names are one:
// parameters and axes are named by position, expressions are interned, so comparing ids is enough.

import type { ValueId } from '../ir/graph.ts'
import type { Axis } from '../kernel/index.ts'
import type { Contract, Kernel, Loops, Param, Stmt } from '../kernel/kernel.ts'
import type { Launch } from '../kernel/program.ts'
import type { Draft } from './draft.ts'
import { identifier, NameTable } from './names.ts'
import { originOfLaunch } from './origin.ts'
import type { Places } from './places.ts'
import { isMadeBy, type Value, type Values } from './values.ts'

/** A kernel as its writer leaves it. */
export interface Written {
  readonly draft: Draft
  readonly kernel: Omit<Loops, 'name' | 'params'> | Omit<Contract, 'name' | 'params'>
  /** The values that it stores. */
  readonly roots: readonly ValueId[]
}

/** Collects launches in order, and the kernels they run. */
export class KernelTable {
  readonly kernels: Kernel[] = []
  readonly launches: Launch[] = []
  readonly #values: Values
  readonly #places: Places
  readonly #known = new Map<string, Kernel>()
  readonly #names = new NameTable()

  constructor(values: Values, places: Places) {
    this.#values = values
    this.#places = places
  }

  /** Adds a launch of the kernel. */
  add({ draft, kernel, roots }: Written): void {
    const bound = draft.bound()
    const params = bound.map(({ param }) => param)
    const key = keyOf(params, kernel)
    let known = this.#known.get(key)
    if (known === undefined) {
      const name = this.#names.take(identifier(this.#nameOf(draft)))
      known = { ...kernel, name, params } as Kernel
      this.#known.set(key, known)
      this.kernels.push(known)
    }
    const args = bound.map(({ place }) => this.#places.bufferOf(place))
    const label = (id: ValueId) => this.#places.origin(id)
    const origin = originOfLaunch(this.#values, roots, draft.inlined, label)
    this.launches.push({ kind: 'launch', kernel: known.name, args, origin })
  }

  /** The ops that the kernel computes, in definition order; movements only if there is nothing. */
  #nameOf(draft: Draft): string {
    const ids = [...draft.inlined].sort((a, b) => a - b)
    const nodes = ids.map(id => this.#values.get(id)!).filter(value => value.node !== undefined)
    const work = nodes.filter(isWork)
    if (work.length === 0) return nodes.length === 0 ? 'copy' : nodes.at(-1)!.node!.op.name
    const names = [...new Set(work.map(nameOf))]
    if (names.length <= 4) return names.join('_')
    const main = work.find(value => !isMadeBy(value, 'elementwise')) ?? work.at(-1)!
    return `${names[0]}_${names[1]}_etc_${nameOf(main)}`
  }
}

const nameOf = (value: Value) => value.node?.op.name ?? ''

/** Whether a value is more than another place of its elements. */
function isWork(value: Value): boolean {
  if (value.node === undefined || value.lowering.kind === 'literal') return false
  const isFill = value.lowering.kind === 'elementwise' && value.operands.length === 0
  return value.lowering.kind !== 'movement' && !isFill
}

function keyOf(params: readonly Param[], kernel: Written['kernel']): string {
  const declared = params.map(
    ({ name, access, type, shape }) => `${name} ${access} ${type} ${shape}`,
  )
  return [declared.join(), ...bodyKey(kernel)].join('|')
}

function bodyKey(kernel: Written['kernel']): readonly string[] {
  if (kernel.kind === 'kernel') return [axesKey(kernel.parallel), ...kernel.body.map(stmtKey)]
  const roles = [kernel.batch, kernel.rows, kernel.cols, kernel.over].map(axesKey)
  return [...roles, `${kernel.left.id} ${kernel.right.id}`, ...kernel.body.map(stmtKey)]
}

const axesKey = (axes: readonly Axis[]) =>
  axes.map(({ name, extent }) => `${name} ${extent}`).join()

function stmtKey(stmt: Stmt): string {
  if (stmt.kind === 'store') {
    return `${stmt.buffer}[${stmt.index.map(e => e.id).join()}]=${stmt.value.id}`
  }
  const accs = stmt.accs.map(
    ({ name, combine, value, at }) => `${name}${combine}${value.id}@${at?.name}${at?.value.id}`,
  )
  return `${stmt.order} ${axesKey(stmt.axes)}{${accs.join()};${stmt.body.map(stmtKey).join(';')}}`
}
