// Loads a program where functions may not be made from text; prints the error as JSON.

import { js } from '../../../src/backends/js/index.ts'
import { parseKernels } from '../../../src/kernel/text.ts'

const text = `program @p { output y: f32[1] launch @one(y) }
kernel @one(y: write f32[1]) { parallel i in 1 y[i] = 1 }`
const { programs } = parseKernels('probe.kir', text)
try {
  js.load(programs[0], js.memory(0), new Map())
} catch (error) {
  console.log(JSON.stringify({ name: error.name, message: error.message, help: error.help }))
}
