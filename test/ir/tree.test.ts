// Trees of names.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterNames, joinPath, mapNames, namesOf, nestNames } from '../../src/ir/tree.ts'
import { runs } from '../counts.ts'

const tree = { l1: { w: 'l1.w', b: 'l1.b' }, blocks: [{ w: 'blocks.0.w' }, {}], s: 's' }

describe('a tree of names', () => {
  it('is listed in its order', () => {
    expect(namesOf(tree)).toEqual(['l1.w', 'l1.b', 'blocks.0.w', 's'])
    expect(namesOf('a')).toEqual(['a'])
  })

  it('is mapped in place, keys that objects inherit included', () => {
    expect(mapNames(tree, name => name.length)).toEqual({
      l1: { w: 4, b: 4 },
      blocks: [{ w: 10 }, {}],
      s: 1,
    })
    const odd = Object.fromEntries([['__proto__', 'x']])
    expect(Object.keys(mapNames(odd, name => name) as object)).toEqual(['__proto__'])
  })

  it('keeps what is asked for; lists keep their places', () => {
    expect(filterNames(tree, name => name === 'l1.b')).toEqual({ l1: { b: 'l1.b' } })
    expect(filterNames(tree, name => name === 'blocks.0.w')).toEqual({
      blocks: [{ w: 'blocks.0.w' }, {}],
    })
    expect(filterNames(tree, () => false)).toBeUndefined()
  })

  it('nests flat names and back', () => {
    expect(nestNames(['a.0.w', 'a.1.w', 'b', 'c.1', 'c.0'])).toEqual({
      a: [{ w: 'a.0.w' }, { w: 'a.1.w' }],
      b: 'b',
      c: { 0: 'c.0', 1: 'c.1' },
    })
    const key = fc.constantFrom('a', 'b', 'c', '0', '1', '__proto__', 'constructor')
    const name = fc.array(key, { minLength: 3, maxLength: 3 }).map(keys => keys.join('.'))
    fc.assert(
      fc.property(fc.uniqueArray(name), names => {
        expect(namesOf(nestNames(names)).sort()).toEqual([...names].sort())
      }),
      runs(),
    )
  })

  it('refuses a name that is the path of another', () => {
    expect(() => nestNames(['a.b.c', 'a.b'])).toThrow('E105')
    expect(() => nestNames(['a', 'a.b'])).toThrow('E105')
  })

  it('joins paths with dots', () => {
    expect(joinPath('', 'a')).toBe('a')
    expect(joinPath('a.b', 'c')).toBe('a.b.c')
  })
})
