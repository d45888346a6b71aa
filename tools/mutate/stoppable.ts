// Runs bundled checks in a thread of their own, which ends when its time is over: a mistake can
// make a loop endless.

import { Worker } from 'node:worker_threads'

/** What the checks say: why the mutant was noticed, or undefined where it survives. */
export function runStoppably(bundle: string, call: string, limitMs: number) {
  const code = `${bundle}
import { parentPort } from 'node:worker_threads'
parentPort.postMessage({ reason: ${call} })`
  const url = new URL(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  return new Promise<string | undefined>(settle => {
    const worker = new Worker(url)
    const end = (reason: string | undefined) => {
      clearTimeout(timer)
      settle(reason)
      void worker.terminate()
    }
    const timer = setTimeout(() => end('does not end'), limitMs)
    worker.once('message', ({ reason }: { reason: string | undefined }) => end(reason))
    worker.once('error', error => end(`does not load: ${error.message}`))
  })
}
