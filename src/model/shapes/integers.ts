// Exact arithmetic on integer literals in types, digit by digit as on paper: the cost grows with
// the number of digits, not with the number, so that the element count of any shape can be told.
// Digits stand least significant first ("784" is "487"), as carries run that way; a carry or a
// borrow is a tuple of so many units. Whatever is not one natural literal (`number`, a union, a
// name) gives `number`: only the build can tell.

import type { Unknown } from '../../ir/shape-sentence.ts'

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** So many units, as a tuple whose length can be read. */
type Units = readonly 0[]

/** A digit as units. */
interface Count {
  '0': []
  '1': [0]
  '2': [0, 0]
  '3': [0, 0, 0]
  '4': [0, 0, 0, 0]
  '5': [0, 0, 0, 0, 0]
  '6': [0, 0, 0, 0, 0, 0]
  '7': [0, 0, 0, 0, 0, 0, 0]
  '8': [0, 0, 0, 0, 0, 0, 0, 0]
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/** Units, a digit's number of times. */
interface Times<U extends Units> {
  '0': []
  '1': U
  '2': [...U, ...U]
  '3': [...U, ...U, ...U]
  '4': [...U, ...U, ...U, ...U]
  '5': [...U, ...U, ...U, ...U, ...U]
  '6': [...U, ...U, ...U, ...U, ...U, ...U]
  '7': [...U, ...U, ...U, ...U, ...U, ...U, ...U]
  '8': [...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U]
  '9': [...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U]
}

/** How many units there are, as digits. */
type Size<U extends Units> = `${U['length']}`

type Reversed<Text extends string, Done extends string = ''> = Text extends `${infer H}${infer T}`
  ? Reversed<T, `${H}${Done}`>
  : Done

/** Digits, most significant first, without zeros in front. */
type Stripped<Text extends string> = Text extends '0'
  ? Text
  : Text extends `0${infer Rest}`
    ? Stripped<Rest>
    : Text

/** Digits, least significant first, without zeros in front of the number. */
type Trimmed<Text extends string> = Reversed<Stripped<Reversed<Text>>>

type ToNumber<Text extends string> = Text extends `${infer N extends number}` ? N : never

type Digits<N> = Reversed<`${N & number}`>

type FromDigits<Text extends string> = ToNumber<Stripped<Reversed<Text>>>

/** A + B + carry. */
type AddDigits<
  A extends string,
  B extends string,
  Carry extends Units = [],
  Done extends string = '',
> = A extends `${infer X extends Digit}${infer As}`
  ? B extends `${infer Y extends Digit}${infer Bs}`
    ? Added<Size<[...Count[X], ...Count[Y], ...Carry]>, As, Bs, Done>
    : Carry extends []
      ? `${Done}${A}`
      : Added<Size<[...Count[X], ...Carry]>, As, '', Done>
  : B extends ''
    ? Carry extends []
      ? Done
      : `${Done}1`
    : AddDigits<B, '', Carry, Done>

/** The rest of an addition whose last digits gave `Sum`, from 0 to 19. */
type Added<
  Sum extends string,
  As extends string,
  Bs extends string,
  Done extends string,
> = Sum extends `1${infer Last extends Digit}`
  ? AddDigits<As, Bs, [0], `${Done}${Last}`>
  : AddDigits<As, Bs, [], `${Done}${Sum}`>

/** A · Y + carry, for one digit Y. */
type TimesDigit<
  A extends string,
  Y extends Digit,
  Carry extends Units = [],
  Done extends string = '',
> = A extends `${infer X extends Digit}${infer As}`
  ? Size<[...Times<Count[X]>[Y], ...Carry]> extends infer Product
    ? Product extends `${infer Tens extends Digit}${infer Ones extends Digit}`
      ? TimesDigit<As, Y, Count[Tens], `${Done}${Ones}`>
      : TimesDigit<As, Y, [], `${Done}${Product & string}`>
    : never
  : Carry extends []
    ? Done
    : `${Done}${Size<Carry>}`

/** A · B: the sum of A times each digit of B, shifted by the digit's place. */
type MultiplyDigits<
  A extends string,
  B extends string,
  Place extends string = '',
  Done extends string = '0',
> = B extends `${infer Y extends Digit}${infer Bs}`
  ? MultiplyDigits<
      A,
      Bs,
      `${Place}0`,
      Y extends '0' ? Done : AddDigits<Done, `${Place}${TimesDigit<A, Y>}`>
    >
  : Done

/** A − B − borrow, with zeros kept; never where that is negative. */
type SubtractDigits<
  A extends string,
  B extends string,
  Borrow extends Units = [],
  Done extends string = '',
> = A extends `${infer X extends Digit}${infer As}`
  ? B extends `${infer Y extends Digit}${infer Bs}`
    ? Subtracted<X, [...Count[Y], ...Borrow], As, Bs, Done>
    : Borrow extends []
      ? `${Done}${A}`
      : Subtracted<X, Borrow, As, '', Done>
  : B extends ''
    ? Borrow extends []
      ? Done
      : never
    : never

/** The rest of a subtraction that takes `Less` units from its last digit, X. */
type Subtracted<
  X extends Digit,
  Less extends Units,
  As extends string,
  Bs extends string,
  Done extends string,
> = Count[X] extends [...Less, ...infer Left extends Units]
  ? SubtractDigits<As, Bs, [], `${Done}${Size<Left>}`>
  : [...Count['9'], 0, ...Count[X]] extends [...Less, ...infer Left extends Units]
    ? SubtractDigits<As, Bs, [0], `${Done}${Size<Left>}`>
    : never

/** Long division: `N` most significant first, `D` least; [quotient, rest] in the same orders. */
type Divided<
  N extends string,
  D extends string,
  Rest extends string = '',
  Quotient extends string = '',
> = N extends `${infer X extends Digit}${infer Ns}`
  ? DividedDigit<Ns, D, Trimmed<`${X}${Rest}`>, Quotient>
  : [Quotient, Rest]

/** One digit of the quotient: how often D goes into the rest, by trying. */
type DividedDigit<
  Ns extends string,
  D extends string,
  Rest extends string,
  Quotient extends string,
  Tally extends Units = [],
> = [SubtractDigits<Rest, D>] extends [never]
  ? Divided<Ns, D, Rest, `${Quotient}${Size<Tally>}`>
  : DividedDigit<Ns, D, Trimmed<SubtractDigits<Rest, D>>, Quotient, [...Tally, 0]>

/** Whether X is not one natural number: negative, a fraction, beyond digits, or not known. */
type Opaque<X> = [X] extends [number]
  ? Unknown<X> extends true
    ? true
    : `${X}` extends `${string}${'-' | '.' | 'e'}${string}`
      ? true
      : false
  : true

type EitherOpaque<A, B> = Opaque<A> extends true ? true : Opaque<B>

/** A + B. */
export type Add<A, B> =
  EitherOpaque<A, B> extends true
    ? number
    : A extends 0
      ? B
      : B extends 0
        ? A
        : FromDigits<AddDigits<Digits<A>, Digits<B>>>

/** A · B. */
export type Multiply<A, B> =
  EitherOpaque<A, B> extends true
    ? number
    : A extends 1
      ? B
      : B extends 1
        ? A
        : FromDigits<MultiplyDigits<Digits<A>, Digits<B>>>

/** A − B; never where that is negative. */
export type Subtract<A, B> =
  EitherOpaque<A, B> extends true
    ? number
    : B extends 0
      ? A
      : SubtractDigits<Digits<A>, Digits<B>> extends infer D extends string
        ? FromDigits<D>
        : never

/** [A / B rounded down, the rest]; never for B = 0. */
export type DivMod<A, B> =
  EitherOpaque<A, B> extends true
    ? [number, number]
    : B extends 0
      ? never
      : B extends 1
        ? [A, 0]
        : Divided<`${A & number}`, Digits<B>> extends [
              infer Quotient extends string,
              infer Rest extends string,
            ]
          ? [ToNumber<Stripped<Quotient>>, FromDigits<Rest>]
          : never

/** A / B rounded down. */
export type Quotient<A, B> = DivMod<A, B>[0]

/** A / B rounded up. */
export type QuotientUp<A, B> = Quotient<Add<A, Subtract<B, 1>>, B>
