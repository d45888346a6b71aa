// jax-js as its documentation has one use it: jitted functions on its WebAssembly device, with
// values passed on or kept by reference counts. Its optimizers are not on the package registry, so
// Adam is written out, in the same jitted step as the gradient.

import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax'
import { LEAKY_SLOPE } from '../task.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

export async function open() {
  const devices = await init('wasm')
  if (!devices.includes('wasm')) throw new Error('device wasm does not start')
  defaultDevice('wasm')
  // Its worker pool needs a global Worker, which Node does not have.
  return { threads: 1, prepare }
}

const tensor = ({ shape, data }) => np.array(data, { shape: [...shape] })

const disposeAll = arrays => {
  for (const one of arrays) one.dispose()
}

/** @param {import('../task.ts').Task} task */
function prepare(task) {
  if (task.kind === 'apply') return prepareApply(task)
  return task.kind === 'adam' ? prepareAdam(task) : prepareStep(task)
}

function activations(x, a, b) {
  const gate = np.tanh(np.add(np.multiply(a, x.ref), b))
  return np.add(np.multiply(gate, nn.sigmoid(x.ref)), nn.leakyRelu(x, LEAKY_SLOPE))
}

/** @param {import('../task.ts').ApplyTask} task */
async function prepareApply({ op, operands, transposeA, transposeB }) {
  const flipped = (x, flip) => (flip ? np.transpose(x) : x)
  const compute = {
    matmul: (a, b) => np.matmul(flipped(a, transposeA), flipped(b, transposeB)),
    multiplyAdd: (x, y, z) => np.add(np.multiply(x, y), z),
    activations,
    exp: np.exp,
    tanh: np.tanh,
    mean: x => np.mean(x),
    softmax: x => nn.softmax(x, -1),
  }[op]
  const compiled = jit(compute)
  const given = operands.map(tensor)
  const once = () => compiled(...given.map(one => one.ref))
  const run = async () => {
    const computed = once()
    await computed.blockUntilReady()
    computed.dispose()
  }
  const result = Float32Array.from(await once().data())
  const dispose = () => {
    disposeAll(given)
    compiled.dispose()
  }
  return { run, result, dispose }
}

/** The new parameter and moments of one Adam update; takes ownership of all but the corrections. */
function updated(p, g, m, v, rate, correction1, correction2) {
  const newM = np.add(np.multiply(m, BETA1), np.multiply(g.ref, 1 - BETA1))
  const newV = np.add(np.multiply(v, BETA2), np.multiply(np.square(g), 1 - BETA2))
  const denominator = np.add(np.sqrt(np.multiply(newV.ref, correction2.ref)), EPSILON)
  const change = np.divide(np.multiply(np.multiply(newM.ref, correction1.ref), rate), denominator)
  return [np.subtract(p, change), newM, newV]
}

/** Scalars that change with every step are passed as arrays: numbers would compile anew. */
function corrections(step) {
  return [BETA1, BETA2].map(beta =>
    np.array(new Float32Array([1 / (1 - beta ** step)]), { shape: [] }),
  )
}

const zerosLike = ({ shape }) => np.zeros([...shape])

/** @param {import('../task.ts').AdamTask} task */
async function prepareAdam({ rate, parameter, gradient, checkedSteps }) {
  const update = jit((p, g, m, v, c1, c2) => {
    const next = updated(p, g, m, v, rate, c1, c2)
    disposeAll([c1, c2])
    return next
  })
  const g = tensor(gradient)
  let [p, m, v] = [tensor(parameter), zerosLike(parameter), zerosLike(parameter)]
  let steps = 0
  const run = async () => {
    steps++
    ;[p, m, v] = update(p, g.ref, m, v, ...corrections(steps))
    // One result stands for all: they wait for the same kernels, and waiting for each costs more.
    await p.blockUntilReady()
  }
  while (steps < checkedSteps) await run()
  const result = Float32Array.from(await p.ref.data())
  const dispose = () => {
    disposeAll([p, m, v, g])
    update.dispose()
  }
  return { run, result, dispose }
}

/** @param {import('../task.ts').StepTask} task */
async function prepareStep({ rate, activation, layers, x, labels, checkedSteps }) {
  const activate = { relu: nn.relu, tanh: np.tanh }[activation]
  const classes = layers.at(-1).b.shape[0]
  const lossOf = (params, input, targets) => {
    let h = input
    for (let i = 0; i < params.length; i += 2) {
      const z = np.add(np.matmul(h, params[i]), params[i + 1])
      h = i + 2 < params.length ? activate(z) : z
    }
    return np.negative(np.mean(np.sum(np.multiply(targets, nn.logSoftmax(h, -1)), -1)))
  }
  const lossAndGrads = valueAndGrad(lossOf)
  const step = jit((params, ms, vs, input, targets, c1, c2) => {
    const [loss, grads] = lossAndGrads(
      params.map(p => p.ref),
      input,
      targets,
    )
    const next = params.map((p, i) => updated(p, grads[i], ms[i], vs[i], rate, c1, c2))
    disposeAll([c1, c2])
    return { loss, state: [0, 1, 2].map(part => next.map(one => one[part])) }
  })
  const shapes = layers.flatMap(({ w, b }) => [w, b])
  let state = [shapes.map(tensor), shapes.map(zerosLike), shapes.map(zerosLike)]
  const input = tensor(x)
  const targets = nn.oneHot(np.array(labels), classes)
  let steps = 0
  const advance = async () => {
    steps++
    const next = step(...state, input.ref, targets.ref, ...corrections(steps))
    state = next.state
    await next.loss.blockUntilReady()
    return next.loss
  }
  const result = new Float32Array(checkedSteps)
  for (let i = 0; i < checkedSteps; i++) result[i] = (await (await advance()).data())[0]
  const run = async () => (await advance()).dispose()
  const dispose = () => {
    disposeAll([...state.flat(), input, targets])
    step.dispose()
  }
  return { run, result, dispose }
}
