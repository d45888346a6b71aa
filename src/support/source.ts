// Where in the user's own source something was made. Captured for every node, so it must be cheap:
// a stack is recorded now and formatted only when somebody asks. Positions come from the formatted
// `.stack` text, which is source-mapped, never from CallSite objects, which are not.

/** A position in a source file; line and column count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Frames captured per stack. Deep enough for op, sugar, layer and user code. */
const STACK_FRAMES = 12

const packageRoot = new URL('../', import.meta.url).href

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
  if (Error.captureStackTrace === undefined) {
    holder.stack = new Error().stack ?? ''
    return new SourceReference(holder)
  }
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = STACK_FRAMES
  Error.captureStackTrace(holder, boundary ?? captureSource)
  Error.stackTraceLimit = limit
  return new SourceReference(holder)
}

/** The first frame of a formatted stack that is neither this package's nor the engine's. */
export function userFrame(stack: string, root = packageRoot): SourceLocation | undefined {
  const rootPath = decodeURIComponent(root.replace(/^file:\/\//, ''))
  const frames = stack
    .split('\n')
    .map(parseFrame)
    .filter(frame => frame !== undefined)
    .filter(frame => !frame.file.startsWith('node:'))
  const inPackage = (file: string) => file.startsWith(root) || file.startsWith(rootPath)
  const outside = frames.find(frame => !inPackage(frame.file))
  return outside ?? (isBundled() ? frames[0] : undefined)
}

/** In a bundle this module's URL no longer ends in its own file name. */
function isBundled(): boolean {
  return !/\/support\/source\.[jt]s(?:$|\?)/.test(import.meta.url)
}

/** One line of a V8, SpiderMonkey or JavaScriptCore stack. */
function parseFrame(line: string): SourceLocation | undefined {
  const match = /^\s*(?:at |.*@)?(?:.*\()?(?:async )?(.+?):(\d+):(\d+)\)?$/.exec(line)
  if (match === null) return undefined
  return { file: match[1]!.split('?')[0]!, line: Number(match[2]), column: Number(match[3]) }
}

interface ProcessLike {
  cwd?: () => string
  getBuiltinModule?: (name: 'node:fs') => { readFileSync(path: string, encoding: 'utf8'): string }
}

const host = (globalThis as { process?: ProcessLike }).process

/** `file:line:column` as a person would write it. */
export function formatLocation(location: SourceLocation): string {
  const path = filePath(location.file)
  const here = host?.cwd?.()
  const shown =
    here !== undefined && path.startsWith(`${here}/`) ? path.slice(here.length + 1) : path
  return `${shown}:${location.line}:${location.column}`
}

const filePath = (file: string) => decodeURIComponent(file.replace(/^file:\/\//, ''))

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
