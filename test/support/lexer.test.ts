// Tokens, their positions, and what the reader says when the next one is not what it should be.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../../src/support/diagnostic.ts'
import { TokenReader, tokenize } from '../../src/support/lexer.ts'
import { runs } from '../counts.ts'

const kinds = (text: string) => tokenize('a.ir', text).map(token => [token.kind, token.text])

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ParseError) return error.message
    throw error
  }
  throw new Error('expected a ParseError, got none')
}

describe('tokenize', () => {
  it('cuts a line of a graph into names, values, symbols and numbers', () => {
    expect(kinds('%0 = matmul %x {axes = [1, 2.5e-3]} : f32[a*b]')).toEqual([
      ['value', '%0'],
      ['symbol', '='],
      ['name', 'matmul'],
      ['value', '%x'],
      ['symbol', '{'],
      ['name', 'axes'],
      ['symbol', '='],
      ['symbol', '['],
      ['number', '1'],
      ['symbol', ','],
      ['number', '2.5e-3'],
      ['symbol', ']'],
      ['symbol', '}'],
      ['symbol', ':'],
      ['name', 'f32'],
      ['symbol', '['],
      ['name', 'a'],
      ['symbol', '*'],
      ['name', 'b'],
      ['symbol', ']'],
      ['end', ''],
    ])
  })

  it('reads a quoted name as its content, escapes undone', () => {
    const [value, graph, string] = tokenize('a.ir', '%"l1.\\"w\\"" @"a b" "\\u00e9"')
    expect([value!.kind, value!.value]).toEqual(['value', 'l1."w"'])
    expect([graph!.kind, graph!.value]).toEqual(['graph', 'a b'])
    expect([string!.kind, string!.value]).toEqual(['string', 'é'])
  })

  it('takes the longest symbol, and drops blanks and comments', () => {
    expect(kinds('a<=b // <= c\n!=').map(([, text]) => text)).toEqual(['a', '<=', 'b', '!=', ''])
  })

  it('gives every token its own stretch of the text', () => {
    const text = fc.array(
      fc.constantFrom(
        '%x',
        '@f',
        'add',
        '12',
        '"s"',
        '<=',
        '(',
        ' ',
        '\n',
        '//c\n',
        '%"a b"',
        '1.5',
      ),
    )
    const property = fc.property(text, pieces => {
      const joined = pieces.join(' ')
      const tokens = tokenize('a.ir', joined)
      for (const token of tokens) expect(joined.slice(token.start, token.end)).toBe(token.text)
      const rest = tokens.reduceRight(
        (left, t) => left.slice(0, t.start) + left.slice(t.end),
        joined,
      )
      expect(rest.replaceAll('//c', '').trim()).toBe('')
    })
    fc.assert(property, runs())
  })

  it('fails at a character that begins no token, even outside the basic plane', () => {
    expect(messageOf(() => tokenize('a.ir', 'add\n  ;'))).toBe(
      ['E301 parse error: a.ir:2:3', '      ;', '      ^', '  no token begins with ";"'].join('\n'),
    )
    expect(messageOf(() => tokenize('a.ir', '😀'))).toContain('no token begins with "😀"')
  })

  it('fails at an unfinished string and at an escape that JSON does not have', () => {
    expect(messageOf(() => tokenize('a.ir', '"abc'))).toContain('no token begins with "\\""')
    expect(messageOf(() => tokenize('a.ir', '"\\x"'))).toContain('needs the escapes of JSON')
  })
})

describe('TokenReader', () => {
  const reader = (text: string) => new TokenReader('a.ir', text)

  it('peeks without taking, eats what is there, and stays at the end', () => {
    const r = reader('add ( 3')
    expect(r.peek(1).text).toBe('(')
    expect(r.eat('(')).toBe(false)
    expect(r.eat('add')).toBe(true)
    r.expect('(')
    expect(r.integer()).toBe(3)
    expect(r.next().kind).toBe('end')
    expect(r.next().kind).toBe('end')
  })

  it('does not take a quoted text for a symbol or a name', () => {
    expect(reader('"add"').at('add')).toBe(false)
    expect(reader('%add').at('add')).toBe(false)
  })

  it('says what it expected and what it got', () => {
    expect(messageOf(() => reader('add )').list('(', ')', () => 0))).toBe(
      ['E301 parse error: a.ir:1:1', '    add )', '    ^^^', '  expected "(", got "add"'].join(
        '\n',
      ),
    )
    expect(messageOf(() => reader('').expect('graph'))).toContain(
      'expected "graph", got the end of the text',
    )
    expect(messageOf(() => reader('"a b"').expectKind('name', 'an op'))).toContain(
      'expected an op, got "a b"',
    )
    expect(messageOf(() => reader('f16').word(['f32', 'f64'], 'a dtype'))).toContain(
      'expected a dtype (f32 or f64), got "f16"',
    )
  })

  it('reads lists, empty ones too, but no trailing comma', () => {
    const list = (text: string) => {
      const r = reader(text)
      return r.list('[', ']', () => r.integer())
    }
    expect(list('[]')).toEqual([])
    expect(list('[1, 2]')).toEqual([1, 2])
    expect(messageOf(() => list('[1,]'))).toContain('expected an integer, got "]"')
    expect(messageOf(() => list('[1 2]'))).toContain('expected "]", got "2"')
  })

  it('takes only integers that a double holds exactly', () => {
    expect(reader('9007199254740991').integer()).toBe(Number.MAX_SAFE_INTEGER)
    expect(messageOf(() => reader('9007199254740992').integer())).toContain(
      'expected an integer below 2^53, got 9007199254740992',
    )
    expect(messageOf(() => reader('1.5').integer())).toContain('got 1.5')
  })

  it('proposes a near name for an unknown one, else lists some, with code E302', () => {
    const unknown = (text: string, names: string[]) =>
      messageOf(() => {
        const r = reader(text)
        r.unknown('op', r.peek(), names)
      })
    expect(unknown('tnah', ['tanh', 'add'])).toMatch(/^E302 /)
    expect(unknown('tnah', ['tanh', 'add'])).toContain('help: did you mean tanh?')
    expect(unknown('conv', ['tanh', 'add'])).toContain('help: known: tanh or add')
    expect(unknown('conv', [])).not.toContain('help')
  })
})
