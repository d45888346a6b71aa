// Batch normalization by hand, forward and backward, as the loops of hand-written.ts are: the
// fastest that we know in plain JavaScript.

/** What batch normalization is given: examples, a cotangent of the result, params and averages. */
export interface BatchNormGiven {
  readonly x: Float32Array
  readonly ct: Float32Array
  readonly gamma: Float32Array
  readonly beta: Float32Array
  /** The running averages before. */
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** What it gives, forward and backward, and the running averages after. */
export interface BatchNormResult {
  readonly y: Float32Array
  readonly dx: Float32Array
  readonly dGamma: Float32Array
  readonly dBeta: Float32Array
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** Of each column: Σ d, Σ d², Σ ct and Σ ct · d, where d = x − the first x of the column. */
interface Sums {
  readonly d: Float64Array
  readonly dd: Float64Array
  readonly c: Float64Array
  readonly cd: Float64Array
}

/** Of each column: y = scale · x + shift, dx = scale · ct + xScale · x + xShift. */
interface Factors {
  readonly scale: Float64Array
  readonly shift: Float64Array
  readonly xScale: Float64Array
  readonly xShift: Float64Array
}

const MOMENTUM = 0.9
const EPSILON = 1e-5

const singles = (size: number) => new Float32Array(size)
const doubles = (size: number) => new Float64Array(size)

/**
 * Batch normalization of each column, forward and backward at once: a cotangent that is there from
 * the start lets all four sums be taken while x and ct are read for the first time, and both
 * results be written while they are read for the second.
 */
export function batchNorm(given: BatchNormGiven): BatchNormResult {
  const { x, ct, gamma } = given
  const [size, columns] = [x.length, gamma.length]
  const result: BatchNormResult = {
    y: singles(size),
    dx: singles(size),
    dGamma: singles(columns),
    dBeta: singles(columns),
    mean: singles(columns),
    variance: singles(columns),
  }
  const sums = columnSums(x, ct, columns)
  writeRows(x, ct, columnFactors(given, sums, result), result)
  return result
}

function columnSums(x: Float32Array, ct: Float32Array, columns: number): Sums {
  const sums = {
    d: doubles(columns),
    dd: doubles(columns),
    c: doubles(columns),
    cd: doubles(columns),
  }
  for (let column = 0; column < columns; column++) {
    // Without the difference, squares of a column far from zero would lose its variance.
    const first = x[column]!
    let d = 0
    let dd = 0
    let c = 0
    let cd = 0
    for (let i = column; i < x.length; i += columns) {
      const difference = x[i]! - first
      const cotangent = ct[i]!
      d += difference
      dd += difference * difference
      c += cotangent
      cd += cotangent * difference
    }
    sums.d[column] = d
    sums.dd[column] = dd
    sums.c[column] = c
    sums.cd[column] = cd
  }
  return sums
}

/** The factors of each column; small results are written on the way. */
function columnFactors(given: BatchNormGiven, sums: Sums, result: BatchNormResult): Factors {
  const { x, gamma, beta } = given
  const columns = gamma.length
  const rows = x.length / columns
  const [scale, shift, xScale, xShift] = [
    doubles(columns),
    doubles(columns),
    doubles(columns),
    doubles(columns),
  ]
  for (let k = 0; k < columns; k++) {
    const offset = sums.d[k]! / rows
    const center = x[k]! + offset
    const spread = sums.dd[k]! / rows - offset * offset
    const deviation = 1 / Math.sqrt(spread + EPSILON)
    const dGamma = (sums.cd[k]! - offset * sums.c[k]!) * deviation
    scale[k] = gamma[k]! * deviation
    shift[k] = beta[k]! - scale[k]! * center
    xScale[k] = (-scale[k]! * dGamma * deviation) / rows
    xShift[k] = (-scale[k]! * sums.c[k]!) / rows - xScale[k]! * center
    result.dGamma[k] = dGamma
    result.dBeta[k] = sums.c[k]!
    result.mean[k] = MOMENTUM * given.mean[k]! + (1 - MOMENTUM) * center
    result.variance[k] = MOMENTUM * given.variance[k]! + (1 - MOMENTUM) * spread
  }
  return { scale, shift, xScale, xShift }
}

/** Four rows at a time, so that factors are read a quarter as often. */
function writeRows(
  x: Float32Array,
  ct: Float32Array,
  { scale, shift, xScale, xShift }: Factors,
  { y, dx }: BatchNormResult,
): void {
  const columns = scale.length
  const last = x.length - columns
  for (let row0 = 0; row0 <= last; row0 += 4 * columns) {
    // Where rows are no multiple of four, the last one is written again.
    const row1 = Math.min(row0 + columns, last)
    const row2 = Math.min(row1 + columns, last)
    const row3 = Math.min(row2 + columns, last)
    for (let k = 0; k < columns; k++) {
      const a = scale[k]!
      const b = shift[k]!
      const c = xScale[k]!
      const d = xShift[k]!
      const x0 = x[row0 + k]!
      const x1 = x[row1 + k]!
      const x2 = x[row2 + k]!
      const x3 = x[row3 + k]!
      y[row0 + k] = a * x0 + b
      y[row1 + k] = a * x1 + b
      y[row2 + k] = a * x2 + b
      y[row3 + k] = a * x3 + b
      dx[row0 + k] = a * ct[row0 + k]! + c * x0 + d
      dx[row1 + k] = a * ct[row1 + k]! + c * x1 + d
      dx[row2 + k] = a * ct[row2 + k]! + c * x2 + d
      dx[row3 + k] = a * ct[row3 + k]! + c * x3 + d
    }
  }
}
