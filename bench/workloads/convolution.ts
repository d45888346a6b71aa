// Convolutions of 3x3 alone: forward, by the image and by the kernel, each as one program, with
// padding and without, and with stride 2. The cotangent is an input of the gradients. What is timed
// is one run of the compiled program, inputs passed as they are, the result in an array of its own.
// Peers are left out: none has all three as calls of their own.

import {
  type Conv2dOptions,
  compile,
  conv2d,
  f32,
  gradient,
  model,
  mul,
  select,
  sum,
  type TypedGraph,
} from '../../src/index.ts'
import { floats } from '../data.ts'
import { forwardWork } from '../ideal.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

const IMAGE = [8, 16, 16, 32] as const
const KERNEL = [3, 3, 32, 32] as const

/** A convolution, and height and width of what it gives. */
interface Form {
  readonly name: string
  readonly words: string
  readonly options: Conv2dOptions
  readonly side: number
}

const FORMS: readonly Form[] = [
  { name: 'same', words: 'padding same', options: { padding: 'same' }, side: 16 },
  { name: 'valid', words: 'no padding', options: {}, side: 14 },
  { name: 'stride2', words: 'stride 2', options: { padding: 'same', stride: 2 }, side: 8 },
]

const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1)

/** The convolution and the sum of what it gives, weighed by a cotangent. */
function declared({ options, side }: Form) {
  const shape = [IMAGE[0], side, side, KERNEL[3]] as const
  const data = {
    x: floats(size(IMAGE), 1),
    kernel: floats(size(KERNEL), 2),
    ct: floats(size(shape), 3),
  }
  const program = model({
    inputs: { x: f32(...IMAGE), kernel: f32(...KERNEL), ct: f32(...shape) },
    body({ x, kernel, ct }) {
      const y = conv2d(x, kernel, options)
      return { y, loss: sum(mul(y, ct)) }
    },
  })
  return { program, data }
}

const ready = ({ graph }: TypedGraph, { dispose }: Disposable, run: () => unknown): Prepared => ({
  run,
  work: forwardWork(coreGraph(graph)),
  dispose,
})

/** What holds memory until it is told to let go. */
interface Disposable {
  readonly dispose: () => void
}

/** Each part of a convolution and of its derivative, with nothing of the others. */
const PARTS = {
  fwd: {
    words: 'the convolution',
    async prepare(form, { backend }) {
      const { program, data } = declared(form)
      const part = select(program, { inputs: ['x', 'kernel'], outputs: ['y'] })
      const compiled = await compile(part, { target: backend, dims: {} })
      const { ct: _, ...inputs } = data
      return ready(part, compiled, () => compiled(inputs, {}))
    },
  },
  dx: {
    words: 'the gradient by the image of the convolution',
    async prepare(form, { backend }) {
      const { program, data } = declared(form)
      const both = gradient(program, { of: 'loss', inputs: ['x'] })
      const part = select(both, { inputs: ['kernel', 'ct'], outputs: ['inputGrads'] })
      const compiled = await compile(part, { target: backend, dims: {} })
      const { x: _, ...inputs } = data
      return ready(part, compiled, () => compiled(inputs, {}))
    },
  },
  dw: {
    words: 'the gradient by the kernel of the convolution',
    async prepare(form, { backend }) {
      const { program, data } = declared(form)
      const both = gradient(program, { of: 'loss', inputs: ['kernel'] })
      const part = select(both, { inputs: ['x', 'ct'], outputs: ['inputGrads'] })
      const compiled = await compile(part, { target: backend, dims: {} })
      const { kernel: _, ...inputs } = data
      return ready(part, compiled, () => compiled(inputs, {}))
    },
  },
} as const satisfies Record<string, Part>

interface Part {
  readonly words: string
  readonly prepare: (form: Form, context: Context) => Promise<Prepared>
}

/** All parts of all convolutions. */
export const convolutions: readonly Bench[] = FORMS.flatMap(form =>
  Object.entries(PARTS).map(([part, { words, prepare }]) =>
    timed({
      name: `conv3-${form.name}-${part}`,
      summary: `${words} of [${IMAGE}] and [${KERNEL}], ${form.words}`,
      prepare: context => prepare(form, context),
    }),
  ),
)
