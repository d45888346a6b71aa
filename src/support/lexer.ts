// Tokens with positions, shared by the parsers of both IRs. A text is cut once, up front; a parser
// reads the tokens left to right and every error points at the stretch it is about.

import {
  type Diagnostic,
  nearest,
  oneOf,
  PARSE_SUBJECT,
  ParseError,
  type Span,
} from './diagnostic.ts'

/** A piece of text. `value` is what it says: the content of a string, the name without its sign. */
export interface Token extends Span {
  readonly kind: 'name' | 'value' | 'graph' | 'number' | 'string' | 'symbol' | 'end'
  /** The characters as written. */
  readonly text: string
  readonly value: string
}

const PATTERNS: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /(?:\s|\/\/[^\n]*)+/y],
  ['value', /%(?:"(?:[^"\\\n]|\\.)*"|[\w.]+)/y],
  ['graph', /@(?:"(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w.]*)/y],
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['name', /[A-Za-z_]\w*/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['symbol', /<=|>=|==|!=|[-+*/<>=(){}[\],:@|&.]/y],
]

/** Cuts `text` into tokens, the last of kind `end`. Blanks and `//` comments are dropped. */
export function tokenize(file: string, text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const [kind, found] = matchAt(text, at) ?? unexpected(file, text, at)
    if (kind !== 'blank') {
      const token = { kind, text: found, start: at, end: at + found.length }
      tokens.push({ ...token, value: contentOf(file, text, token) })
    }
    at += found.length
  }
  tokens.push({ kind: 'end', text: '', value: '', start: text.length, end: text.length })
  return tokens
}

function matchAt(text: string, at: number): readonly [Token['kind'] | 'blank', string] | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) return [kind, match[0]]
  }
  return undefined
}

function unexpected(file: string, text: string, at: number): never {
  const character = String.fromCodePoint(text.codePointAt(at)!)
  throw new ParseError({
    code: 'E301',
    subject: PARSE_SUBJECT,
    message: `no token begins with ${JSON.stringify(character)}`,
    text: { file, text, start: at, end: at + character.length },
  })
}

function contentOf(file: string, text: string, token: Omit<Token, 'value'>): string {
  const bare = token.kind === 'value' || token.kind === 'graph' ? token.text.slice(1) : token.text
  if (!bare.startsWith('"')) return bare
  try {
    return JSON.parse(bare) as string
  } catch {
    throw new ParseError({
      code: 'E301',
      subject: PARSE_SUBJECT,
      message: 'a string needs the escapes of JSON',
      text: { file, text, start: token.start, end: token.end },
    })
  }
}

/** Reads tokens from left to right. */
export class TokenReader {
  readonly file: string
  readonly text: string
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    this.#tokens = tokenize(file, text)
  }

  /** Where the last token taken ends; 0 before the first. */
  get lastEnd(): number {
    return this.#tokens[this.#position - 1]?.end ?? 0
  }

  /** The token `ahead` places from here, without taking it. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)]!
  }

  /** Whether the token `ahead` places from here is the symbol or name `text`. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return (token.kind === 'symbol' || token.kind === 'name') && token.text === text
  }

  /** Takes the next token, whatever it is. */
  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#position++
    return token
  }

  /** Takes the symbol or name `text` if it is next. */
  eat(text: string): boolean {
    const there = this.at(text)
    if (there) this.#position++
    return there
  }

  /** Takes the symbol or name `text`, or fails. */
  expect(text: string): Token {
    if (!this.at(text)) this.unexpected(JSON.stringify(text))
    return this.next()
  }

  /** Takes a token of `kind`, or fails saying that `what` was expected. */
  expectKind(kind: Token['kind'], what: string): Token {
    if (this.peek().kind !== kind) this.unexpected(what)
    return this.next()
  }

  /** Takes a non-negative integer that a double holds exactly. */
  integer(): number {
    const token = this.expectKind('number', 'an integer')
    const value = Number(token.text)
    if (!/^\d+$/.test(token.text) || !Number.isSafeInteger(value))
      this.fail('E301', `expected an integer below 2^53, got ${token.text}`, token)
    return value
  }

  /** Takes `open item, item, … close`; a trailing comma is not allowed. */
  list<T>(open: string, close: string, item: () => T): T[] {
    this.expect(open)
    const items: T[] = []
    if (this.eat(close)) return items
    do items.push(item())
    while (this.eat(','))
    this.expect(close)
    return items
  }

  /** Takes one of the words of a closed set, or fails listing them. */
  word<W extends string>(words: readonly W[], what: string): W {
    const token = this.peek()
    const found = words.find(word => token.kind === 'name' && token.text === word)
    if (found === undefined) {
      this.fail('E301', `expected ${what} (${oneOf(words)}), got ${describe(token)}`, token)
    }
    this.next()
    return found
  }

  /** Fails at the next token: something else was expected here. */
  unexpected(expected: string): never {
    const token = this.peek()
    this.fail('E301', `expected ${expected}, got ${describe(token)}`, token)
  }

  /** Fails because `name` is not among `candidates`; a near one is proposed. */
  unknown(what: string, token: Token, candidates: Iterable<string>): never {
    const names = [...candidates]
    const near = nearest(token.value, names)
    const help = near !== undefined ? `did you mean ${near}?` : `known: ${oneOf(names)}`
    this.fail(
      'E302',
      `there is no ${what} ${token.text}`,
      token,
      names.length > 0 ? help : undefined,
    )
  }

  /** Fails with `message` at a stretch of the text. */
  fail(code: Diagnostic['code'], message: string, span: Span, help?: string): never {
    throw new ParseError({
      code,
      subject: PARSE_SUBJECT,
      message,
      text: { file: this.file, text: this.text, start: span.start, end: span.end },
      help,
    })
  }
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the text'
  return token.kind === 'string' ? token.text : `"${token.text}"`
}
