// Pieces of JavaScript with their precedence, so that parentheses stand only where they are needed.
// Everything that is spelled from kernels is put together here; nothing is cut apart again.

/** An expression as text, and how tightly its outermost operator binds. */
export interface Code {
  readonly text: string
  readonly level: number
  /** The outermost operator, if it stands between two operands. */
  readonly operator?: InfixOperator | undefined
}

const CHOICE = 3
const UNARY = 15
const PRIMARY = 20

/** Left-associative operators; a higher level binds tighter. */
const INFIX = {
  '||': 4,
  '&&': 5,
  '|': 6,
  '^': 7,
  '&': 8,
  '===': 9,
  '!==': 9,
  '<': 10,
  '<=': 10,
  '>': 10,
  '>=': 10,
  '<<': 11,
  '>>': 11,
  '>>>': 11,
  '+': 12,
  '-': 12,
  '*': 13,
  '/': 13,
  '%': 13,
} as const

/** The operators that `infix` writes. */
export type InfixOperator = keyof typeof INFIX

/** A name, a call, an element: what never needs parentheses. */
export const atom = (text: string): Code => ({ text, level: PRIMARY })

/**
 * A number literal; it evaluates to the same value. NaN and Infinity are quotients, since their
 * names are properties of the global object: of a choice between one of them and a number V8 made
 * an object every time (16 bytes, and half the speed, on Node 20).
 */
export function number(value: number): Code {
  if (!Number.isFinite(value)) {
    return infix('/', number(Number.isNaN(value) ? 0 : Math.sign(value)), number(0))
  }
  const isNegative = value < 0 || Object.is(value, -0)
  return { text: Object.is(value, -0) ? '-0' : String(value), level: isNegative ? UNARY : PRIMARY }
}

/** Among these and the rest few readers know who binds tighter. */
const APART: ReadonlySet<InfixOperator> = new Set(['||', '|', '^', '&', '<<', '>>', '>>>', '%'])

/** `a ∘ b`. */
export function infix(operator: InfixOperator, a: Code, b: Code): Code {
  const level = INFIX[operator]
  const isApart = APART.has(operator)
  const left = isApart && a.operator !== operator ? UNARY : level
  const right = isApart ? UNARY : level + 1
  return { text: `${within(a, left)} ${operator} ${within(b, right)}`, level, operator }
}

/** `-a`, `+a`, `~a`, `!a`. */
export function prefix(operator: '-' | '+' | '~' | '!', a: Code): Code {
  // One level up, so that no second sign follows the first.
  return { text: `${operator}${within(a, UNARY + 1)}`, level: UNARY }
}

/** `condition ? a : b`. */
export function choice(condition: Code, a: Code, b: Code): Code {
  const text = `${within(condition, CHOICE + 1)} ? ${within(a, CHOICE + 1)} : ${within(b, CHOICE)}`
  return { text, level: CHOICE }
}

/** `f(a, b)`. */
export const call = (f: string, ...args: readonly Code[]): Code =>
  atom(`${f}(${args.map(arg => arg.text).join(', ')})`)

/** `a[i]`. */
export const element = (array: string, position: Code): Code => atom(`${array}[${position.text}]`)

const within = ({ text, level }: Code, least: number) => (level < least ? `(${text})` : text)
