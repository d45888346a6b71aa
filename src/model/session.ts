// One run of a model's body: the builder it builds into, the layer that runs now, and the draws.
// Random keys become arguments when the first draw asks for them, so they are there exactly when
// the program draws.

import { GraphBuilder, type Value } from '../ir/builder.ts'
import { type Boundary, nameError } from './declaration-error.ts'
import { streamOf } from './hash.ts'
import { type Draw, traced } from './tracing.ts'

/** The arguments that random ops draw from. */
const KEY = 'key'
const COUNTER = 'counter'

/** The run of a body. */
export class Session {
  readonly builder: GraphBuilder
  readonly #boundary: Boundary
  readonly #ordinals = new Map<string, number>()
  readonly #streams = new Set<number>()
  /** The path of the layer that runs now; empty in the body of the model itself. */
  #path = ''
  #source: { readonly key: Value; readonly counter: Value } | undefined

  constructor(name: string, boundary: Boundary) {
    this.builder = new GraphBuilder(name)
    this.#boundary = boundary
  }

  /** Runs the body of the model. */
  run<T>(body: () => T): T {
    return traced({ into: this.builder, draw: () => this.#draw() }, body)
  }

  /** Runs the body of the layer at `path`, whose enclosing layer is at `above`. */
  inside<T>(path: string, above: string, body: () => T): T {
    const outer = this.#path
    this.#path = path
    try {
      return this.builder.scope(above === '' ? path : path.slice(above.length + 1), body)
    } finally {
      this.#path = outer
    }
  }

  #draw(): Draw {
    this.#source ??= this.#declareSource()
    const ordinal = this.#ordinals.get(this.#path) ?? 0
    this.#ordinals.set(this.#path, ordinal + 1)
    return { ...this.#source, stream: streamOf(this.#path, ordinal, this.#streams) }
  }

  #declareSource() {
    const taken = this.builder.arguments.find(({ name }) => name === KEY || name === COUNTER)
    if (taken !== undefined) {
      const message = `a model that draws has an argument "${taken.name}" of its own, got an ${taken.role} of that name`
      throw nameError('model', message, `rename the ${taken.role}`, this.#boundary)
    }
    const key = this.builder.rng(KEY, { dtype: 'u32', shape: [2] })
    return { key, counter: this.builder.rng(COUNTER, { dtype: 'u32', shape: [] }) }
  }
}
