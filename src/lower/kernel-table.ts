// The kernels and launches of a program. Kernels that are equal but for their names are one:
// parameters and axes are named by position, expressions are interned, so comparing ids is enough.

import type { ValueId } from '../ir/graph.ts'
import type { Axis } from '../kernel/index.ts'
import type { Contract, Kernel, Loops, Param, Stmt } from '../kernel/kernel.ts'
import type { Launch } from '../kernel/program.ts'
import { splitResidues } from '../kernel/residues.ts'
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
  readonly #known = new Map<string, readonly Kernel[]>()
  readonly #names = new NameTable()
  readonly #positions: ReadonlyMap<ValueId, number>

  constructor(values: Values, places: Places) {
    this.#values = values
    this.#places = places
    this.#positions = new Map([...values.keys()].map((id, at) => [id, at]))
  }

  /** Adds a launch of the kernel, or one for each of its residue classes. */
  add({ draft, kernel, roots }: Written): void {
    const bound = draft.bound()
    const params = bound.map(({ param }) => param)
    const key = keyOf(params, kernel)
    let known = this.#known.get(key)
    if (known === undefined) {
      const name = this.#names.take(identifier(this.#nameOf(draft, roots)))
      const whole = { ...kernel, name, params } as Kernel
      known = whole.kind === 'contract' ? this.#named(name, splitResidues(whole)) : [whole]
      this.#known.set(key, known)
      this.kernels.push(...known)
    }
    const args = bound.map(({ place }) => this.#places.bufferOf(place))
    const label = (id: ValueId) => this.#places.origin(id)
    const origin = originOfLaunch(this.#values, roots, draft.inlined, label)
    for (const { name } of known) this.launches.push({ kind: 'launch', kernel: name, args, origin })
  }

  /** The parts of the kernel `name`, each under a name that no other kernel has. */
  #named(name: string, parts: readonly Contract[]): readonly Contract[] {
    return parts.map(part =>
      part.name === name ? part : { ...part, name: this.#names.take(part.name) },
    )
  }

  /**
   * The ops that the kernel computes, in the order of their values, composites by their own names;
   * movements only if there is nothing else.
   */
  #nameOf(draft: Draft, roots: readonly ValueId[]): string {
    const position = (id: ValueId) => this.#positions.get(id)!
    const ids = [...draft.inlined].sort((a, b) => position(a) - position(b))
    const nodes = ids.map(id => this.#values.get(id)!).filter(value => value.node !== undefined)
    const work = nodes.filter(isWork)
    if (work.length === 0) return nodes.length === 0 ? 'copy' : nodes.at(-1)!.node!.op.name
    if (work.every(({ node }) => node?.origin.isUpdate === true)) return 'update'
    const stored = new Set(roots.map(id => nameOf(this.#values.get(id)!)))
    const names = withGradients([...new Set(work.map(nameOf))], stored)
    if (names.length <= 4) return names.join('_')
    const main = work.find(value => !isMadeBy(value, 'elementwise')) ?? work.at(-1)!
    return [...new Set([names[0], nameOf(main), 'etc'])].join('_')
  }
}

/** What a value is part of: its composite, or its op; backward, the op that it is derived from. */
function nameOf({ node }: Value): string {
  if (node === undefined) return ''
  const { forward, composite } = node.origin
  return forward === undefined ? (composite ?? node.op.name) : `${forward.op}${GRADIENT}`
}

const GRADIENT = '_gradient'

/** An op and its own gradient are named once: a gradient computes parts of its op again. */
function withGradients(names: readonly string[], stored: ReadonlySet<string>): readonly string[] {
  const isBoth = (name: string) => names.includes(`${name}${GRADIENT}`)
  const gradients = names.flatMap(name => {
    if (name.endsWith(GRADIENT) || !isBoth(name)) return [name]
    return stored.has(name) ? [`${name}_with${GRADIENT}`] : []
  })
  const isNamed = (name: string) =>
    gradients.includes(`${name.slice(0, -GRADIENT.length)}_with${GRADIENT}`)
  return gradients.filter(name => !name.endsWith(GRADIENT) || !isNamed(name))
}

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
