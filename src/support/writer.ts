// An indented text writer, shared by the printers of both IRs and by the emitters.

/** Collects lines at a current depth of two spaces a level. */
export class Writer {
  readonly #lines: string[] = []
  #depth = 0

  /** Adds one line at the current depth; an empty text gives an empty line. */
  line(text = ''): this {
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#depth) + text)
    return this
  }

  /** Writes `open`, then whatever `body` writes one level deeper, then `close`. */
  block(open: string, body: () => void, close = '}'): this {
    this.line(open)
    this.#depth++
    body()
    this.#depth--
    return this.line(close)
  }

  /** Everything written so far, each line ended by a newline. */
  toString(): string {
    return this.#lines.map(line => `${line}\n`).join('')
  }
}
