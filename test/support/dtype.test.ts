// Element types: rounding to the stored type, storage, views.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DTYPE_NAMES, DTYPES, isDTypeName, isFloat } from '../../src/support/dtype.ts'
import { runs } from '../counts.ts'

describe('element types', () => {
  it('are the five of the table, in its order', () => {
    expect(DTYPE_NAMES).toEqual(['f32', 'f64', 'i32', 'u32', 'bool'])
    for (const name of DTYPE_NAMES) expect(DTYPES[name].name).toBe(name)
  })

  it('are recognized by name, without the names of Object.prototype', () => {
    expect(isDTypeName('f32')).toBe(true)
    expect(isDTypeName('f16')).toBe(false)
    expect(isDTypeName('toString')).toBe(false)
  })

  it('carry derivatives exactly when they are floats', () => {
    expect(DTYPE_NAMES.filter(isFloat)).toEqual(['f32', 'f64'])
  })

  it('round floats to nearest, wrap integers in two’s complement, and make truth 0 or 1', () => {
    expect(DTYPES.f32.round(0.1)).toBe(0.10000000149011612)
    expect(DTYPES.f64.round(0.1)).toBe(0.1)
    expect(DTYPES.i32.round(2 ** 31)).toBe(-(2 ** 31))
    expect(DTYPES.i32.round(-1.9)).toBe(-1)
    expect(DTYPES.u32.round(-1)).toBe(2 ** 32 - 1)
    expect(DTYPES.bool.round(-3)).toBe(1)
    expect(DTYPES.bool.round(0)).toBe(0)
    expect(Object.is(DTYPES.f32.round(-0), -0)).toBe(true)
  })

  it.each(DTYPE_NAMES)('%s rounds to exactly what its array stores', name => {
    const dtype = DTYPES[name]
    const array = dtype.allocate(1)
    const property = fc.property(fc.double(), value => {
      const rounded = dtype.round(value)
      array[0] = rounded
      expect(array[0]).toBe(rounded)
      expect(dtype.round(rounded)).toBe(rounded)
    })
    fc.assert(property, runs())
  })

  it.each(DTYPE_NAMES)('%s allocates zeros and views bytes in place', name => {
    const dtype = DTYPES[name]
    expect([...dtype.allocate(3)]).toEqual([0, 0, 0])
    const buffer = new ArrayBuffer(4 * dtype.bytes)
    const view = dtype.view(buffer, dtype.bytes, 2)
    view[1] = 1
    expect(view.BYTES_PER_ELEMENT).toBe(dtype.bytes)
    expect([...dtype.view(buffer, 0, 4)]).toEqual([0, 0, 1, 0])
  })
})
