// The indented writer of the printers and emitters.

import { expect, it } from 'vitest'
import { Writer } from '../../src/support/writer.ts'

it('indents what a block writes by two spaces a level and ends every line', () => {
  const writer = new Writer()
  writer.block('graph {', () => {
    writer.line('%0 = one').block('loop {', () => writer.line('x'))
  })
  expect(writer.line('end').toString()).toBe('graph {\n  %0 = one\n  loop {\n    x\n  }\n}\nend\n')
})

it('leaves no blanks on an empty line, and takes another closing line', () => {
  const writer = new Writer()
  writer.block('call(', () => writer.line().line('a,'), ')')
  expect(writer.toString()).toBe('call(\n\n  a,\n)\n')
})

it('is empty before anything is written', () => {
  expect(new Writer().toString()).toBe('')
})
