// The entry `gradc/optim`: optimizers.

export { type AdamOptions, adam } from './adam.ts'
export { gradientDescent, type MomentumOptions, momentum } from './gradient-descent.ts'
export type { Named, Optimizer, UpdateContext, Updated } from './optimizer.ts'
