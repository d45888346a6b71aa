// A turn for everything else that waits: timers, signals, a page. Declared here, as the package is
// compiled without the types of any host.

interface Host {
  readonly setImmediate?: (then: () => void) => unknown
  readonly setTimeout?: (then: () => void, milliseconds: number) => unknown
}

/** Resolves after the event loop has had a turn. */
export function breathe(): Promise<void> {
  const { setImmediate, setTimeout } = globalThis as Host
  return new Promise(resolve => {
    if (setImmediate !== undefined) setImmediate(resolve)
    else if (setTimeout !== undefined) setTimeout(resolve, 0)
    else resolve()
  })
}
