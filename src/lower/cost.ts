// What computing an element costs, roughly: enough to tell an addition from an exponential. Used to
// decide what may be computed twice; nothing depends on the exact numbers.

import { weightOf } from '../kernel/op-weights.ts'
import type { Scalar } from '../kernel/scalar.ts'
import { reach } from '../kernel/uses.ts'

/** Operations and loads behind one element. */
export interface Cost {
  readonly flops: number
  readonly loads: number
  /** Whether something dear behind it is made anew in every kernel; see `isMadeOfNothing`. */
  readonly isRemade: boolean
}

/** An element that is a literal. */
export const FREE: Cost = { flops: 0, loads: 0, isRemade: false }

/** An element that lies in memory. */
export const LOADED: Cost = { flops: 0, loads: 1, isRemade: false }

/** From here on an element that loads something is computed once, whatever it costs to keep. */
export const DEAREST = 8

/** Loads per element that are next to nothing: those of a key and a counter for a few dozens. */
const NEXT_TO_NOTHING = 1 / 16

/**
 * Whether an element is dear but made of next to nothing, as a number drawn from key and counter.
 * Such a value is not kept for several kernels: each of them makes it anew. A draw depends on its
 * position alone, so it has the same bits everywhere. Kept, the mask of a dropout would hold memory
 * of the size of the activations from the forward pass to the end of the backward pass, and its
 * price would make the activations it is applied to worth keeping a second time. Drawn again, it
 * costs some hundred integer operations an element, beside contractions that do several hundred
 * with the same element. That holds where a kernel draws each element once; what a single kernel
 * would draw several times is kept.
 */
export function isMadeOfNothing({ flops, loads, isRemade }: Cost): boolean {
  return (isRemade || flops >= DEAREST) && loads <= NEXT_TO_NOTHING
}

/** What such a value adds to those made of it: it has no say in whether they are kept. */
export function remade({ loads }: Cost): Cost {
  return { flops: 0, loads, isRemade: true }
}

/** The operations of an expression; casts and choices count too. */
export function flopsOf(root: Scalar): number {
  return reach([root]).order.reduce((flops, node) => flops + weightOf(node), 0)
}

/** What an operation costs beside an element that moves through memory. */
const FLOP = 1 / 4

/**
 * Whether to compute a value again at each of `times` uses rather than to keep it: by the elements
 * that move through memory either way, an operation at a quarter of the price of one.
 */
export function isWorthRepeating({ flops, loads }: Cost, times: number): boolean {
  if (flops >= DEAREST) return false
  return times * loads + (times - 1) * flops * FLOP <= loads + 1 + times
}

/**
 * Whether a factor of a product is computed while it is packed rather than stored before: where it
 * is little more than a load. A scale, an activation and a mask are; a gradient made of two tensors
 * is not, and a launch that has them at hand anyway stores it for the price of one trip.
 */
export function isWorthFolding({ flops, loads }: Cost): boolean {
  return loads - 1 + flops * FLOP <= FOLDED
}

/** A mask: one more load, a comparison and a choice. A little more for what a broadcast adds. */
const FOLDED = 1.6
