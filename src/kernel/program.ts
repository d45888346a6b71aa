// A program: buffers placed in regions, and the items that run on them in order. It is what a
// backend executes and what generated scripts contain. A buffer is a typed, shaped view of a byte
// range, so whatever is checked or reused is checked and reused by ranges, not by names.

import { DTYPES, type DTypeName } from '../support/dtype.ts'
import type { SourceReference } from '../support/source.ts'
import { type Kernel, sizeOf } from './kernel.ts'

/** Where a buffer lies: its own array (input, output), or a range of one of the two arenas. */
export type Region = 'input' | 'state' | 'scratch' | 'output'

/** A typed, shaped view of bytes; `offset` counts bytes from the start of an arena. */
export interface Buffer {
  readonly name: string
  readonly region: Region
  readonly type: DTypeName
  readonly shape: readonly number[]
  readonly offset: number
}

/** What a launch is for: the values, their derivatives, or the optimizer's new params. */
export type Phase = 'forward' | 'backward' | 'update'

/**
 * Which part of the user's graph a launch computes. Text holds its layer path and the names of the
 * values that it stores; the other fields are of this process only.
 */
export interface Origin {
  readonly path: string
  readonly values: readonly string[]
  readonly phase?: Phase | undefined
  /** The user's lines that it computes, those of what it stores first. */
  readonly sources?: readonly SourceReference[] | undefined
}

/** One run of a kernel over all its points; `args` name a buffer for every parameter. */
export interface Launch {
  readonly kind: 'launch'
  readonly kernel: string
  readonly args: readonly string[]
  readonly origin: Origin | undefined
}

/** Overwrites scratch that nobody needs any more, so that who still reads it is found out. */
export interface Poison {
  readonly kind: 'poison'
  readonly buffers: readonly string[]
}

/** A step of a program; told apart by `kind`, so that counted repeats can join them. */
export type Item = Launch | Poison

/**
 * Buffers, the kernels launched on them, and the items in order; lowering leaves a
 * `Program<Launch>`.
 */
export interface Program<I extends Item = Item> {
  readonly name: string
  readonly buffers: readonly Buffer[]
  readonly kernels: readonly Kernel[]
  readonly items: readonly I[]
}

/** What a poisoned byte holds: as floats NaN, as integers -1 or the largest. */
export const POISON_BYTE = 0xff

/** The launches of a program, in order. */
export function launchesOf({ items }: Program): readonly Launch[] {
  return items.filter(item => item.kind === 'launch')
}

/** Every arena buffer begins at a multiple of this many bytes: one SIMD vector. */
export const ALIGNMENT_BYTES = 16

/** Whether buffers of the region share one arena; the others have memory of their own. */
export function isArena(region: Region): region is 'state' | 'scratch' {
  return region === 'state' || region === 'scratch'
}

/** The bytes that a buffer spans. */
export function bytesOf(buffer: Pick<Buffer, 'type' | 'shape'>): number {
  return DTYPES[buffer.type].bytes * sizeOf(buffer.shape)
}

/** The bytes that an arena must have to hold every buffer of `program` in it. */
export function arenaBytes(program: Program, region: 'state' | 'scratch'): number {
  const inside = program.buffers.filter(buffer => buffer.region === region)
  return inside.reduce((end, buffer) => Math.max(end, buffer.offset + bytesOf(buffer)), 0)
}
