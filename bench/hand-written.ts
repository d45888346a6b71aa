// What somebody would write by hand for the workloads that are loops: the fastest that we know in
// plain JavaScript, each for its one formula. They are yardsticks. Like what gradc emits for js
// they compute in double and round when they store. Results are new arrays where gradc gives new
// ones.

/** 2^(k − 1023) at k, up to infinity. */
const POWERS_OF_TWO = Float64Array.from({ length: 2048 }, (_, k) => 2 ** (k - 1023))

/**
 * e^x for results that are rounded to a Float32Array: within 1e-8 of itself, a sixth of what that
 * rounding does, in half the time of Math.exp. A power of two from a table times a Taylor
 * polynomial over [−½ ln 2, ½ ln 2].
 */
export function powerOfE(x: number): number {
  // Literals, here and below: a constant of a module is loaded from memory at each use.
  const twos = Math.max(-1022, Math.min(1024, x * Math.LOG2E))
  const k = (twos + 1023.5) | 0
  const r = (twos - (k - 1023)) * Math.LN2
  const quartic = 1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))
  return (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * quartic)))) * POWERS_OF_TWO[k]!
}

/** Softmax of each row of so many columns. */
export function softmax(x: Float32Array, columns: number): Float32Array {
  const y = new Float32Array(x.length)
  for (let start = 0; start < x.length; start += columns) softmaxRow(x, y, start, start + columns)
  return y
}

function softmaxRow(x: Float32Array, y: Float32Array, start: number, end: number): void {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = start; i < end; i++) if (x[i]! > largest) largest = x[i]!
  let sum = 0
  for (let i = start; i < end; i++) {
    const power = powerOfE(x[i]! - largest)
    y[i] = power
    sum += power
  }
  const share = 1 / sum
  for (let i = start; i < end; i++) y[i]! *= share
}

/**
 * tanh(a·x + b) · sigmoid(x) + leakyRelu(x). What tanh from a power of e loses near zero is less
 * than rounding to a Float32Array does.
 */
export function activations(x: Float32Array, a: number, b: number, slope: number): Float32Array {
  const y = new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!
    const tanh = 1 - 2 / (powerOfE(2 * (a * value + b)) + 1)
    y[i] = tanh / (1 + powerOfE(-value)) + (value > 0 ? value : slope * value)
  }
  return y
}

/** A parameter and what Adam keeps for it; updated in place. */
export interface AdamState {
  readonly p: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
}

/** Step number `step`, from 1, of Adam with the gradient `g`. */
export function adam({ p, m, v }: AdamState, g: Float32Array, rate: number, step: number): void {
  const unbias = rate / (1 - 0.9 ** step)
  const unbiasSquares = 1 / (1 - 0.999 ** step)
  for (let i = 0; i < p.length; i++) {
    const slope = g[i]!
    const average = 0.9 * m[i]! + (1 - 0.9) * slope
    const squares = 0.999 * v[i]! + (1 - 0.999) * slope * slope
    m[i] = average
    v[i] = squares
    p[i]! -= (unbias * average) / (Math.sqrt(unbiasSquares * squares) + 1e-8)
  }
}
