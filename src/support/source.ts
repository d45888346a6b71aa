// Where in the user's own source something was made. Captured for every node, so it must be cheap:
// a stack is recorded now and formatted only when somebody asks. Positions come from the formatted
// `.stack` text, which is source-mapped, never from CallSite objects, which are not.

/** A position in a source file; line and column count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Frames captured per stack. Deep enough for op, sugar, layer and user code, with three sequences
 * of five frames each around the layer.
 */
const STACK_FRAMES = 24

/** This module's URL; undefined in a bundle of another module format, where it has none. */
const here = (import.meta as { readonly url?: string }).url

/** The folder of the package's modules; undefined in a bundle, where a folder tells nothing. */
const packageRoot = /^.*\/(?=support\/source\.[jt]s(?:$|\?))/.exec(here ?? '')?.[0]

/** What V8 adds to Error; other engines lack it or do nothing. */
interface StackCapture {
  captureStackTrace?: (holder: object, boundary: unknown) => void
  stackTraceLimit?: number
}

const engine: StackCapture = Error as StackCapture

/** A recorded call stack that turns into a location when first asked. Immutable to its holders. */
export class SourceReference {
  #holder: { stack?: string } | undefined
  #location: SourceLocation | undefined

  constructor(holder: { stack?: string } | SourceLocation) {
    if ('line' in holder) this.#location = holder
    else this.#holder = holder
  }

  /** The innermost frame outside this package, or undefined where there is none. */
  get location(): SourceLocation | undefined {
    if (this.#holder !== undefined) {
      this.#location = userFrame(this.#holder.stack ?? '')
      this.#holder = undefined
    }
    return this.#location
  }

  /** `file:line:column`, with a path relative to the working directory where that is shorter. */
  toString(): string {
    return this.location === undefined ? 'an unknown place' : formatLocation(this.location)
  }
}

/**
 * Records the current call stack. Frames above and including `boundary` are left out, which is what
 * tells user code from ours when everything is bundled into one file.
 */
export function captureSource(boundary?: (...args: never[]) => unknown): SourceReference {
  const holder: { stack?: string } = {}
  if (engine.captureStackTrace === undefined) {
    holder.stack = new Error().stack ?? ''
    return new SourceReference(holder)
  }
  const limit = engine.stackTraceLimit
  engine.stackTraceLimit = STACK_FRAMES
  engine.captureStackTrace(holder, boundary ?? captureSource)
  if (limit === undefined) delete engine.stackTraceLimit
  else engine.stackTraceLimit = limit
  return new SourceReference(holder)
}

/**
 * The first frame of a formatted stack that is neither in the folder `root` nor the engine's.
 * Without a root, in a bundle, it is the first frame: there the boundary of the capture must do.
 */
export function userFrame(stack: string, root = packageRoot): SourceLocation | undefined {
  const frames = stack
    .split('\n')
    .map(parseFrame)
    .filter(frame => frame !== undefined)
  if (root === undefined) return frames[0]
  const rootPath = comparable(root)
  return frames.find(frame => !comparable(frame.file).startsWith(rootPath))
}

/** The forms of a frame: V8 with a function name, V8 without, SpiderMonkey and JavaScriptCore. */
const FRAMES = [/^\s*at (?:async )?.*? \((.*)\)$/, /^\s*at (?:async )?(.*)$/, /^[^@]*@(.*)$/]

/** The position that one line of a stack gives; undefined where it is no file's. */
function parseFrame(line: string): SourceLocation | undefined {
  const place = FRAMES.map(form => form.exec(line)?.[1]).find(found => found !== undefined)
  const match = /^(.+?):(\d+):(\d+)$/.exec(place ?? '')
  if (match === null) return undefined
  const file = match[1]!.replace(/\?[^/\\]*$/, '')
  if (/^(?:node:|native$|<anonymous>|eval at |\[)|> (?:eval|Function)$/.test(file)) return undefined
  return { file, line: Number(match[2]), column: Number(match[3]) }
}

/** A path in the one form in which two of them can be compared: slashes, small drive letter. */
function comparable(file: string): string {
  const path = filePath(file).replaceAll('\\', '/')
  return path.replace(/^[A-Z]:/, drive => drive.toLowerCase())
}

interface ProcessLike {
  cwd?: () => string
  getBuiltinModule?: (name: 'node:fs') => { readFileSync(path: string, encoding: 'utf8'): string }
}

const host = (globalThis as { process?: ProcessLike }).process

/** `file:line:column` as a person would write it. */
export function formatLocation(location: SourceLocation): string {
  const path = filePath(location.file)
  const folder = host?.cwd?.()
  const inside = folder !== undefined && comparable(path).startsWith(`${comparable(folder)}/`)
  const shown = inside ? path.slice(folder.length + 1) : path
  return `${shown}:${location.line}:${location.column}`
}

/** The path of a file URL, without the slash before a drive letter; other text as it is. */
function filePath(file: string): string {
  if (!file.startsWith('file://')) return file
  const path = file.slice('file://'.length).replace(/^\/(?=[A-Za-z]:)/, '')
  try {
    return decodeURIComponent(path)
  } catch {
    // A stray percent sign: some runtimes put plain paths behind the scheme.
    return path
  }
}

/** The text of the source line, where this runtime can read files; undefined elsewhere. */
export function sourceLine(location: SourceLocation): string | undefined {
  try {
    const text = host?.getBuiltinModule?.('node:fs').readFileSync(filePath(location.file), 'utf8')
    return text?.split(/\r?\n/)[location.line - 1]
  } catch {
    // A generated or remote file: the position alone has to do.
    return undefined
  }
}
