// Threefry-2x32 with 20 rounds: the counter-based generator behind every random op.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
// rotation constants and key schedule as in the authors' Random123 library.

/** Rotation distances in bits, alternating every four rounds. */
export const THREEFRY_ROTATIONS: readonly (readonly number[])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
]

/** The parity word of the key schedule (SKEIN_KS_PARITY32). */
export const THREEFRY_PARITY = 0x1bd11bda

/**
 * Both words of Threefry-2x32-20 for key `(k0, k1)` and counter `(c0, c1)`; all words are u32.
 * Pure integer arithmetic, so every engine and backend gives the same bits.
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const key = [k0 >>> 0, k1 >>> 0, (k0 ^ k1 ^ THREEFRY_PARITY) >>> 0]
  let x0 = (c0 + k0) >>> 0
  let x1 = (c1 + k1) >>> 0
  for (let group = 0; group < 5; group++) {
    for (const distance of THREEFRY_ROTATIONS[group % 2]!) {
      x0 = (x0 + x1) >>> 0
      x1 = ((x1 << distance) | (x1 >>> (32 - distance))) >>> 0
      x1 = (x1 ^ x0) >>> 0
    }
    x0 = (x0 + key[(group + 1) % 3]!) >>> 0
    x1 = (x1 + key[(group + 2) % 3]! + group + 1) >>> 0
  }
  return [x0, x1]
}
