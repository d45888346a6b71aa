// Prints what training steps leave on the heap and in the arenas. A process of its own: nothing but
// the steps runs here. Started by heap.test.ts.

import { heapFigures } from '../../bench/heap.ts'
import { smallTraining } from '../../bench/workloads/heap-growth.ts'

const STEPS = 10_000

const { step, memory } = await smallTraining('js')
step()
const arenas = () => [memory.stateBytes, memory.scratchBytes]
const before = arenas()
const heap = heapFigures(step, STEPS)
process.stdout.write(JSON.stringify({ ...heap, before, after: arenas() }))
