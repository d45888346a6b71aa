// To which layer and phase a launch belongs that computes values of several.

import { describe, expect, it } from 'vitest'
import type { Origin as NodeOrigin } from '../../src/ir/graph.ts'
import { originOfLaunch } from '../../src/lower/origin.ts'
import type { Values } from '../../src/lower/values.ts'
import { SourceReference } from '../../src/support/source.ts'

const place = (line: number) => new SourceReference({ file: 'model.ts', line, column: 1 })
const forward = { id: 0, op: 'matmul' }

/** Values 0, 1, … made by nodes of these origins; undefined is an argument. */
function originOf(
  origins: readonly (NodeOrigin | undefined)[],
  roots: readonly number[],
  computed: readonly number[] = origins.map((_, id) => id),
) {
  const values = new Map(
    origins.map((origin, id) => [id, { id, node: origin && { id, origin } }]),
  ) as unknown as Values
  return originOfLaunch(values, roots, computed, id => `v${id}`)
}

describe('a launch', () => {
  it('belongs to the last phase of what it stores', () => {
    const origins = [{ path: 'a' }, { path: 'b', forward }, { isUpdate: true }]
    expect(originOf(origins, [0])).toMatchObject({ phase: 'forward', path: 'a' })
    expect(originOf(origins, [1, 0])).toMatchObject({ phase: 'backward', path: 'b' })
    expect(originOf(origins, [0, 1, 2])).toMatchObject({ phase: 'update', path: '' })
  })

  it('belongs to the layer of the last value that it stores', () => {
    const origins = [{ path: 'a' }, { path: 'b' }, { path: 'c' }]
    expect(originOf(origins, [1, 0])).toMatchObject({ path: 'b', values: ['v1', 'v0'] })
  })

  it('belongs to the last layer on the way where no layer made what it stores', () => {
    const origins = [{ path: 'a' }, { path: 'b' }, { path: 'c', forward }, {}]
    expect(originOf(origins, [3])).toMatchObject({ phase: 'forward', path: 'b' })
  })

  it('names the lines of all that it computes, those of what it stores first', () => {
    const lines = [3, 1, 2].map(place)
    const origins = [...lines.map(source => ({ source })), { source: lines[0] }]
    expect(originOf(origins, [1]).sources).toEqual([lines[1], lines[0], lines[2]])
  })

  it('that copies an argument belongs to no layer', () => {
    const nowhere = { path: '', values: ['v0'], phase: 'forward', sources: [] }
    expect(originOf([undefined], [0])).toEqual(nowhere)
  })
})
