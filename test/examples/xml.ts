// A reader of XML that takes as much of it as pictures need, and refuses what is not well formed.

/** An element and what is in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** The text in it, not that in its children. */
  readonly text: string
}

interface Draft extends Element {
  readonly attributes: Record<string, string>
  readonly children: Element[]
  text: string
}

const TAG = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|[^<]+|</gy
const ATTRIBUTE = /([A-Za-z][\w:-]*)="([^"]*)"/g
const ENTITIES: Readonly<Record<string, string>> = {
  'amp;': '&',
  'lt;': '<',
  'gt;': '>',
  'quot;': '"',
  '#39;': "'",
}

/** The outermost element of a document. Throws where it is not well formed. */
export function parseXml(document: string): Element {
  const refused = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(document)
  if (refused !== null) throw new Error(`a character that XML refuses at ${refused.index}`)
  const root = draft('', {})
  const open = [root]
  for (const [token, close, name, attributes, single] of document.matchAll(TAG)) {
    const within = open.at(-1)!
    if (token === '<') throw new Error(`a tag that does not read in ${within.name}`)
    if (name === undefined) within.text += decoded(token)
    else if (close === '/') {
      if (within.name !== name) throw new Error(`expected </${within.name}>, got </${name}>`)
      open.pop()
    } else {
      const element = draft(name, attributesOf(attributes!))
      within.children.push(element)
      if (single === '') open.push(element)
    }
  }
  if (open.length > 1) throw new Error(`expected </${open.at(-1)!.name}>, got the end`)
  if (root.children.length !== 1 || root.text.trim() !== '') throw new Error('expected one element')
  return root.children[0]!
}

const draft = (name: string, attributes: Record<string, string>): Draft => {
  return { name, attributes, children: [], text: '' }
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name, value] of text.matchAll(ATTRIBUTE)) {
    if (Object.hasOwn(found, name!)) throw new Error(`attribute ${name} twice`)
    found[name!] = decoded(value!)
  }
  return found
}

function decoded(text: string): string {
  return text.replace(/&([^;&]*;)?/g, (entity, name: string | undefined) => {
    const meant = ENTITIES[name ?? '']
    if (meant === undefined) throw new Error(`an entity that XML does not know: ${entity}`)
    return meant
  })
}

/** An element and all that is in it, in order. */
export function elementsOf(element: Element): Element[] {
  return [element, ...element.children.flatMap(elementsOf)]
}

/** The texts that are drawn. */
export const textsOf = (element: Element) =>
  elementsOf(element)
    .filter(({ name }) => name === 'text')
    .map(({ text }) => text)
