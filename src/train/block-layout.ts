// Where a training keeps what it trains: the params of each dtype in one block, each slot of the
// optimizer in a block of the same layout, and everything else that is resident after them.

import type { TensorType } from '../ir/type.ts'
import { tensorType } from '../ir/type.ts'
import { bytesOf } from '../kernel/program.ts'
import type { StateLayout, StateSlot } from '../lower/lowered.ts'
import { layoutState } from '../lower/state.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { type BlockMember, blockName, type ParamBlock, slotName } from '../optim/training-step.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'

/** A resident argument: its name and its type, with integer dims. */
export interface Resident {
  readonly name: string
  readonly type: TensorType
}

/** The blocks of a training and its whole state region. */
export interface TrainingLayout {
  readonly blocks: readonly ParamBlock[]
  readonly state: StateLayout
}

/** The layout for training `trained` with an optimizer; `others` are resident too. */
export function trainingLayout(
  trained: readonly Resident[],
  others: readonly Resident[],
  optimizer: Optimizer,
): TrainingLayout {
  const dtypes = [...new Set(trained.map(({ type }) => type.dtype))]
  const groups = dtypes.map(dtype => ({
    block: blockName(dtype),
    members: trained.filter(({ type }) => type.dtype === dtype),
  }))
  const params = layoutState(groups)
  const blocks = groups.map(({ block, members }, i) => blockOf(params, dtypes[i]!, block, members))
  const slots = blocks.flatMap(({ dtype, size }) =>
    optimizer.slots.map(slot => ({ name: slotName(slot, dtype), type: tensorType(dtype, [size]) })),
  )
  return { blocks, state: layoutState([...groups, { members: [...slots, ...others] }]) }
}

function blockOf(
  layout: StateLayout,
  dtype: DTypeName,
  block: string,
  members: readonly Resident[],
): ParamBlock {
  const whole = layout.slots.get(block)!
  const { bytes } = DTYPES[dtype]
  const placed = members.map(
    ({ name, type }): BlockMember => ({
      name,
      type,
      start: (layout.slots.get(name)!.offset - whole.offset) / bytes,
    }),
  )
  return { dtype, members: placed, size: bytesOf(whole) / bytes }
}

/** The place of a member's entries in a slot of the optimizer. */
export function slotOfMember(
  layout: TrainingLayout,
  slot: string,
  dtype: DTypeName,
  member: BlockMember,
): StateSlot {
  const whole = layout.state.slots.get(slotName(slot, dtype))!
  const offset = whole.offset + member.start * DTYPES[dtype].bytes
  return { type: dtype, shape: member.type.shape as readonly number[], offset }
}
