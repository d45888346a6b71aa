// Other libraries, each in a process of its own, where neither its memory nor its compiled code
// meets ours. Tasks go to it as data and come back as a timing by the very same harness.

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, isInstalled } from './peer-packages.ts'
import type { Task } from './task.ts'
import type { Peer, Performance } from './workload.ts'

const FOLDER = fileURLToPath(new URL('peers/', import.meta.url))
const PROGRAM = join(FOLDER, 'process.mjs')

/** Every peer: a library on one of its backends. */
export const PEERS = ['tfjs-cpu', 'tfjs-wasm', 'jax-js-wasm'] as const

/** A task that takes longer than this will not end. */
const LIMIT_MS = 300_000

/** What a peer's process sends: first that it is ready, then one answer per task. */
export type Answer = 'ready' | Performance | { readonly error: string }

/** A peer that runs. */
export interface RunningPeer extends Peer {
  stop(): void
}

type Report = (sentence: string) => void

/** Installs what is missing and starts every peer that works; what does not is reported. */
export async function startPeers(say: Report, complain: Report): Promise<readonly RunningPeer[]> {
  try {
    if (!isInstalled(FOLDER)) {
      say('peers: installing the packages of bench/peers (npm ci)')
      await install(FOLDER)
    }
  } catch (error) {
    complain(`peers are left out: ${(error as Error).message}`)
    return []
  }
  const running: RunningPeer[] = []
  for (const name of PEERS) {
    try {
      running.push(await startPeer(name, PROGRAM))
    } catch (error) {
      complain(`${name} is left out: ${(error as Error).message}`)
    }
  }
  return running
}

/** Starts `program` as the process of a peer; rejects where it does not become ready. */
export async function startPeer(name: string, program: string): Promise<RunningPeer> {
  // The process inherits the loader of TypeScript; standard output is for rows alone.
  const child = fork(program, [name], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let heard = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard = (heard + text).slice(-2_000)
  })
  const ask = () => nextAnswer(child, () => heard.trim().split('\n').at(-1) ?? '')
  try {
    await ask()
  } catch (error) {
    child.kill()
    throw error
  }
  return {
    name,
    perform(task: Task) {
      const answer = ask()
      if (child.connected) child.send(task)
      return answer as Promise<Performance>
    },
    stop: () => void child.kill(),
  }
}

/** What the process says next; rejects where it fails, ends or says nothing for too long. */
function nextAnswer(child: ChildProcess, lastWords: () => string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onEnd).off('error', onError)
      settle()
    }
    const fail = (reason: string) => done(() => reject(new Error(reason)))
    const onMessage = (answer: Answer) => {
      if (typeof answer === 'object' && 'error' in answer) fail(answer.error)
      else done(() => resolve(answer))
    }
    const onEnd = () => fail(`its process ended: ${lastWords()}`)
    const onError = (error: Error) => fail(error.message)
    const timer = setTimeout(() => {
      child.kill()
      fail(`no answer within ${LIMIT_MS / 1000} s`)
    }, LIMIT_MS)
    child.on('message', onMessage).on('exit', onEnd).on('error', onError)
    if (!child.connected) onEnd()
  })
}
