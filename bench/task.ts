// What a workload asks of other libraries: the computation and the numbers in it as plain data,
// which crosses to their processes. Every peer answers with what it computed, so that only equal
// work is compared.

/** A tensor as data. */
export interface TaskTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** One operation on given tensors; its result is what is compared. */
export interface ApplyTask {
  readonly kind: 'apply'
  readonly op: 'matmul' | 'multiplyAdd' | 'activations' | 'exp' | 'tanh' | 'mean' | 'softmax'
  readonly operands: readonly TaskTensor[]
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * Adam updates of one parameter with a given gradient. What is compared is the parameter after the
 * first `checkedSteps`.
 */
export interface AdamTask {
  readonly kind: 'adam'
  readonly rate: number
  readonly parameter: TaskTensor
  readonly gradient: TaskTensor
  readonly checkedSteps: number
}

/** A dense layer: weights [in, out] and biases [out]. */
export interface TaskLayer {
  readonly w: TaskTensor
  readonly b: TaskTensor
}

/**
 * Training steps of a classifier of dense layers with softmax cross-entropy, on one batch, with
 * Adam. What is compared are the losses of the first `checkedSteps`.
 */
export interface StepTask {
  readonly kind: 'step'
  readonly rate: number
  readonly activation: 'relu' | 'tanh'
  readonly layers: readonly TaskLayer[]
  readonly x: TaskTensor
  readonly labels: Int32Array
  readonly checkedSteps: number
}

/** Anything that peers are asked to do. */
export type Task = ApplyTask | AdamTask | StepTask

/**
 * How far a peer's numbers may be from ours, as a share of the largest of ours. Libraries sum in
 * different orders, and some sum millions of numbers one by one in single precision, which alone
 * costs almost a percent; a wrong operand, transposition or formula is off by far more.
 */
export const TOLERANCE = 0.01

/**
 * The same for loops written by hand in the process, which compute in double as we do on js: what
 * is left are roundings to single precision and the order of sums.
 */
export const HAND_TOLERANCE = 2e-6

/** The slope of the leaky relu in `activations`: tanh(a·x + b) · sigmoid(x) + leakyRelu(x). */
export const LEAKY_SLOPE = 0.01

/**
 * Says how two results differ, or nothing where they agree. NaN agrees with nothing.
 */
export function disagreement(
  ours: Float32Array,
  theirs: Float32Array,
  tolerance = TOLERANCE,
): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} numbers here, ${theirs.length} there`
  let largest = 0
  for (const value of ours) largest = Math.max(largest, Math.abs(value))
  const at = ours.findIndex((value, i) => !(Math.abs(value - theirs[i]!) <= tolerance * largest))
  return at < 0 ? undefined : `number ${at} is ${ours[at]} here, ${theirs[at]} there`
}
