// Pictures as documents: well formed, described for those who do not see them, and drawing what
// they were given.

import { describe, expect, it } from 'vitest'
import { confusionPicture } from '../../examples/confusion-picture.ts'
import { filtersPicture, type Kernel, mistakesPicture } from '../../examples/pictures.ts'
import { escaped, svg, text } from '../../examples/svg.ts'
import { confusionMatrix } from '../../src/train/index.ts'
import { type Element, elementsOf, parseXml, textsOf } from './xml.ts'

const kernelOf = (shape: Kernel['shape'], weights: readonly number[]): Kernel => {
  return { shape, dtype: 'f32', data: Float32Array.from(weights) }
}

const labels = (values: readonly number[]) => {
  return { shape: [values.length], dtype: 'i32', data: Int32Array.from(values) } as const
}

const matrixOf = (answers: readonly number[], truth: readonly number[], classes: string[]) =>
  confusionMatrix(labels(answers), labels(truth), classes)

/** The fills of rectangles that say what they stand for, by what they say. */
const cellsOf = (picture: Element) =>
  elementsOf(picture)
    .filter(({ name, children }) => name === 'rect' && children.length > 0)
    .map(({ attributes, children }) => [children[0]!.text, attributes.fill])

const digit = { width: 3, truth: '4', answer: '9', probability: 0.987 }

const pictures: [string, string][] = [
  ['filters', filtersPicture(kernelOf([2, 2, 1, 2], [1, -1, 0, 0.5, 0, 0, 0, 0]))],
  ['filters of zeros', filtersPicture(kernelOf([1, 1, 1, 1], [0]))],
  ['confusion', confusionPicture(matrixOf([0, 1, 1], [0, 0, 1], ['<a>', 'b & c']))],
  ['confusion without examples', confusionPicture(matrixOf([], [], ['a', 'b']))],
  ['mistakes', mistakesPicture([{ ...digit, pixels: Array(9).fill(1) }], { wrong: 3, total: 9 })],
  ['no mistakes', mistakesPicture([], { wrong: 0, total: 9 })],
]

describe('every picture', () => {
  it.each(pictures)('is one well formed document that says what it shows: %s', (_, document) => {
    const { name, attributes, children } = parseXml(document)
    expect([name, attributes.xmlns, attributes.role]).toEqual([
      'svg',
      'http://www.w3.org/2000/svg',
      'img',
    ])
    const [title, description] = children
    expect([title!.name, description!.name]).toEqual(['title', 'desc'])
    expect(title!.text).not.toBe('')
    expect(description!.text).not.toBe('')
    const ids = `${title!.attributes.id} ${description!.attributes.id}`
    expect(attributes['aria-labelledby']).toBe(ids)
  })

  it.each(pictures)('holds numbers only, and ids that are used once: %s', (_, document) => {
    expect(document).not.toMatch(/NaN|Infinity|undefined|\[object/)
    const ids = elementsOf(parseXml(document)).flatMap(({ attributes }) => attributes.id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(pictures)('draws everything within its edges: %s', (_, document) => {
    const picture = parseXml(document)
    const [width, height] = [Number(picture.attributes.width), Number(picture.attributes.height)]
    expect(picture.attributes.viewBox).toBe(`0 0 ${width} ${height}`)
    for (const { name, attributes } of elementsOf(picture)) {
      if (name !== 'rect' && name !== 'text') continue
      const right = Number(attributes.x ?? 0) + Number(attributes.width ?? 0)
      const bottom = Number(attributes.y ?? 0) + Number(attributes.height ?? 0)
      expect([right, bottom].every(Number.isFinite), JSON.stringify(attributes)).toBe(true)
      expect(right).toBeLessThanOrEqual(width)
      expect(bottom).toBeLessThanOrEqual(height)
    }
  })
})

describe('filters', () => {
  it('are red above zero, blue below, white at zero, each with its sign', () => {
    const picture = parseXml(pictures[0]![1])
    // Filter by filter: the last axis of a kernel counts them.
    expect(cellsOf(picture)).toEqual([
      ['1.000', '#b2182b'],
      ['0.000', '#ffffff'],
      ['0.000', '#ffffff'],
      ['0.000', '#ffffff'],
      ['-1.000', '#2166ac'],
      ['0.500', '#d98c95'],
      ['0.000', '#ffffff'],
      ['0.000', '#ffffff'],
    ])
    const signs = textsOf(picture).filter(words => /^[+−0]$/.test(words))
    expect(signs.slice(0, 8).join('')).toBe('+000−+00')
  })

  it('have a scale from the least to the greatest weight by size', () => {
    expect(textsOf(parseXml(pictures[0]![1])).slice(-3)).toEqual(['−1', '0', '+1'])
  })
})

describe('a confusion matrix', () => {
  const picture = parseXml(pictures[2]![1])

  it('is what is right in blue, mistakes in red, and nothing where nothing is', () => {
    expect(cellsOf(picture)).toEqual([
      ['<a> taken for <a>: 1', '#90b3d6'],
      ['<a> taken for b & c: 1', '#b2182b'],
      ['b & c taken for <a>: 0', '#f3f4f6'],
      ['b & c taken for b & c: 1', '#2166ac'],
    ])
  })

  it('names its classes, what was found of each, and the most frequent mistake', () => {
    expect(picture.children[0]!.text).toBe('66.7 % of 3 right')
    expect(picture.children[1]!.text).toContain('is <a> taken for b & c: 1 times.')
    expect(textsOf(picture)).toEqual(expect.arrayContaining(['<a>', 'b & c', '50.0 %', '100.0 %']))
  })

  it('has no scale of mistakes where there are none', () => {
    const document = confusionPicture(matrixOf([0, 1], [0, 1], ['a', 'b']))
    expect(document).toContain('There is no mistake.')
    expect(document).not.toContain('confusion-wrong')
  })
})

describe('mistakes', () => {
  it('are drawn as runs of equal ink; paper is left out', () => {
    const pixels = [0, 1, 1, 0.5, 0, 0.5, 1, 1, 1]
    const document = mistakesPicture([{ ...digit, pixels }], { wrong: 1, total: 2 })
    const paths = elementsOf(parseXml(document)).filter(({ name }) => name === 'path')
    expect(paths.map(({ attributes }) => [attributes.fill, attributes.d])).toEqual([
      ['#000000', 'M1 0h2v1h-2zM0 2h3v1h-3z'],
      ['#808080', 'M0 1h1v1h-1zM2 1h1v1h-1z'],
    ])
  })

  it('say what was taken for what, how sure, and how many there are', () => {
    const picture = parseXml(pictures[4]![1])
    expect(textsOf(picture)).toEqual([
      '3 of 9 images wrong',
      'the 1 surest of them',
      '4, taken for 9',
      'at 98.7 %',
    ])
    expect(picture.children[1]!.text).toBe('4 taken for 9 at 98.7 %.')
    expect(textsOf(parseXml(pictures[5]![1]))).toEqual(['All 9 images right', 'no mistake to show'])
  })
})

describe('text in a picture', () => {
  it('is read back as it was given, except for what XML has no room for', () => {
    const words = `<b a="1">'&amp;'</b> é 7 😀`
    const document = svg({
      name: 'x',
      title: words,
      subtitle: words,
      description: words,
      width: 1,
      height: 1,
      parts: [text(0, 0, words)],
    })
    const read = elementsOf(parseXml(document)).filter(({ text }) => text.includes('é'))
    expect(read.map(({ text }) => text)).toEqual(Array(5).fill(words))
    expect(escaped('a\u0000\u001b\ud800\uffffb')).toBe('a\ufffd\ufffd\ufffd\ufffdb')
  })

  it.each(['<a>', '<a></b>', '<a x="1" x="2"/>', '<a>&b;</a>', '<a>&</a>', '<a/><a/>', '<a b=c/>'])(
    'is checked by a reader that refuses %s',
    document => expect(() => parseXml(document)).toThrow(),
  )
})
