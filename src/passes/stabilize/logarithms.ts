// Logarithms of sums, differences and functions that saturate. Normal form: no logarithm of what
// was rounded to 0, 1 or infinity before.

import { add } from '../../ops/arithmetic.ts'
import { log, log1p } from '../../ops/exponential.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { filled } from '../known.ts'

const logOnePlus = rule({
  name: 'log-one-plus',
  why: 'log(1 + x) = log1p(x): 1 + x rounds a small x away',
  exactness: 'stabilizing',
  match: pattern(log, pattern(add, any('x'), filled(1))),
  build: ({ x }) => log1p(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = add %x, %0 : f32[4]
      %2 = log %1 : f32[4]`,
    after: '%0 = log1p %x : f32[4]',
  },
})

/** Rules of logarithms; see the head of this file. */
export const logarithmRules: readonly Rule[] = [logOnePlus]
