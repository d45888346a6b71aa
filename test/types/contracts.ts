// Mistakes that must not compile, each marked with what the compiler has to refuse. Nothing here
// runs; contracts.test.ts compiles it, and a mark without an error is an error itself.

import { boolean, integers } from '../../src/ir/attribute.ts'
import { defineComposite, defineOp } from '../../src/ir/define.ts'
import { operand } from '../../src/ir/sample.ts'
import * as s from '../../src/kernel/scalar.ts'
import { add, mul } from '../../src/ops/arithmetic.ts'
import { exp } from '../../src/ops/exponential.ts'
import { binary, unary } from '../../src/ops/families.ts'
import { any, pattern } from '../../src/rewrite/pattern.ts'
import { rule } from '../../src/rewrite/rule.ts'

const example = { given: '%x: f32[4]', before: '%0 = exp %x : f32[4]', after: '%x' }

/** A reverse rule that forgets an operand. */
export const forgetful = () =>
  binary({
    name: 'forgetful',
    evaluate: (x, y) => x + y,
    scalar: s.add,
    // @ts-expect-error: y has no cotangent
    vjp: ({ ct }) => ({ x: ct }),
    jvp: { x: ({ t }) => t, y: ({ t }) => t },
  })

/** A forward rule that forgets an operand. */
export const oneSided = () =>
  binary({
    name: 'one_sided',
    evaluate: (x, y) => x + y,
    scalar: s.add,
    vjp: ({ ct }) => ({ x: ct, y: ct }),
    // @ts-expect-error: y has no tangent rule
    jvp: { x: ({ t }) => t },
  })

/** A rule that reads an operand which the op does not have. */
export const stranger = () =>
  unary({
    name: 'stranger',
    evaluate: x => x,
    scalar: x => x,
    // @ts-expect-error: there is no operand y
    vjp: ({ y, ct }) => ({ x: mul(ct, y) }),
    jvp: ({ t }) => t,
  })

/** An op without a kernel form. */
export const unspoken = () =>
  // @ts-expect-error: scalar is missing
  unary({
    name: 'unspoken',
    evaluate: x => x,
    vjp: ({ ct }) => ({ x: ct }),
    jvp: ({ t }) => t,
  })

/** An attribute of another type than its kind, and one that is not declared. */
export const misread = () =>
  defineOp({
    name: 'misread',
    family: 'shape',
    operands: ['x'],
    attributes: { axes: integers, keep: boolean },
    type: ({ x }, { axes, keep }) => {
      // @ts-expect-error: axes is a list of numbers
      const first: string = axes[0]
      // @ts-expect-error: keep is a boolean
      const kept: number = keep
      return first === String(kept) ? x : x
    },
    // @ts-expect-error: there is no attribute depth
    evaluate: ({ x }, { depth }) => x.map(value => value + depth),
    vjp: ({ ct }) => ({ x: ct }),
    jvp: 'linear',
    lowering: { kind: 'composite' },
    samples: draw => ({ operands: [operand('f32', draw.shape())], attributes: {} }),
  })

/** A composite that answers for an operand it does not have. */
export const generous = () =>
  defineComposite({
    name: 'generous',
    operands: ['x'],
    type: ({ x }) => x,
    body: ({ x }) => exp(x),
    // @ts-expect-error: z is no operand, and x has no cotangent
    vjp: ({ ct }) => ({ z: ct }),
    samples: draw => ({ operands: [operand('f32', draw.shape())], attributes: {} }),
  })

/** A rewrite that builds from what its pattern did not capture. */
export const uncaptured = () =>
  rule({
    name: 'uncaptured',
    why: 'it must not compile',
    exactness: 'bitwise',
    match: pattern(add, any('x'), any('y')),
    // @ts-expect-error: the pattern captures x and y
    build: ({ z }) => z,
    example,
  })

/** An exactness that does not exist. */
export const vague = () =>
  rule({
    name: 'vague',
    why: 'it must not compile',
    // @ts-expect-error: bitwise, rounding or assumes-finite
    exactness: 'mostly',
    match: pattern(exp, any('x')),
    build: ({ x }) => x,
    example,
  })
