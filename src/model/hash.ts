// Numbers from names, fixed for ever: which stream a draw of a layer uses, and which random numbers
// a parameter starts with, depend on its path alone. Adding a layer changes no other one.

/** FNV-1a over UTF-16 code units, low byte first (Fowler, Noll, Vo, 1991), then mixed. */
export function hash32(text: string, offset = 0x811c9dc5): number {
  let hash = offset
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return mixed(hash)
}

/** The finalizer of MurmurHash3 (Appleby, 2011): every bit of the input reaches every bit. */
function mixed(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/**
 * The stream of draw number `ordinal` (from 0) in the layer at `path`: the hash of `path#ordinal`,
 * or the next number that `taken` does not hold. Adds it to `taken`.
 */
export function streamOf(path: string, ordinal: number, taken: Set<number>): number {
  let stream = hash32(`${path}#${ordinal}`)
  while (taken.has(stream)) stream = (stream + 1) >>> 0
  taken.add(stream)
  return stream
}

/** The two words that stand for a path where collisions must not occur in practice. */
export function hash64(text: string): readonly [number, number] {
  return [hash32(text), hash32(text, 0x9e3779b9)]
}
