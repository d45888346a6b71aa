// The entry `gradc`: models, their derivatives, ops and compile, and below them graphs, passes,
// text and the reference interpreter. Re-exports only, by file; importing it does nothing. Op files
// whose exports are all public are taken whole, so that a new op in one of them is public too.
//
// Ops are the typed ones of src/model/ops; `ops` holds the core ops behind them, for rules and
// text.

export {
  type DerivativeOptions,
  gradient as gradientGraph,
  gradients,
  jvp as jvpGraph,
} from './autodiff/gradient.ts'
export { compile } from './compile/compile.ts'
export type { Explanation } from './compile/explain.ts'
export type { ExplainOptions } from './compile/explain-costs.ts'
export type { CompileOptions, Mode, Result, Run, RunOptions } from './compile/run.ts'
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
export type { Firing, PassRecord } from './ir/history.ts'
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
export type { Checked, Out } from './ir/shape-sentence.ts'
export type { ArrayOf, Host, Tensor } from './ir/tensor.ts'
export { printType, type Shape, type TensorType, tensorType, typesEqual } from './ir/type.ts'
export type { Hosts, TypedGraph } from './ir/typed-graph.ts'
export { type Finding, type Stage, verifyGraph } from './ir/verify.ts'
export * as scalar from './kernel/scalar.ts'
export { byMode } from './model/by-mode.ts'
export { op } from './model/custom-op.ts'
export type { Declaration } from './model/declaration.ts'
export { gradient, jvp } from './model/derivative.ts'
export { fromGraph } from './model/from-graph.ts'
export * from './model/initializers.ts'
export { block, layer, typed } from './model/layer.ts'
export { type InputsOf, type Model, model } from './model/model.ts'
export * from './model/ops/activation.ts'
export { assertShape, loose } from './model/ops/assertion.ts'
export * from './model/ops/binary.ts'
export * from './model/ops/comparison.ts'
export * from './model/ops/contraction.ts'
export * from './model/ops/convolution.ts'
export { constant, full, iota } from './model/ops/creation.ts'
export { dropout } from './model/ops/dropout.ts'
export * from './model/ops/indexing.ts'
export * from './model/ops/joining.ts'
export * from './model/ops/logic.ts'
export * from './model/ops/losses.ts'
export * from './model/ops/normalization.ts'
export * from './model/ops/penalties.ts'
export * from './model/ops/pooling.ts'
export * from './model/ops/random.ts'
export * from './model/ops/reduction.ts'
export * from './model/ops/select.ts'
export * from './model/ops/shape.ts'
export * from './model/ops/slicing.ts'
export * from './model/ops/softmax.ts'
export * from './model/ops/unary.ts'
export { type Param, type ParamOptions, param } from './model/param.ts'
export type { Bound, GradsOf, Layer, ParamsOf, Part, Parts, StateOf } from './model/part.ts'
export { repeat } from './model/repeat.ts'
export { select } from './model/select.ts'
export type { Conv2dRule } from './model/shapes/convolution.ts'
export type { Pool2dRule } from './model/shapes/pooling.ts'
export type { Conv2dTransposeRule } from './model/shapes/transposed-convolution.ts'
export { bool, f32, f64, i32, type Slot, u32 } from './model/slot.ts'
export type { DTypeIn, ShapeIn, Step, Stepped, Steps, Unless } from './model/step.ts'
export { type Summary, type SummaryOptions, type SummaryRow, summarize } from './model/summary.ts'
export { traced } from './model/tracing.ts'
export { call } from './ops/call.ts'
export type { DotOptions } from './ops/contraction.ts'
export { fullLike, size } from './ops/creation.ts'
export { type BinaryOp, binary, defineUnary, type UnaryOp, unary } from './ops/families.ts'
export { ops } from './ops/registry.ts'
export type { ConvolutionPadding, PerAxis } from './ops/window-geometry.ts'
export type {
  AvgPool2dOptions,
  Conv2dOptions,
  Conv2dTransposeOptions,
  Pool2dOptions,
} from './ops/window-options.ts'
export { bind } from './passes/bind.ts'
export { canonicalize } from './passes/canonicalize.ts'
export { cse } from './passes/cse.ts'
export { dce } from './passes/dce.ts'
export { decompose } from './passes/decompose.ts'
export { fold } from './passes/fold.ts'
export { inline } from './passes/inline.ts'
export { filled } from './passes/known.ts'
export { afterDerivative, beforeDerivative } from './passes/pipeline.ts'
export { recognize } from './passes/recognize.ts'
export { simplify } from './passes/simplify.ts'
export { stabilize } from './passes/stabilize.ts'
export type { Pass, Pipeline } from './rewrite/pass.ts'
export { type RunOptions as PipelineOptions, runPipeline } from './rewrite/pass-manager.ts'
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
