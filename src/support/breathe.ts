// A turn for everything else that waits: timers, signals, a page. Declared here, as the package is
// compiled without the types of any host.

import { clock } from './clock.ts'

interface Host {
  readonly setImmediate?: (then: () => void) => unknown
  readonly setTimeout?: (then: () => void, milliseconds: number) => unknown
}

/** Milliseconds of work between turns of the event loop. */
const TURN = 40

/** Gives the event loop a turn now and then. */
export interface Turns {
  /** Waits for a turn where the last one was a while ago. */
  rest(): Promise<void>
}

/** Turns from now on, at least every 50 ms while what is done between them takes less than 10. */
export function turnTaker(): Turns {
  let rested = clock()
  return {
    async rest() {
      if (clock() - rested < TURN) return
      await breathe()
      rested = clock()
    },
  }
}

/** Resolves after the event loop has had a turn. */
function breathe(): Promise<void> {
  const { setImmediate, setTimeout } = globalThis as Host
  return new Promise(resolve => {
    if (setImmediate !== undefined) setImmediate(resolve)
    else if (setTimeout !== undefined) setTimeout(resolve, 0)
    else resolve()
  })
}
