// Where in a text the parts of parsed kernels and programs stand. A side table keyed by the objects
// themselves, so that the IR carries no positions and equal kernels stay equal. Scalars have none:
// they are shared.

import type { Span, TextSpan } from '../support/diagnostic.ts'

/** The places of statements, parameters, buffers and items of one text. */
export class Spans {
  readonly file: string
  readonly text: string
  readonly #places = new WeakMap<object, Span>()

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  /** Records where `part` stands. */
  set(part: object, span: Span): void {
    this.#places.set(part, span)
  }

  /** Where `part` stands, as an error shows it; undefined for what was not parsed here. */
  get(part: object): TextSpan | undefined {
    const span = this.#places.get(part)
    return span === undefined ? undefined : { file: this.file, text: this.text, ...span }
  }
}
