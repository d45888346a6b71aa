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
export { globalAvgPool } from '../model/ops/pooling.ts'
export { flatten } from '../model/ops/shape.ts'
export { tanh } from '../model/ops/unary.ts'
export { type BatchNormOptions, batchNorm } from './batch-norm.ts'
export {
  type Conv2dLayerOptions,
  type Conv2dTransposeLayerOptions,
  conv2d,
  conv2dTranspose,
} from './convolution.ts'
export { type DenseOptions, dense } from './dense.ts'
export { dropout } from './dropout.ts'
export { type LayerNormOptions, layerNorm } from './layer-norm.ts'
export { avgPool2d, maxPool2d } from './pooling.ts'
export { type SequencePart, sequential } from './sequential.ts'
