// Runs bundled checks in a thread of their own, which ends when its time is over: a mistake can
// make a loop endless. The bundle becomes a file, as modules that ask whether they were started
// want to be one.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What the checks say: `ended` with their answer, or why there is none. */
export type Answer<T> =
  | { readonly ended: true; readonly answer: T | undefined }
  | { readonly ended: false; readonly reason: string }

/** The answer of `call` in a module of the bundle. */
export async function runStoppably<T>(
  bundle: string,
  call: string,
  limitMs: number,
): Promise<Answer<T>> {
  const folder = mkdtempSync(join(tmpdir(), 'gradc-mutant-'))
  const file = join(folder, 'checks.mjs')
  writeFileSync(
    file,
    `${bundle}
import { parentPort } from 'node:worker_threads'
parentPort.postMessage({ answer: ${call} })`,
  )
  try {
    return await answerOf(new Worker(file), limitMs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function answerOf<T>(worker: Worker, limitMs: number): Promise<Answer<T>> {
  return new Promise(settle => {
    const end = (answer: Answer<T>) => {
      clearTimeout(timer)
      settle(answer)
      void worker.terminate()
    }
    const timer = setTimeout(() => end({ ended: false, reason: 'does not end' }), limitMs)
    worker.once('message', ({ answer }: { answer: T | undefined }) => end({ ended: true, answer }))
    worker.once('error', error => end({ ended: false, reason: `does not load: ${error.message}` }))
  })
}
