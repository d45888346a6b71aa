// Other libraries, each in a process of its own, where neither its memory nor its compiled code
// meets ours. Tasks go to it as data and come back as a timing by the very same harness. They are
// packages of their own, in bench/peers, and are installed when first asked for.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Task } from './task.ts'
import type { Peer, Performance } from './workload.ts'

const FOLDER = fileURLToPath(new URL('peers/', import.meta.url))

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
    if (!isInstalled()) await install(say)
  } catch (error) {
    complain(`peers are left out: ${(error as Error).message}`)
    return []
  }
  const running: RunningPeer[] = []
  for (const name of PEERS) {
    try {
      running.push(await start(name))
    } catch (error) {
      complain(`${name} is left out: ${(error as Error).message}`)
    }
  }
  return running
}

type Packages = Readonly<Record<string, { readonly version?: string; readonly optional?: true }>>

function packagesOf(path: string): Packages {
  const lock = JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: Packages }
  return lock.packages
}

/** Whether node_modules holds what the lock file names. npm records there what it installed. */
function isInstalled(): boolean {
  const record = join(FOLDER, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const present = packagesOf(record)
  return Object.entries(packagesOf(join(FOLDER, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || present[path]?.version === version || optional === true,
  )
}

function install(say: Report): Promise<void> {
  say('peers: installing the packages of bench/peers (npm ci)')
  const script = process.env.npm_execpath ?? ''
  const npm = basename(script) === 'npm-cli.js' ? [process.execPath, script] : ['npm']
  const flags = ['ci', '--ignore-scripts', '--loglevel=error', '--prefix', FOLDER]
  const child = spawn(npm[0]!, [...npm.slice(1), ...flags], { stdio: ['ignore', 2, 2] })
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(new Error(`npm does not start: ${error.message}`)))
    child.on('exit', code => {
      if (code === 0) resolve()
      else reject(new Error(`npm ci in bench/peers failed with exit code ${code}`))
    })
  })
}

async function start(name: string): Promise<RunningPeer> {
  // The process inherits the loader of TypeScript; standard output is for rows alone.
  const child = fork(join(FOLDER, 'process.mjs'), [name], {
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
