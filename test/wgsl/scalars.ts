// How WGSL writes each scalar operation, and the functions that a shader needs for those it has no
// faithful operator for. WGSL may take for granted that there is no NaN and no infinity, evaluates
// expressions of literals while it compiles and refuses those that overflow, divide by zero or
// shift too far. So NaN is asked for by its bits, and whatever could be refused is a call.

import type { ScalarOp } from '../../src/kernel/scalar-ops.ts'
import { type DTypeName, isFloat } from '../../src/support/dtype.ts'

type Spelling = (x: readonly string[], from: DTypeName) => string

const infix =
  (operator: string): Spelling =>
  ([a, b]) =>
    `(${a} ${operator} ${b})`

const call =
  (name: string): Spelling =>
  x =>
    `${name}(${x.join(', ')})`

/** A function of its own for floats, the operator or builtin for the rest. */
const floatsBy =
  (name: string, others: Spelling): Spelling =>
  (x, from) =>
    isFloat(from) ? call(name)(x, from) : others(x, from)

const shift =
  (operator: string): Spelling =>
  ([a, by]) =>
    `(${a} ${operator} (u32(${by}) & 31u))`

const toInteger =
  (to: 'i32' | 'u32'): Spelling =>
  (x, from) =>
    isFloat(from) ? call(`${to}_f32`)(x, from) : call(to)(x, from)

/** Legalized before spelling; f64 is no dtype of the target. */
const never: Spelling = () => {
  throw new Error('the operation is spelled before it is legal')
}

const SPELLINGS: Readonly<Record<ScalarOp, Spelling>> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: (x, from) => (isFloat(from) ? infix('/')(x, from) : call(`div_${from}`)(x, from)),
  min: floatsBy('min_f32', call('min')),
  max: floatsBy('max_f32', call('max')),
  neg: ([a], from) => (from === 'u32' ? `(0u - ${a})` : `(-(${a}))`),
  abs: call('abs'),
  sign: floatsBy('sign_f32', ([a], from) => (from === 'u32' ? `min(${a}, 1u)` : `sign(${a})`)),
  floor: call('floor'),
  ceil: call('ceil'),
  round: call('round'),
  sqrt: call('sqrt'),
  rsqrt: call('inverseSqrt'),
  exp: call('exp_f32'),
  expm1: call('expm1_f32'),
  log: call('log'),
  log1p: call('log1p_f32'),
  sin: call('sin'),
  cos: call('cos'),
  tanh: call('tanh_f32'),
  erf: call('erf_f32'),
  pow: call('pow_f32'),
  lt: infix('<'),
  le: infix('<='),
  eq: floatsBy('eq_f32', infix('==')),
  ne: (x, from) => (isFloat(from) ? `!${call('eq_f32')(x, from)}` : infix('!=')(x, from)),
  gt: infix('>'),
  ge: infix('>='),
  and: infix('&'),
  or: infix('|'),
  xor: (x, from) => infix(from === 'bool' ? '!=' : '^')(x, from),
  not: ([a], from) => `(${from === 'bool' ? '!' : '~'}${a})`,
  shl: shift('<<'),
  shr: shift('>>'),
  select: ([condition, a, b]) => `select(${b}, ${a}, ${condition})`,
  f32: call('f32'),
  f64: never,
  i32: toInteger('i32'),
  u32: toInteger('u32'),
  bool: call('bool'),
  threefry: never,
  threefry2: never,
}

/** The value of `op` on operands of the type `from`. */
export function spellOp(op: ScalarOp, x: readonly string[], from: DTypeName): string {
  return SPELLINGS[op](x, from)
}

/** A literal; the floats that WGSL has no literal for are made of their bits. */
export function literal(type: DTypeName, value: number): string {
  if (type === 'bool') return String(value !== 0)
  if (type === 'u32') return `${value}u`
  // The least i32 has no literal of its own: 2147483648i is none.
  if (type === 'i32') return `i32(${value})`
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0f' : `${value}f`
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!
  return `of_bits(${bits}u)`
}

/** A value that is not known while the shader is compiled. */
export const opaque = (text: string, type: DTypeName) => `opaque_${type}(${text})`

/** The type of an element in memory: WGSL keeps no bool there. */
export const memoryType = (type: DTypeName) => (type === 'bool' ? 'u32' : type)

/** A word of a shared arena, or an element of an array of its own, as a value. */
export function fromMemory(type: DTypeName, element: string, isWord: boolean): string {
  if (type === 'bool') return `(${element} != 0u)`
  return isWord && type !== 'u32' ? `bitcast<${type}>(${element})` : element
}

/** The other way. */
export function toMemory(type: DTypeName, value: string, isWord: boolean): string {
  if (type === 'bool') return `select(0u, 1u, ${value})`
  return isWord && type !== 'u32' ? `bitcast<u32>(${value})` : value
}

const TYPES = ['f32', 'i32', 'u32', 'bool'] as const

/**
 * The functions that spellings call, each after those that call it. The erf is formula 7.1.26 of
 * Abramowitz and Stegun: these shaders are read by a validator, and run nowhere.
 */
const FUNCTIONS: readonly string[] = [
  `fn pow_f32(x: f32, y: f32) -> f32 {
  let size = pow(abs(x), y);
  if (x >= 0.0) { return size; }
  if (y != floor(y)) { return of_bits(0x7fc00000u); }
  return select(size, -size, floor(y / 2.0) * 2.0 != y);
}`,
  `fn erf_f32(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let p = 1.421413741 + t * (-1.453152027 + t * 1.061405429);
  let y = 1.0 - t * (0.254829592 + t * (-0.284496736 + t * p)) * exp_f32(-x * x);
  return sign_f32(x) * y;
}`,
  `fn expm1_f32(x: f32) -> f32 {
  let u = exp_f32(x);
  if (u == 1.0) { return x; }
  return select((u - 1.0) * x / log(u), u - 1.0, abs(x) > 1.0);
}`,
  `fn log1p_f32(x: f32) -> f32 {
  let u = 1.0 + x;
  return select(log(u) * x / (u - 1.0), x, u == 1.0);
}`,
  `fn tanh_f32(x: f32) -> f32 { return select(tanh(clamp(x, -10.0, 10.0)), x, is_nan(x)); }`,
  `fn exp_f32(x: f32) -> f32 { return select(exp(x), x, is_nan(x)); }`,
  `fn sign_f32(x: f32) -> f32 { return select(select(x, -1.0, x < 0.0), 1.0, x > 0.0); }`,
  `fn i32_f32(x: f32) -> i32 { return select(i32(clamp(x, -2147483648.0, 2147483520.0)), 0, is_nan(x)); }`,
  `fn u32_f32(x: f32) -> u32 { return select(u32(clamp(x, 0.0, 4294967040.0)), 0u, is_nan(x)); }`,
  ...(['min', 'max'] as const).map(
    name => `fn ${name}_f32(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  return select(${name}(a, b), b, is_nan(b));
}`,
  ),
  `fn eq_f32(a: f32, b: f32) -> bool { return a == b && !is_nan(a) && !is_nan(b); }`,
  `fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  `fn of_bits(bits: u32) -> f32 { return bitcast<f32>(bits); }`,
  ...(['i32', 'u32'] as const).map(
    type => `fn div_${type}(a: ${type}, b: ${type}) -> ${type} {
  if (b == 0) { return 0; }
  return a / b;
}`,
  ),
  ...TYPES.map(type => `fn opaque_${type}(x: ${type}) -> ${type} { return x; }`),
]

/** The functions that `code` and those functions call. */
export function functionsFor(code: string): string {
  let used = ''
  for (const text of FUNCTIONS) {
    const call = `${text.slice(3, text.indexOf('('))}(`
    if (code.includes(call) || used.includes(call)) used += `${text}\n`
  }
  return used
}
