// The packages of other libraries: a folder with a lock file of its own, which nothing but a
// comparison needs and which is therefore installed when one is first asked for.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

type Packages = Readonly<Record<string, { readonly version?: string; readonly optional?: true }>>

function packagesOf(path: string): Packages {
  const lock = JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: Packages }
  return lock.packages
}

/** What npm recorded in node_modules; nothing where an install was never finished. */
function recorded(folder: string): Packages {
  try {
    return packagesOf(join(folder, 'node_modules', '.package-lock.json'))
  } catch {
    return {}
  }
}

/** Whether node_modules holds what the lock file names. */
export function isInstalled(folder: string): boolean {
  const present = recorded(folder)
  const wanted = Object.entries(packagesOf(join(folder, 'package-lock.json')))
  return wanted.every(([path, { version, optional }]) => {
    return path === '' || present[path]?.version === version || optional === true
  })
}

/** Installs what the lock file names. Rejects with npm's own first words where it fails. */
export function install(folder: string): Promise<void> {
  const script = process.env.npm_execpath ?? ''
  const npm = basename(script) === 'npm-cli.js' ? [process.execPath, script] : ['npm']
  const flags = ['ci', '--ignore-scripts', '--loglevel=error', '--prefix', folder]
  const child = spawn(npm[0]!, [...npm.slice(1), ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  let heard = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', error => reject(new Error(`npm does not start: ${error.message}`)))
    child.on('close', code => {
      const words = /^npm error (?!code )(.*)/m.exec(heard)?.[1] ?? ''
      if (code === 0) resolve()
      else reject(new Error(`npm ci failed with exit code ${code}: ${words}`))
    })
  })
}
