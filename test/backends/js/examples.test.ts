// Every example of the kernel IR on js, beside the interpreter.

import { describe, expect, test } from 'vitest'
import { examples } from '../../kernel/files.ts'
import { expectAgreement, launchOf } from './programs.ts'

describe('an example kernel agrees with the interpreter', () => {
  test.each(examples.kernels.map(kernel => [kernel.name, kernel] as const))('%s', (_, kernel) => {
    expectAgreement(launchOf(kernel))
  })

  test('and there are all of them', () => {
    expect(examples.kernels).toHaveLength(23)
  })
})

test('the example program agrees with the interpreter', () => {
  for (const program of examples.programs) expectAgreement(program)
})
