// What the steps of tier "ci" make of the output of their commands: each accepts what its command
// prints when all is well, and says what is wrong otherwise.

import { describe, expect, it } from 'vitest'
import { TIERS } from '../tiers.ts'

const check = (name: string, ...rows: readonly object[]) => {
  const step = TIERS.ci.steps.find(candidate => candidate.name === name)!
  return step.check!(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

describe('the op table', () => {
  const row = { name: 'add', vjp: 'pass', interpreter: 'pass', js: 'pass', wasm: 'none' }

  it('may lack what does not exist', () => {
    expect(check('op table', row, { ...row, vjp: 'none' })).toBeUndefined()
  })

  it('names the ops that fail anywhere, or that do not run on js', () => {
    const rows = [row, { ...row, name: 'sub', vjp: 'fail' }, { ...row, name: 'mul', js: 'none' }]
    expect(check('op table', ...rows)).toBe('these ops fail: sub, mul')
  })
})

describe('the demo', () => {
  it('ends with the event "done"', () => {
    expect(check('demo', { event: 'epoch' }, { event: 'done' })).toBeUndefined()
    expect(check('demo', { event: 'done' }, { event: 'epoch' })).toContain('{"event":"epoch"}')
    expect(check('demo')).toBe('expected JSON lines on stdout, got none')
  })

  it('learns MNIST', () => {
    const done = { event: 'done', devAccuracy: 0.925 }
    expect(check('demo on MNIST', done)).toBeUndefined()
    const wrong = 'expected devAccuracy of at least 0.925, got 0.92'
    expect(check('demo on MNIST', { ...done, devAccuracy: 0.92 })).toBe(wrong)
    expect(check('demo on MNIST', { event: 'done' })).toContain('got undefined')
  })
})

describe('the bench', () => {
  it('prints figures and nothing else', () => {
    expect(check('bench', { name: 'passes', medianMs: 4 })).toBeUndefined()
    expect(check('bench', { name: 'passes' })).toBe('expected medianMs, got {"name":"passes"}')
    const step = TIERS.ci.steps.find(({ name }) => name === 'bench')!
    expect(step.check!('warming up')).toBe('expected only JSON lines on stdout, got: warming up')
  })
})
