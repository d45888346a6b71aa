// What a tree of declarations says, read without running any body: every parameter and state value
// with its path, and how paths nest. The path is the name in the graph, in checkpoints and
// messages.

import { joinPath, type NameTree } from '../ir/tree.ts'
import type { TensorType } from '../ir/type.ts'
import { type Boundary, declarationError, described, nameError } from './declaration-error.ts'
import type { Initializer } from './initializers.ts'
import { isParam, type Param } from './param.ts'
import { isLayer } from './part.ts'

/** A parameter or a value of state, by its path in the tree. */
export interface Declaration {
  readonly path: string
  readonly role: 'param' | 'state'
  readonly type: TensorType
  readonly initializer: Initializer
  /** Whether gradients are taken and optimizers change it; never for state. */
  readonly trainable: boolean
}

/** What a tree declares. */
export interface Declared {
  readonly declarations: readonly Declaration[]
  readonly params: NameTree
  readonly state: NameTree
}

/**
 * Reads a tree of declarations. Throws E126 where a part is neither parameter, layer nor tree, E105
 * where a key cannot be part of a path or two parts have one path.
 */
export function declare(parts: unknown, boundary: Boundary): Declared {
  const walk = new Walk(boundary)
  if (typeof parts !== 'object' || parts === null || isParam(parts) || isLayer(parts)) {
    const message = `params must be a tree with names, got ${kindOf(parts)}`
    throw declarationError('model', message, 'write params: { l1: … }', boundary)
  }
  const { params, state } = walk.tree(parts, '')
  return { declarations: walk.declarations, params, state: state ?? {} }
}

/** How the names of a part nest; undefined for no state. */
interface Names {
  readonly params: NameTree
  readonly state: NameTree | undefined
}

class Walk {
  readonly declarations: Declaration[] = []
  readonly #boundary: Boundary
  readonly #taken = new Set<string>()

  constructor(boundary: Boundary) {
    this.#boundary = boundary
  }

  #part(part: unknown, path: string): Names {
    if (isParam(part)) return { params: this.#leaf('param', part, path), state: undefined }
    if (!isLayer(part)) return this.tree(part, path)
    const { params, state: inner } = this.tree(part.params, path)
    const own = Object.entries(part.state as Record<string, Param>).map(([key, param]) => {
      const at = this.#join(path, key)
      return [key, this.#leaf('state', param, at)] as const
    })
    if (own.length === 0) return { params, state: inner }
    // State of its own and of its parts side by side: their paths differ, which #leaf checks.
    const state = { ...Object.fromEntries(own), ...(inner as Record<string, NameTree> | undefined) }
    return { params, state }
  }

  tree(part: unknown, path: string): Names {
    if (Array.isArray(part)) {
      const all = part.map((item, i) => this.#part(item, this.#join(path, String(i))))
      const hasState = all.some(({ state }) => state !== undefined)
      const state = hasState ? all.map(item => item.state ?? {}) : undefined
      return { params: all.map(({ params }) => params), state }
    }
    if (!isPlain(part)) {
      const message = `"${path}" must be a parameter, a layer or a tree of them, got ${kindOf(part)}`
      const help = 'write param([784, 256]) or a layer such as dense(784, 256)'
      throw declarationError('params', message, help, this.#boundary)
    }
    const all = Object.entries(part).map(
      ([key, item]) => [key, this.#part(item, this.#join(path, key))] as const,
    )
    const withState = all.filter(([, { state }]) => state !== undefined)
    const state = withState.map(([key, names]) => [key, names.state!] as const)
    return {
      params: Object.fromEntries(all.map(([key, { params }]) => [key, params])),
      state: state.length === 0 ? undefined : Object.fromEntries(state),
    }
  }

  #leaf(role: 'param' | 'state', param: unknown, path: string): string {
    if (!isParam(param)) {
      const message = `state "${path}" must be declared by param, got ${kindOf(param)}`
      throw declarationError('state', message, 'write param([256], zeros())', this.#boundary)
    }
    if (this.#taken.has(path)) {
      const help = 'give the state or the parameter of the layer another name'
      throw nameError('params', `"${path}" is declared twice`, help, this.#boundary)
    }
    this.#taken.add(path)
    const { dtype, shape, initializer, trainable } = param
    const type = { dtype, shape }
    const declaration = { path, role, type, initializer, trainable: role === 'param' && trainable }
    this.declarations.push(Object.freeze(declaration))
    return path
  }

  #join(path: string, key: string): string {
    checkKey('params', key, path, this.#boundary)
    return joinPath(path, key)
  }
}

/** Throws E105 where a key cannot be part of a path. */
export function checkKey(subject: string, key: string, path: string, boundary: Boundary): void {
  if (key === '__proto__') {
    // Most records that users and JSON make of names would lose it.
    throw nameError(subject, 'a name must not be __proto__', 'give it another name', boundary)
  }
  if (key !== '' && !key.includes('.')) return
  const where = path === '' ? '' : ` in "${path}"`
  const help = 'nest objects instead: { l1: { w } } has the path l1.w'
  const message = `a name must not be empty or hold a dot, got "${key}"${where}`
  throw nameError(subject, message, help, boundary)
}

function isPlain(part: unknown): part is Record<string, unknown> {
  return (
    typeof part === 'object' &&
    part !== null &&
    described(part) === 'an object' &&
    !('kind' in part && part.kind === 'slot')
  )
}

const kindOf = (part: unknown) =>
  isParam(part) ? 'a parameter' : isLayer(part) ? 'a layer' : described(part)
