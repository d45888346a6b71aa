// The first thing that runs in a fresh clone: `node tools/bootstrap.mjs COMMAND [ARGUMENTS]`, or
// any npm script. It checks the version of Node, installs the pinned packages where they are
// missing or differ from package-lock.json, then runs the command's TypeScript through tsx. Plain
// JavaScript in syntax that Node 12 parses, no shell, Node's own modules only. Its words go to
// stderr, so that stdout belongs to the command alone.

import { spawn } from 'child_process'
import { existsSync, readFileSync } from 'fs'
import { createRequire } from 'module'
import { basename, dirname, join } from 'path'
import { fileURLToPath, pathToFileURL } from 'url'

const LEAST_NODE = [20, 19]

/** What each command runs, with the arguments it always gets; nothing where installing is all. */
const COMMANDS = {
  bench: ['bench/run.ts'],
  bless: ['tools/bless.ts'],
  'check-package': ['tools/check-package.ts'],
  ci: ['tools/ci.ts'],
  demo: ['examples/demo.ts'],
  docs: ['tools/docs.ts'],
  install: [],
  mutate: ['tools/mutate.ts'],
  ops: ['tools/ops.ts'],
  opt: ['tools/opt.ts'],
  replay: ['tools/replay.ts'],
  test: ['tools/test.ts', '--tier', 'test'],
  'test:deep': ['tools/test.ts', '--tier', 'deep'],
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function say(sentence) {
  process.stderr.write(sentence + '\n')
}

function stop(code, sentence) {
  say(sentence)
  process.exit(code)
}

function checkNode() {
  const parts = process.versions.node.split('.').map(Number)
  const enough =
    parts[0] > LEAST_NODE[0] || (parts[0] === LEAST_NODE[0] && parts[1] >= LEAST_NODE[1])
  if (!enough) {
    stop(
      2,
      'gradc needs Node ' + LEAST_NODE.join('.') + ' or newer, got ' + process.versions.node + '.',
    )
  }
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch (_error) {
    // Missing, or cut short by an interrupted install: either way nothing to rely on.
    return undefined
  }
}

/** Whether node_modules holds what package-lock.json names. npm records what it installed there. */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined) stop(1, 'package-lock.json is missing or broken; restore it from git.')
  if (present === undefined) return false
  return Object.keys(wanted).every(path => {
    if (path === '') return true
    // Optional packages belong to other platforms where they are absent.
    if (present[path] === undefined) return wanted[path].optional === true
    return present[path].version === wanted[path].version
  })
}

/** The command that starts npm without a shell: npm.cmd cannot be spawned directly on Windows. */
function npmCommand() {
  const beside = dirname(process.execPath)
  const scripts = [
    process.env.npm_execpath || '',
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script = scripts.find(path => basename(path) === 'npm-cli.js' && existsSync(path))
  return script === undefined ? ['npm'] : [process.execPath, script]
}

/**
 * Runs a child to its end, passing signals on; answers its exit code, or the signal that ended it.
 */
function run(command, stdio, done) {
  const child = spawn(command[0], command.slice(1), { stdio: stdio })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const handlers = signals.map(signal => {
    const handler = () => {
      // The terminal sends SIGINT to the whole group; a second one would cut the child's clean-up.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, handler)
    return handler
  })
  const finish = (code, signal) => {
    signals.forEach((name, i) => {
      process.removeListener(name, handlers[i])
    })
    done(code, signal)
  }
  child.on('error', error => {
    say('cannot start ' + command[0] + ': ' + error.message)
    finish(127, null)
  })
  child.on('exit', finish)
}

function endAs(code, signal) {
  if (signal) process.kill(process.pid, signal)
  else process.exit(code)
}

function install(then) {
  if (isInstalled()) return then()
  say('Installing the pinned packages of package-lock.json (npm ci) …')
  // Flags override what an outer `npm run -s` or NODE_ENV=production put into the environment.
  const command = npmCommand().concat(['ci', '--include=dev', '--loglevel=error', '--prefix', root])
  run(command, ['ignore', 2, 2], (code, signal) => {
    if (signal) return endAs(code, signal)
    if (code === 0) return then()
    stop(
      code,
      'npm ci failed (exit ' + code + '); its message is above. It needs the npm registry once.',
    )
  })
}

function start(name, rest) {
  const require = createRequire(join(root, 'package.json'))
  const entry = COMMANDS[name]
  const loader = pathToFileURL(require.resolve('tsx')).href
  const command = [process.execPath, '--import', loader, join(root, entry[0])]
  run(command.concat(entry.slice(1), rest), 'inherit', endAs)
}

checkNode()
const name = process.argv[2]
if (!Object.hasOwn(COMMANDS, name)) {
  stop(
    2,
    'expected a command (' + Object.keys(COMMANDS).join(', ') + '), got ' + (name || 'none') + '.',
  )
}
install(() => {
  if (COMMANDS[name].length > 0) start(name, process.argv.slice(3))
})
