// Dims: the extent of one axis, known or symbolic. A dim is an integer or the canonical text of a
// polynomial over names with integer coefficients (`2*batch*time+1`), so equality is `===`, a dim
// is plain data, and printing is the identity. There are no inequalities.

import { GraphError, nearest } from '../support/diagnostic.ts'

/** An integer, or the canonical text of a symbolic extent such as `batch` or `2*batch+1`. */
export type Dim = number | string

/** Sizes for symbolic names. */
export type Dims = Readonly<Record<string, number>>

/**
 * Terms by monomial: the sorted names joined by `*` (empty for the constant), to the coefficient.
 */
type Polynomial = ReadonlyMap<string, number>

const parsed = new Map<string, Polynomial>()

/**
 * The canonical form of a dim written by a person, for example `dim('time * batch')`.
 * Throws E109 where it is neither a whole number nor a sum of products of names and integers.
 */
export function dim(written: Dim): Dim {
  const isWhole = Number.isSafeInteger(written)
  if (!isWhole && typeof written !== 'string') throw malformed(written)
  return toDim(polynomial(written))
}

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return toDim(combine(polynomial(a), polynomial(b), 1))
}

/** a − b. */
export function subtractDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return toDim(combine(polynomial(a), polynomial(b), -1))
}

/** a · b. */
export function multiplyDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  return toDim(product(polynomial(a), polynomial(b)))
}

/** The product of all dims of a shape: its number of elements. */
export function sizeOf(shape: readonly Dim[]): Dim {
  return shape.reduce(multiplyDims, 1)
}

/** a / b where the quotient is a dim, else undefined. Nothing is divisible by zero. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined
  if (typeof a === 'number' && typeof b === 'number') return a % b === 0 ? a / b : undefined
  const divisor = polynomial(b)
  const [leading, scale] = leadingTerm(divisor)
  let rest: Polynomial = polynomial(a)
  let quotient: Polynomial = new Map()
  while (rest.size > 0) {
    const [monomial, coefficient] = leadingTerm(rest)
    const names = without(monomial, leading)
    if (names === undefined || coefficient % scale !== 0) return undefined
    const term: Polynomial = new Map([[names, coefficient / scale]])
    quotient = combine(quotient, term, 1)
    rest = combine(rest, product(term, divisor), -1)
  }
  return toDim(quotient)
}

/** a / by rounded up, for a positive integer; undefined where that is no dim. */
export function divideUp(a: Dim, by: number): Dim | undefined {
  if (typeof a === 'number') return Math.ceil(a / by)
  // Rounding up adds less than the divisor; only one such term can make a polynomial divisible.
  for (let rest = 0; rest < by; rest++) {
    const found = divideDims(addDims(a, rest), by)
    if (found !== undefined) return found
  }
  return undefined
}

/** The dim with every name of `dims` replaced by its size; other names stay. */
export function substituteDim(of: Dim, dims: Dims): Dim {
  if (typeof of === 'number') return of
  if (Object.hasOwn(dims, of)) return dims[of]!
  let sum: Polynomial = new Map()
  for (const [monomial, coefficient] of polynomial(of)) {
    let term: Polynomial = new Map([['', coefficient]])
    for (const name of namesIn(monomial)) {
      const factor = Object.hasOwn(dims, name) ? polynomial(dims[name]!) : new Map([[name, 1]])
      term = product(term, factor)
    }
    sum = combine(sum, term, 1)
  }
  return toDim(sum)
}

/** The names that occur in a dim, sorted. */
export function dimNames(of: Dim): readonly string[] {
  if (typeof of === 'number') return []
  return [...new Set([...polynomial(of).keys()].flatMap(namesIn))].sort()
}

/** Whether a dim can only be a size below zero or a fraction: an integer that is not a size. */
export function isNegative(of: Dim): boolean {
  return typeof of === 'number' && of < 0
}

/** The dim as an integer; throws E107 naming the missing size where it is symbolic. */
export function integerDim(of: Dim, subject: string): number {
  if (typeof of === 'number') return of
  const names = dimNames(of)
  throw new GraphError({
    code: 'E107',
    subject,
    message: `every dim must have a size here, got the symbolic dim ${of}`,
    help: `bind ${names.join(', ')} to a size first, for example bind(graph, { ${names[0]}: 32 })`,
  })
}

/**
 * Checks sizes given for names: each a non-negative integer, and none for a name that is not there.
 */
export function checkDims(dims: Dims, known: readonly string[], subject: string): void {
  for (const [name, size] of Object.entries(dims)) {
    if (!known.includes(name)) {
      const near = nearest(name, known)
      const listed = known.length > 0 ? known.join(', ') : 'none'
      throw new GraphError({
        code: 'E107',
        subject,
        message: `"${name}" must be a symbolic dim of the graph, which has ${listed}`,
        help: near !== undefined ? `did you mean "${near}"?` : `leave "${name}" out`,
      })
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new GraphError({
        code: 'E107',
        subject,
        message: `the size of dim ${name} must be a non-negative integer, got ${size}`,
        help: `give ${name} a size such as 32`,
      })
    }
  }
}

function polynomial(of: Dim): Polynomial {
  if (typeof of === 'number') return of === 0 ? new Map() : new Map([['', of]])
  const known = parsed.get(of)
  if (known !== undefined) return known
  const found = parse(of)
  parsed.set(of, found)
  return found
}

/** Sums of products of names and integers; no parentheses, since canonical text needs none. */
function parse(text: string): Polynomial {
  if (/\w\s+\w/.test(text)) throw malformed(text)
  const compact = text.replace(/\s+/g, '')
  const terms = compact.match(/[+-]?[^+-]+/g) ?? []
  if (compact === '' || terms.join('') !== compact) throw malformed(text)
  let sum: Polynomial = new Map()
  for (const term of terms) {
    const factors = term.replace(/^[+-]/, '').split('*')
    let coefficient = term.startsWith('-') ? -1 : 1
    const names: string[] = []
    for (const factor of factors) {
      if (/^\d+$/.test(factor)) coefficient *= Number(factor)
      else if (/^[A-Za-z_]\w*$/.test(factor)) names.push(factor)
      else throw malformed(text)
    }
    sum = combine(sum, new Map([[names.sort().join('*'), coefficient]]), 1)
  }
  return sum
}

function malformed(written: unknown): GraphError {
  const got = typeof written === 'string' ? JSON.stringify(written) : String(written)
  return new GraphError({
    code: 'E109',
    subject: 'dim',
    message: `a dim must be a sum of products of names and integers, got ${got}`,
    help: "write a dim as 784, 'batch' or 'batch*time'",
  })
}

const namesIn = (monomial: string) => (monomial === '' ? [] : monomial.split('*'))

/** Higher degree first, then alphabetical: a monomial order, which exact division relies on. */
function compareMonomials(a: string, b: string): number {
  const [left, right] = [namesIn(a), namesIn(b)]
  if (left.length !== right.length) return right.length - left.length
  for (let i = 0; i < left.length; i++) {
    if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1
  }
  return 0
}

function leadingTerm(of: Polynomial): [string, number] {
  return [...of].sort(([a], [b]) => compareMonomials(a, b))[0]!
}

function combine(a: Polynomial, b: Polynomial, sign: number): Polynomial {
  const sum = new Map(a)
  for (const [monomial, coefficient] of b) {
    const total = (sum.get(monomial) ?? 0) + sign * coefficient
    if (total === 0) sum.delete(monomial)
    else sum.set(monomial, total)
  }
  return sum
}

function product(a: Polynomial, b: Polynomial): Polynomial {
  let sum: Polynomial = new Map()
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      const names = [...namesIn(left), ...namesIn(right)].sort().join('*')
      sum = combine(sum, new Map([[names, x * y]]), 1)
    }
  }
  return sum
}

/** The names of `monomial` less those of `divisor`, or undefined where they are not all there. */
function without(monomial: string, divisor: string): string | undefined {
  const names = namesIn(monomial)
  for (const name of namesIn(divisor)) {
    const at = names.indexOf(name)
    if (at < 0) return undefined
    names.splice(at, 1)
  }
  return names.join('*')
}

function toDim(of: Polynomial): Dim {
  const terms = [...of].sort(([a], [b]) => compareMonomials(a, b))
  if (terms.length === 0) return 0
  if (terms.length === 1 && terms[0]![0] === '') return terms[0]![1]
  const text = terms.map(([monomial, coefficient], i) => {
    const sign = coefficient < 0 ? '-' : i > 0 ? '+' : ''
    const size = Math.abs(coefficient)
    if (monomial === '') return `${sign}${size}`
    return `${sign}${size === 1 ? '' : `${size}*`}${monomial}`
  })
  return text.join('')
}
