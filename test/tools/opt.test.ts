// The opt command: exit codes, what goes where, and that a refused run writes nothing on stdout.
// What it prints for good texts is in test/golden, what it finds in wrong ones in test/errors.

import { describe, expect, it } from 'vitest'
import { InternalError, internalError } from '../../src/support/diagnostic.ts'
import { parseCommand } from '../../tools/opt/command.ts'
import { lineDiff } from '../../tools/opt/line-diff.ts'
import { renderFailure, runOpt } from '../../tools/opt/main.ts'
import { flagsOf, sectionsOf, shellWord, wordsOf } from '../../tools/opt/sections.ts'

/** Runs opt on a text. */
function opt(words: readonly string[], text: string) {
  const said = { out: '', err: '' }
  const code = runOpt(words, {
    readFile: path => {
      if (path === 'model.ir') return text
      throw new Error('no such file')
    },
    readInput: () => text,
    out: part => {
      said.out += part
    },
    err: part => {
      said.err += part
    },
  })
  return { code, ...said }
}

const GOOD = `graph @main(input %x: f32[2]) {
  %0 = exp %x : f32[2]
  return out = %0
}
`
const BAD = GOOD.replace(': f32[2]\n', ': f32[3]\n')

describe('opt', () => {
  it('reads standard input and prints canonical text', () => {
    expect(opt([], GOOD)).toEqual({ code: 0, out: GOOD, err: '' })
    expect(opt(['-'], GOOD)).toEqual({ code: 0, out: GOOD, err: '' })
  })

  it('prints the program of a graph, which takes sizes and core ops', () => {
    expect(opt(['--lower'], GOOD)).toEqual({
      code: 0,
      out: [
        'program @main {',
        '  input x: f32[2]',
        '  output out: f32[2]',
        '  launch @exp(x, out) from ""(%0)',
        '}',
        '',
        'kernel @exp(x0: read f32[2], y0: write f32[2]) {',
        '  parallel i in 2',
        '  y0[i] = exp(x0[i])',
        '}',
        '',
      ].join('\n'),
      err: '',
    })
    const symbolic = opt(['--lower'], GOOD.replaceAll('f32[2]', 'f32[n]'))
    expect(symbolic.code).toBe(1)
    expect(symbolic.err).toContain('help: bind all dims with --dims and run -p after')
    expect(opt(['--lower', '--interpret'], GOOD).code).toBe(2)
    const kernel = opt(['--lower'], opt(['--lower'], GOOD).out)
    expect(kernel.err).toContain('lowerings belong to graphs, got a text of kernels')
  })

  it('lowers for another target, and says what cannot be run there (E501)', () => {
    const { code, out } = opt(['--target', 'wgsl'], GOOD)
    expect([code, out]).toEqual([0, opt(['--lower'], GOOD).out])
    const names = [0, 1, 2, 3, 4, 5, 6, 7].map(i => `%x${i}`)
    const sum = names.slice(1).map((name, i) => {
      return `  %${i} = add ${i === 0 ? '%x0' : `%${i - 1}`}, ${name} : f32[2]`
    })
    const inputs = names.map(name => `input ${name}: f32[2]`).join(', ')
    const wide = `graph @main(${inputs}) {\n${sum.join('\n')}\n  return out = %6\n}\n`
    expect(opt(['--lower'], wide).code).toBe(0)
    expect(opt(['--target', 'wgsl'], wide)).toEqual({
      code: 1,
      out: '',
      err: 'E501 @main: L3 wgsl binds at most 8 buffers, got 9 for @add\n',
    })
    const double = opt(['--target', 'wgsl'], GOOD.replaceAll('f32', 'f64'))
    expect(double.err).toContain('target wgsl has f32, i32, u32, bool, got f64')
  })

  it('exits with 1 and the place where a text is refused', () => {
    const { code, out, err } = opt(['model.ir'], BAD)
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(
      [
        'E303 parse error: model.ir:2:8',
        '      %0 = exp %x : f32[3]',
        '           ^^^',
        '  V5 exp gives f32[2], but f32[3] is written',
        '',
      ].join('\n'),
    )
  })

  it('writes nothing where one of several texts is refused, and says all that is wrong', () => {
    const { code, out, err } = opt([], [GOOD, BAD, BAD].join('// -----\n'))
    expect([code, out]).toEqual([1, ''])
    expect(err.match(/stdin:\d+/g)).toEqual(['stdin:7', 'stdin:12'])
  })

  it('exits with 2 and one sentence where the command line makes no sense', () => {
    const sentences = [
      [['-p', 'simplfy'], 'did you mean simplify?'],
      [['-p', 'dce{often=true}'], 'there is no option of pass dce called often'],
      [['--seed', 'x'], 'it must be a whole number from 0'],
      [['--dims', 'n'], 'it needs the form name=size'],
      [['--arg', 'x=['], 'the value of "x" is not JSON'],
      [['--promise', 'bond'], 'stages are bound and core, got bond'],
      [['--gradient', ':w'], 'it needs the form output or output:argument,…'],
      [['--stage', 'loop'], 'graph, kernel'],
      [['--target', 'gpu'], 'js, wgsl'],
      [['--interpert'], '(Did you mean --interpret?)'],
      [['absent.ir'], 'cannot read absent.ir: no such file'],
      [['model.ir', 'model.ir'], 'too many arguments'],
    ] as const
    for (const [words, sentence] of sentences) {
      const { code, out, err } = opt(words, GOOD)
      expect({ words, code, out }).toEqual({ words, code: 2, out: '' })
      expect(err).toContain(sentence)
      expect(err).not.toContain('    at ')
    }
  })

  it('refuses graph flags for a text of kernels (E501), and unknown arguments of one (E108)', () => {
    const kernel = 'kernel @k(x: update f32[2]) {\n  parallel i in 2\n  x[i] = x[i] + 1.0\n}\n'
    expect(opt(['-p', 'dce'], kernel).err).toContain('E501 opt: passes belong to graphs')
    expect(opt(['--interpret', '--arg', 'y=1'], kernel).err).toContain('E108 @k: takes x, got "y"')
    expect(opt(['--interpret', '--arg', 'x=[1]'], kernel).err).toContain(
      'E108 opt: "x" must be f32[2], got [1]',
    )
    expect(opt(['--interpret', '--arg', 'x=[1, 2]'], kernel).out).toBe(
      '// @k gives\nupdate x: f32[2] = [2, 3]\n',
    )
  })

  it('explains itself', () => {
    const { code, out, err } = opt(['--help'], '')
    expect([code, err]).toEqual([0, ''])
    for (const word of ['--gradient', 'decompose', 'after', 'Examples:'])
      expect(out).toContain(word)
  })

  it('gives the command that repeats a bug of ours, where the bug does not', () => {
    const words = ['--gradient', 'loss', '-p', 'bind{n=2}', 'model.ir']
    const request = parseCommand(words, { out: () => {}, err: () => {} })
    expect(renderFailure(internalError('fold', 'a value is known'), request)).toBe(
      [
        'E903 fold: a value is known',
        "  reproduce: npm run -s opt -- --gradient loss -p 'bind{n=2}' model.ir",
        '  help: this is a bug in gradc; please report it with the lines above',
      ].join('\n'),
    )
    const told = new InternalError({
      code: 'E901',
      subject: 'pass "dce"',
      message: 'must leave a well-formed graph',
      notes: ['reproduce: npm run opt'],
    })
    expect(renderFailure(told, request)).toBe(told.message)
  })

  it('says times on stderr only', () => {
    const { out, err } = opt(['-p', 'cse,dce', '--time'], GOOD)
    expect(out).toBe(GOOD)
    expect(err.split('\n').map(line => line.replace(/[\d.]+ ms/, 'N ms'))).toEqual([
      '// cse: N ms (unchanged)',
      '// dce: N ms (unchanged)',
      '// in all: N ms',
      '',
    ])
  })

  it('draws equal arguments from equal seeds', () => {
    const run = (seed: string) => opt(['--interpret', '--seed', seed], GOOD).out
    expect(run('1')).toBe(run('1'))
    expect(run('1')).not.toBe(run('2'))
  })

  it('takes the results of a run as its arguments', () => {
    const first = opt(['--interpret', '--seed', '5'], GOOD).out
    const given = /^input x: f32\[2\] = (.*)$/m.exec(first)![1]!
    const second = opt(['--interpret', '--arg', `x=${given}`], GOOD).out
    expect(first.endsWith(second)).toBe(true)
  })
})

describe('sections of a file', () => {
  it('keep their line numbers and end at the expectation', () => {
    const sections = sectionsOf('a\n// -----\nb\nc\n// expect\nd\n')
    expect(sections).toEqual(['a\n', '\n\nb\nc\n'])
  })

  it('say how they are run, in the words of a shell', () => {
    expect(flagsOf("// run: opt -p 'bind{n=2}' --arg x=3\n")).toEqual([
      '-p',
      'bind{n=2}',
      '--arg',
      'x=3',
    ])
    expect(flagsOf('// run: opt\n')).toEqual([])
    expect(flagsOf('graph\n')).toBeUndefined()
    for (const word of ['bind{n=2}', "it's", 'x=[1, 2]', 'a.ir']) {
      if (word !== "it's") expect(wordsOf(shellWord(word))).toEqual([word])
      expect(shellWord(word) === word).toBe(word === 'a.ir')
    }
  })
})

describe('a line diff', () => {
  it('shows changes with three lines around, in hunks', () => {
    const before = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('')
    const after = before.replace('4\n', 'four\n').replace('18\n', '')
    expect(lineDiff(before, after)).toBe(
      '@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n' +
        '@@ -16,5 +16,4 @@\n 15\n 16\n 17\n-18\n 19\n',
    )
  })

  it('is empty for equal texts and whole for new ones', () => {
    expect(lineDiff('a\n', 'a\n')).toBe('')
    expect(lineDiff('', 'a\nb\n')).toBe('@@ -1,0 +1,2 @@\n+a\n+b\n')
  })
})
