// Reports on a terminal: one moving line that leaves nothing behind, and curves of one line.

import { describe, expect, it } from 'vitest'
import { jsonReport, type Sink, sparkline, textReport, wantsColor } from '../../examples/report.ts'

function sink(isTTY: boolean): Sink & { readonly text: () => string } {
  const written: string[] = []
  return { isTTY, write: text => written.push(text), text: () => written.join('') }
}

describe('progress', () => {
  it('moves on one line of a terminal, which a result replaces', () => {
    const [out, err] = [sink(true), sink(true)]
    const report = textReport(out, err, {})
    for (let step = 1; step <= 500; step++) report.progress('train', step, 1000, `at ${step}`)
    expect(err.text()).not.toContain('\n')
    expect(err.text().split('\r').length - 1).toBe(50)
    report.line('result')
    expect(err.text()).toContain('at 500')
    expect(err.text().endsWith('\r\x1b[K')).toBe(true)
    expect(out.text()).toBe('result\n')
  })

  it('is gone when everything is done', () => {
    const err = sink(true)
    textReport(sink(true), err, {}).progress('train', 7, 7, 'at 7')
    expect(err.text().endsWith('\r\x1b[K')).toBe(true)
  })

  it.each([
    ['a pipe', false, {}],
    ['a terminal that cannot move', true, { TERM: 'dumb' }],
    ['a terminal of CI', true, { CI: 'true', NO_COLOR: '1' }],
  ])('is a few lines on %s', (_, isTTY, env) => {
    const err = sink(isTTY)
    const report = textReport(sink(isTTY), err, env)
    for (let step = 1; step <= 300; step++) report.progress('train', step, 300, 'well')
    const expected = [75, 150, 225, 300].map(step => `train: step ${step} of 300, well\n`)
    expect(err.text()).toBe(expected.join(''))
  })
})

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on a terminal (%s) with %j: %s', (isTTY, env, expected) => {
    expect(wantsColor({ write() {}, isTTY }, env)).toBe(expected)
  })
})

describe('a JSON report', () => {
  it('writes events and nothing else', () => {
    const out = sink(true)
    const report = jsonReport(out)
    report.line('for a person')
    report.progress('train', 1, 1, 'for a person')
    report.event({ event: 'done', w: 5 })
    expect(out.text()).toBe('{"event":"done","w":5}\n')
    expect(report.colors.bold('x')).toBe('x')
  })
})

describe('sparkline', () => {
  it('shows a halving value as a straight way down', () => {
    expect(sparkline([128, 64, 32, 16, 8, 4, 2, 1], 8)).toBe('█▇▆▅▄▃▂▁')
  })

  it('averages where there are more values than columns', () => {
    expect(sparkline([1, 3, 1, 3, 20, 20], 3)).toBe('▁▁█')
    expect(sparkline([5, 6], 40)).toHaveLength(2)
  })

  it('is level for a constant, and says where there is no number', () => {
    expect(new Set(sparkline([2, 2, 2], 3)).size).toBe(1)
    expect(sparkline([128, 16, 1, Number.NaN], 4)).toBe('█▅▁?')
  })
})
