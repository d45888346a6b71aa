// The functions that every contract shares, as JavaScript. Panels hold 4 rows or 2 columns side by
// side for each step of the sum; the steps are an even number, so that two of them are one turn.
// All of it is in double: 8 sums stay in registers, and nothing is converted in the inner loop.

/** Rows of a tile. */
export const TILE_ROWS = 4

/** Columns of a tile. */
export const TILE_COLS = 2

/** Steps of a turn of the inner loop. */
export const TILE_STEPS = 2

/** Elements between panels: at a power of two apart they would compete for one set of the cache. */
export const PANEL_GAP = 8

/** `tile`, `multiply` and `pad`. */
export const TILE_SOURCE = `// z[r, c] += the sum over k of a[k, r] * b[k, c], for 4 rows and 2 columns
function tile(a, p, b, q, steps, z, i, width) {
  const j = i + width
  const k = j + width
  const l = k + width
  let c0 = z[i]
  let c1 = z[i + 1]
  let c2 = z[j]
  let c3 = z[j + 1]
  let c4 = z[k]
  let c5 = z[k + 1]
  let c6 = z[l]
  let c7 = z[l + 1]
  const end = (p + 4 * steps) | 0
  while (p < end) {
    const x0 = b[q]
    const x1 = b[(q + 1) | 0]
    const a0 = a[p]
    c0 += a0 * x0
    c1 += a0 * x1
    const a1 = a[(p + 1) | 0]
    c2 += a1 * x0
    c3 += a1 * x1
    const a2 = a[(p + 2) | 0]
    c4 += a2 * x0
    c5 += a2 * x1
    const a3 = a[(p + 3) | 0]
    c6 += a3 * x0
    c7 += a3 * x1
    const y0 = b[(q + 2) | 0]
    const y1 = b[(q + 3) | 0]
    const a4 = a[(p + 4) | 0]
    c0 += a4 * y0
    c1 += a4 * y1
    const a5 = a[(p + 5) | 0]
    c2 += a5 * y0
    c3 += a5 * y1
    const a6 = a[(p + 6) | 0]
    c4 += a6 * y0
    c5 += a6 * y1
    const a7 = a[(p + 7) | 0]
    c6 += a7 * y0
    c7 += a7 * y1
    p = (p + 8) | 0
    q = (q + 4) | 0
  }
  z[i] = c0
  z[i + 1] = c1
  z[j] = c2
  z[j + 1] = c3
  z[k] = c4
  z[k + 1] = c5
  z[l] = c6
  z[l + 1] = c7
}

// z += rows · columns, both packed into panels
function multiply(a, b, z, rows, cols, steps) {
  const width = cols + (cols & 1)
  for (let i = 0, p = 0; i < rows; i += 4, p += 4 * steps + 8) {
    for (let j = 0, q = 0; j < cols; j += 2, q += 2 * steps + 8) {
      tile(a, p, b, q, steps, z, i * width + j, width)
    }
  }
}

// Zeros for the step that makes an odd number of them even. What is in lanes without a row or
// column reaches no cell that is stored.
function pad(panel, lanes, count, depth) {
  const size = lanes * (depth + 1) + 8
  const end = Math.ceil(count / lanes) * size
  for (let p = lanes * depth; p < end; p += size) panel.fill(0, p, p + lanes)
}
`
