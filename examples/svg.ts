// SVG as text: the few shapes that pictures are made of, and the document around them. Pictures are
// dark on white whatever the page is, and say what they show to those who do not see them.

/** What is drawn, and what is said of it. */
export interface Drawing {
  /** Begins the ids of the document: pictures of several names may share a page. */
  readonly name: string
  readonly title: string
  /** A line below the title. */
  readonly subtitle: string
  /** What is seen, as words. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly parts: readonly string[]
}

/** The colour of words on white. */
const INK = '#1f2328'

/** Room at the left of what is drawn, and above it, where the title stands. */
export const MARGIN = 24
export const TOP = 64

/** Room for the words above and below small drawings. */
const LEAST_WIDTH = 500

/** The document. */
export function svg({ name, title, subtitle, description, ...drawing }: Drawing): string {
  const { height, parts } = drawing
  const [w, h] = [number(Math.max(drawing.width, LEAST_WIDTH)), number(height)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" ` +
      `role="img" aria-labelledby="${name}-title ${name}-description" ` +
      `font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" fill="${INK}">`,
    `<title id="${name}-title">${escaped(title)}</title>`,
    `<desc id="${name}-description">${escaped(description)}</desc>`,
    `<rect width="${w}" height="${h}" fill="#ffffff"/>`,
    text(MARGIN, 30, title, { size: 16, isBold: true }),
    text(MARGIN, 49, subtitle),
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that may stand between tags and in quotes. What XML has no room for becomes `\ufffd`. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, mark => ENTITIES[mark]!)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}

/** A number with at most two decimals. */
export const number = (value: number) => String(Math.round(value * 100) / 100)

/** How a text looks, where it is not plain. */
export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly isBold?: boolean
  readonly fill?: string
}

/** One line of text; `y` is its baseline. */
export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const attributes = {
    x: number(x),
    y: number(y),
    'text-anchor': style.anchor,
    'font-size': style.size,
    'font-weight': style.isBold ? 'bold' : undefined,
    fill: style.fill,
  }
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${value}"`)
  return `<text${written.join('')}>${escaped(words)}</text>`
}

/** Left, top, width, height. */
export type Box = readonly [number, number, number, number]

const place = (box: Box) =>
  ['x', 'y', 'width', 'height'].map((name, i) => `${name}="${number(box[i]!)}"`).join(' ')

/** A filled rectangle; what it stands for is shown where a mouse rests on it. */
export function rect(box: Box, fill: string, tip?: string): string {
  const tag = `<rect ${place(box)} fill="${fill}"`
  return tip === undefined ? `${tag}/>` : `${tag}><title>${escaped(tip)}</title></rect>`
}

/** A thin line around something. */
export const frame = (box: Box) => `<rect ${place(box)} fill="none" stroke="#8c959f"/>`

/** Red, green and blue, up to 255. */
export type Color = readonly [number, number, number]

export const WHITE: Color = [255, 255, 255]
export const BLACK: Color = [0, 0, 0]
// Two that are told apart without seeing red or green.
export const BLUE: Color = [33, 102, 172]
export const RED: Color = [178, 24, 43]

/** The colour `share` of the way from one to another. */
export function blend(from: Color, to: Color, share: number): string {
  const channels = from.map((start, i) => Math.round(start + (to[i]! - start) * share))
  return `#${channels.map(channel => channel.toString(16).padStart(2, '0')).join('')}`
}

/** The colour of words on what is `share` of the way from white to blue or red. */
export const inkOn = (share: number) => (share > 0.75 ? '#ffffff' : INK)

/** A bar of colours from one end of a range to the other: what a colour stands for. */
export function bar(id: string, box: Box, colors: readonly Color[]): string[] {
  const stops = colors.map((color, i) => {
    const offset = number(i / (colors.length - 1))
    return `<stop offset="${offset}" stop-color="${blend(color, color, 0)}"/>`
  })
  return [
    `<linearGradient id="${id}">${stops.join('')}</linearGradient>`,
    rect(box, `url(#${id})`),
    frame(box),
  ]
}
