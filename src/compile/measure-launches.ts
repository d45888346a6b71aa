// The launches of a program on the clock, for `explain({ profile: true })`.

import type { Loaded } from '../backends/backend.ts'
import { sizeOf } from '../kernel/kernel.ts'
import type { Program } from '../kernel/program.ts'
import { DTYPES, type TypedArray } from '../support/dtype.ts'
import { now } from './resident.ts'

/** So many runs that one which was disturbed does not show in the middle of them. */
const RUNS = 21

/** Milliseconds of each launch on the inputs of the last run, and on zeros where none was given. */
export function measureLaunches(
  { buffers }: Program,
  loaded: Loaded,
  given: Readonly<Record<string, TypedArray>>,
): readonly number[] {
  const zeros = buffers
    .filter(({ region, name }) => region === 'input' && given[name] === undefined)
    .map(({ name, type, shape }) => [name, DTYPES[type].allocate(sizeOf(shape))] as const)
  return now(loaded.profile({ ...Object.fromEntries(zeros), ...given }, RUNS))
}
