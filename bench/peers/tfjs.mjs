// TensorFlow.js as its documentation has one use it: eager ops within `tidy`, `variableGrads` and
// its own Adam. Its cpu and wasm backends finish a computation before the call returns.

import * as tf from '@tensorflow/tfjs'
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm'
import { LEAKY_SLOPE } from '../task.ts'

/** @param {'cpu' | 'wasm'} backend */
export async function open(backend) {
  tf.env().set('PROD', true)
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} does not start`)
  await tf.ready()
  return { threads: backend === 'wasm' ? getThreadsCount() : 1, prepare }
}

const tensor = ({ shape, data }) => tf.tensor(data, shape, 'float32')

/** @param {import('../task.ts').Task} task */
function prepare(task) {
  if (task.kind === 'apply') return prepareApply(task)
  return task.kind === 'adam' ? prepareAdam(task) : prepareStep(task)
}

/** @param {import('../task.ts').ApplyTask} task */
function prepareApply({ op, operands, transposeA, transposeB }) {
  const compute = {
    matmul: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    multiplyAdd: (x, y, z) => tf.add(tf.mul(x, y), z),
    activations: (x, a, b) =>
      tf.add(tf.mul(tf.tanh(tf.add(tf.mul(a, x), b)), tf.sigmoid(x)), tf.leakyRelu(x, LEAKY_SLOPE)),
    exp: tf.exp,
    tanh: tf.tanh,
    mean: x => tf.mean(x),
    softmax: x => tf.softmax(x),
  }[op]
  const given = operands.map(tensor)
  const once = () => tf.tidy(() => compute(...given))
  const computed = once()
  const result = computed.dataSync()
  computed.dispose()
  return { run: () => once().dispose(), result, dispose: () => tf.dispose(given) }
}

/** @param {import('../task.ts').AdamTask} task */
function prepareAdam({ rate, parameter, gradient, checkedSteps }) {
  const variable = tf.variable(tensor(parameter))
  const given = { [variable.name]: tensor(gradient) }
  const optimizer = tf.train.adam(rate)
  const run = () => optimizer.applyGradients(given)
  for (let i = 0; i < checkedSteps; i++) run()
  const dispose = () => tf.dispose([variable, given])
  return { run, result: variable.dataSync(), dispose }
}

/** @param {import('../task.ts').StepTask} task */
function prepareStep({ rate, activation, layers, x, labels, checkedSteps }) {
  const variables = layers.map(({ w, b }) => [tf.variable(tensor(w)), tf.variable(tensor(b))])
  const input = tensor(x)
  const classes = layers.at(-1).b.shape[0]
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes)
  const activate = { relu: tf.relu, tanh: tf.tanh }[activation]
  const loss = () => {
    let h = input
    variables.forEach(([w, b], i) => {
      const z = tf.add(tf.matMul(h, w), b)
      h = i < variables.length - 1 ? activate(z) : z
    })
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(h)), -1)))
  }
  const optimizer = tf.train.adam(rate)
  const step = () => optimizer.minimize(loss, true, variables.flat())
  const result = new Float32Array(checkedSteps)
  for (let i = 0; i < checkedSteps; i++) {
    const value = step()
    result[i] = value.dataSync()[0]
    value.dispose()
  }
  const dispose = () => tf.dispose([variables, input, targets])
  return { run: () => step().dispose(), result, dispose }
}
