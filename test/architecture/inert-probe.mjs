// Imports the module named on the command line with traps set, and prints what they caught as JSON.

const caught = []

function trap(owner, name) {
  const original = owner[name]
  function noting(...args) {
    caught.push(name)
    return new.target ? new original(...args) : original.apply(this, args)
  }
  Object.defineProperty(owner, name, { value: noting, configurable: true, writable: true })
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']
for (const name of TIMERS) trap(globalThis, name)
const WASM = ['compile', 'instantiate', 'validate', 'Module', 'Instance']
for (const name of WASM) trap(WebAssembly, name)
const navigator = { get: () => caught.push('navigator'), configurable: true }
Object.defineProperty(globalThis, 'navigator', navigator)

const state = () =>
  JSON.stringify([
    Reflect.ownKeys(globalThis).map(String),
    Error.stackTraceLimit,
    process.eventNames().length,
  ])

const before = state()
const write = process.stdout.write
process.stdout.write = () => caught.push('stdout')
const loaded = await import(process.argv[2])
process.stdout.write = write
const same = before === state()
console.log(JSON.stringify({ caught, same, names: Object.keys(loaded).length }))
