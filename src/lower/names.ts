// The names inside kernels. They come from positions alone, so that equal computations are equal
// kernels whatever the user called their values.

import { type Axis, axisIndex, type Index, index } from '../kernel/index.ts'

/** Axes of extents, named `i0`, `i1`, … for the letter `i`; just `i` where there is one. */
export function axesOf(extents: readonly number[], letter: string): Axis[] {
  const isOnly = extents.length === 1
  return extents.map((extent, i) => ({ name: isOnly ? letter : `${letter}${i}`, extent }))
}

/** The points of a shape: axes for the extents above 1, and the index of a point. */
export interface Points {
  readonly axes: readonly Axis[]
  readonly index: readonly Index[]
}

/** The points of `shape`, whose axes are named for the letter. An axis of one point is no axis. */
export function pointsOf(shape: readonly number[], letter: string): Points {
  const axes = axesOf(
    shape.filter(extent => extent !== 1),
    letter,
  )
  let next = 0
  return { axes, index: shape.map(extent => (extent === 1 ? index(0) : axisIndex(axes[next++]!))) }
}

/** Hands out names: the wanted one first, then with a number after it. */
export class NameTable {
  readonly #taken = new Map<string, number>()

  /** The wanted name, or the wanted name with the next free number. */
  take(wanted: string): string {
    let name = wanted
    while (this.#taken.has(name)) {
      const next = (this.#taken.get(wanted) ?? 0) + 1
      this.#taken.set(wanted, next)
      name = `${wanted}_${next}`
    }
    this.#taken.set(name, 0)
    return name
  }
}

/** An identifier made of the wanted text: letters, digits and `_`, not too long. */
export function identifier(wanted: string): string {
  const plain = wanted.replace(/\W+/g, '_').slice(0, 40)
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
}
