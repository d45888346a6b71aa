// The entry `gradc/nn`: layers, and what goes with them: activations and initializers.

export {
  constantOf,
  heNormal,
  heUniform,
  type Initializer,
  normal,
  ones,
  uniform,
  xavier,
  xavierNormal,
  zeros,
} from '../model/initializers.ts'
export { relu, sigmoid } from '../model/ops/activation.ts'
export { flatten } from '../model/ops/shape.ts'
export { tanh } from '../model/ops/unary.ts'
export { type BatchNormOptions, batchNorm } from './batch-norm.ts'
export { type DenseOptions, dense } from './dense.ts'
export { dropout } from './dropout.ts'
export { type LayerNormOptions, layerNorm } from './layer-norm.ts'
export { type SequencePart, sequential } from './sequential.ts'
