// The entry `gradc`: building graphs, ops, derivatives, passes, text and the reference interpreter.
// Re-exports only, by file; importing it does nothing. Op files whose exports are all public are
// taken whole, so that a new op in one of them is public too.

export { type DerivativeOptions, gradient, gradients, jvp } from './autodiff/gradient.ts'
export * as attribute from './ir/attribute.ts'
export { bindGraph, graphDims } from './ir/bind.ts'
export { type Appender, GraphBuilder, type Value } from './ir/builder.ts'
export {
  apply,
  type CompositeSection,
  defineComposite,
  defineOp,
  defineVariadicOp,
  type OpSection,
  operator,
  type VariadicSection,
} from './ir/define.ts'
export { type Dim, type Dims, dim } from './ir/dim.ts'
export type { Rounding } from './ir/evaluate.ts'
export type { Argument, Graph, Node, Origin, Output, Role, Update, ValueId } from './ir/graph.ts'
export { nodesOf } from './ir/graph.ts'
export {
  type ArgumentValue,
  type InterpretOptions,
  interpret,
  type RunResult,
} from './ir/interpret.ts'
export { type HostTensor, Literal, type NestedArray } from './ir/literal.ts'
export {
  type Derivative,
  type Facts,
  notDifferentiable,
  notImplemented,
  type Op,
  type Operator,
  type OpTable,
  type Violation,
  violation,
  zero,
} from './ir/op.ts'
export { type ParseOptions, parseGraph, parseGraphs } from './ir/parser.ts'
export { graphsEqual, type PrintOptions, printGraph, printGraphs } from './ir/printer.ts'
export { type Draw, type OperandSample, operand, type Sample } from './ir/sample.ts'
export { printType, type Shape, type TensorType, tensorType, typesEqual } from './ir/type.ts'
export { type Finding, type Stage, verifyGraph } from './ir/verify.ts'
export * as scalar from './kernel/scalar.ts'
export * from './ops/activation.ts'
export { add, div, mul, neg, reciprocal, square, sub } from './ops/arithmetic.ts'
export { broadcastTo, sum } from './ops/broadcast.ts'
export * from './ops/call.ts'
export * from './ops/comparison.ts'
export * from './ops/contraction.ts'
export { constant, full, fullLike, iota, size } from './ops/creation.ts'
export * from './ops/cross-entropy.ts'
export * from './ops/cumulative.ts'
export * from './ops/distributions.ts'
export * from './ops/exponential.ts'
export { type BinaryOp, binary, defineUnary, type UnaryOp, unary } from './ops/families.ts'
export * from './ops/gelu.ts'
export * from './ops/indexing.ts'
export * from './ops/joining.ts'
export * from './ops/logic.ts'
export * from './ops/losses.ts'
export { expandDims, reshape, reverse, squeeze, transpose } from './ops/movement.ts'
export { oneHot } from './ops/one-hot.ts'
export * from './ops/padding.ts'
export * from './ops/piecewise.ts'
export * from './ops/product.ts'
export { type RandomBitsOptions, type RandomOptions, randomBits } from './ops/random.ts'
export type { ReduceOp, ReduceOptions } from './ops/reducing.ts'
export * from './ops/reduction.ts'
export { ops } from './ops/registry.ts'
export * from './ops/select.ts'
export { slice } from './ops/slicing.ts'
export { type AxisOp, logSoftmax, logSumExp, softmax } from './ops/softmax.ts'
export * from './ops/statistics.ts'
export * from './ops/trigonometric.ts'
export { bind } from './passes/bind.ts'
export { cse } from './passes/cse.ts'
export { dce } from './passes/dce.ts'
export { decompose } from './passes/decompose.ts'
export { fold } from './passes/fold.ts'
export { filled } from './passes/known.ts'
export { afterDerivative } from './passes/pipeline.ts'
export { simplify } from './passes/simplify.ts'
export type { Pass, Pipeline } from './rewrite/pass.ts'
export { type PassRecord, type RunOptions, runPipeline } from './rewrite/pass-manager.ts'
export { any, type Pattern, pattern } from './rewrite/pattern.ts'
export { type Rule, type RuleSection, rule } from './rewrite/rule.ts'
export type { Code } from './support/codes.ts'
export {
  type Diagnostic,
  DiagnosticError,
  GraphError,
  InternalError,
  ParseError,
  UnsupportedError,
} from './support/diagnostic.ts'
export { DTYPES, type DType, type DTypeName, type TypedArray } from './support/dtype.ts'
export { type Random, random } from './support/random.ts'
