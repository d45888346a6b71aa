// Examples as a person or a script starts them: in a process of their own.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a process left behind. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs an example in a process of its own, with pipes for streams. */
export function start(example: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const plain: NodeJS.ProcessEnv = { ...process.env, ...env }
  for (const name of ['FORCE_COLOR', 'NO_COLOR', 'CI']) if (!(name in env)) delete plain[name]
  const command = ['--import', 'tsx', `examples/${example}.ts`, ...args]
  return new Promise<Finished>(settle => {
    const child = spawn(process.execPath, command, { cwd: root, env: plain })
    const [out, err]: [string[], string[]] = [[], []]
    child.stdout.setEncoding('utf8').on('data', text => out.push(text))
    child.stderr.setEncoding('utf8').on('data', text => err.push(text))
    child.on('close', code => settle({ code, stdout: out.join(''), stderr: err.join('') }))
  })
}
