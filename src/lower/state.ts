// Where the state of a model lies: the members of a group end to end, each at a multiple of one
// SIMD vector, so that a kernel over the whole group is one loop over one range. The layout depends
// on nothing but its groups, so every program of a model can share it.

import type { TensorType } from '../ir/type.ts'
import { ALIGNMENT_BYTES, bytesOf } from '../kernel/program.ts'
import { invariant } from '../support/diagnostic.ts'
import { DTYPES } from '../support/dtype.ts'
import type { StateLayout, StateSlot } from './lowered.ts'

/** An argument that is resident in the state region; its dims are integers. */
export interface StateMember {
  readonly name: string
  readonly type: TensorType
}

/** Arguments that lie end to end; `block` names a slot that spans them all, gaps included. */
export interface StateGroup {
  readonly block?: string | undefined
  readonly members: readonly StateMember[]
}

/** The next multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

/** The places of all members and blocks, group after group. */
export function layoutState(groups: readonly StateGroup[]): StateLayout {
  const slots = new Map<string, StateSlot>()
  let bytes = 0
  const add = (name: string, slot: StateSlot) => {
    invariant(!slots.has(name), 'state layout', `names differ, got ${name} twice`)
    slots.set(name, slot)
  }
  for (const { block, members } of groups) {
    const start = bytes
    let end = bytes
    for (const { name, type } of members) {
      const slot = slotOf(type, bytes)
      add(name, slot)
      end = slot.offset + bytesOf(slot)
      bytes = aligned(end)
    }
    if (block !== undefined) add(block, blockOf(members, start, end))
  }
  return { slots, bytes }
}

function slotOf({ dtype, shape }: TensorType, offset: number): StateSlot {
  const isBound = shape.every(extent => typeof extent === 'number')
  invariant(isBound, 'state layout', `dims are integers, got [${shape}]`)
  return { type: dtype, shape: shape as readonly number[], offset }
}

function blockOf(members: readonly StateMember[], start: number, end: number): StateSlot {
  const type = members[0]?.type.dtype ?? 'f32'
  const isUniform = members.every(member => member.type.dtype === type)
  invariant(isUniform, 'state layout', 'the members of a block have one dtype')
  return { type, shape: [(end - start) / DTYPES[type].bytes], offset: start }
}
