// Rebuilding expressions and kernels: every rewrite of the kernel IR is a substitution of scalars
// or of axes, after which the normal form of indices does the simplifying. Shared values are
// rebuilt once, so a rewrite is linear in the DAG.

import {
  type Axis,
  addIndex,
  axisIndex,
  divide,
  type Index,
  index,
  scaleIndex,
  type Term,
  valueIndex,
} from './index.ts'
import type { Kernel, Stmt, Store } from './kernel.ts'
import { indexValue, load, op, type Scalar } from './scalar.ts'

/** What becomes of the leaves. */
export interface Substitution {
  /** What stands for an axis; itself by default. */
  readonly axis?: ((axis: Axis) => Index) | undefined
  /** What stands for a scalar whose children have been rebuilt; itself by default. */
  readonly scalar?: ((node: Scalar) => Scalar) | undefined
  /** What stands for whole expressions, whatever is in them. */
  readonly known?: ReadonlyMap<Scalar, Scalar> | undefined
}

/** Applies one substitution to expressions, indices and statements. */
export class Rewriter {
  readonly #axis: (axis: Axis) => Index
  readonly #scalar: (node: Scalar) => Scalar
  readonly #done: Map<Scalar, Scalar>

  constructor({ axis = axisIndex, scalar = node => node, known }: Substitution) {
    this.#axis = axis
    this.#scalar = scalar
    this.#done = new Map(known)
  }

  /** The expression in its new form. */
  scalar(node: Scalar): Scalar {
    const known = this.#done.get(node)
    if (known !== undefined) return known
    const made = this.#scalar(this.#rebuilt(node))
    this.#done.set(node, made)
    return made
  }

  /** The index expression in its new form, normalized. */
  index(e: Index): Index {
    return e.terms.reduce((sum, term) => addIndex(sum, this.#term(term)), index(e.constant))
  }

  /** The statement in its new form; its own axes are the caller's to change. */
  stmt(stmt: Stmt): Stmt {
    if (stmt.kind === 'store') return this.store(stmt)
    const accs = stmt.accs.map(acc => ({
      ...acc,
      value: this.scalar(acc.value),
      at: acc.at && { ...acc.at, value: this.scalar(acc.at.value) },
    }))
    return { ...stmt, accs, body: stmt.body.map(inner => this.stmt(inner)) }
  }

  /** The store in its new form. */
  store(store: Store): Store {
    const at = store.index.map(e => this.index(e))
    return { ...store, index: at, value: this.scalar(store.value) }
  }

  #rebuilt(node: Scalar): Scalar {
    if (node.kind === 'op')
      return op(
        node.op,
        node.args.map(arg => this.scalar(arg)),
      )
    if (node.kind === 'index') return indexValue(this.index(node.index))
    if (node.kind !== 'load') return node
    const at = node.index.map(e => this.index(e))
    return load(node.type, node.buffer, at, node.fill && this.scalar(node.fill))
  }

  #term({ scale, of }: Term): Index {
    if (of.kind === 'axis') return scaleIndex(this.#axis(of.axis), scale)
    if (of.kind === 'value') return scaleIndex(valueIndex(this.scalar(of.value)), scale)
    return scaleIndex(divide(of.kind, this.index(of.of), of.by), scale)
  }
}

/** The kernel with every scalar mapped, children first. What a legalization needs. */
export function mapScalars<K extends Kernel>(kernel: K, scalar: (node: Scalar) => Scalar): K
export function mapScalars(kernel: Kernel, scalar: (node: Scalar) => Scalar): Kernel {
  const rewriter = new Rewriter({ scalar })
  if (kernel.kind === 'kernel') return { ...kernel, body: kernel.body.map(s => rewriter.stmt(s)) }
  const left = rewriter.scalar(kernel.left)
  const right = rewriter.scalar(kernel.right)
  return { ...kernel, left, right, body: kernel.body.map(store => rewriter.store(store)) }
}
