// An op for tests only: two results from one operand, so that the contract's several results are
// exercised by more than what the registry happens to hold.

import { Literal } from '../../src/ir/literal.ts'
import { type Op, zero } from '../../src/ir/op.ts'
import { operand } from '../../src/ir/sample.ts'
import { add, mul, neg } from '../../src/ops/arithmetic.ts'
import { cos, sin } from '../../src/ops/trigonometric.ts'

/** sin, cos = sin_cos x. */
export const sinCos: Op = {
  name: 'sin_cos',
  family: 'unary',
  operands: ['x'],
  variadic: false,
  results: ['sine', 'cosine'],
  attributes: {},
  constraints: {},
  defaults: () => ({}),
  type: ([x]) => [x!, x!],
  evaluate: ([x]) => [x!.map(Math.sin), x!.map(Math.cos)],
  vjp: ({ operands: [x], cts: [sine, cosine] }) => {
    const fromSine = sine && mul(sine, cos(x!))
    const fromCosine = cosine && neg(mul(cosine, sin(x!)))
    if (fromSine !== undefined && fromCosine !== undefined) return [add(fromSine, fromCosine)]
    return [fromSine ?? fromCosine ?? zero]
  },
  jvp: [({ outs: [sine, cosine], t }) => [mul(cosine!, t), neg(mul(sine!, t))]],
  lowering: { kind: 'composite' },
  facts: {},
  samples: draw => ({ operands: [operand('f64', draw.shape())], attributes: {} }),
  kinks: [],
}

/** The value π/3, where sine and cosine differ. */
export const angle = Literal.scalar('f64', Math.PI / 3)
