// The process of one peer, named by its argument. Each message is a task; each answer is what the
// library computed and how long it took, by the same harness that times gradc.

import { measure } from '../harness.ts'

const LIBRARIES = {
  'tfjs-cpu': async () => (await import('./tfjs.mjs')).open('cpu'),
  'tfjs-wasm': async () => (await import('./tfjs.mjs')).open('wasm'),
  'jax-js-wasm': async () => (await import('./jax-js.mjs')).open(),
}

/**
 * A task that is ready to run.
 * @typedef {object} Prepared
 * @property {() => unknown} run what is timed; it ends, or its promise does, when all is computed
 * @property {Float32Array} result what is compared; see `Task` in ../task.ts
 * @property {() => void} dispose
 */

/** @param {string} reason */
const refuse = reason => process.send({ error: reason })

async function main() {
  const library = await LIBRARIES[process.argv[2]]()
  process.on('message', async task => {
    try {
      const { run, result, dispose } = await library.prepare(task)
      const timing = await measure(run)
      dispose()
      process.send({ timing, threads: library.threads, result })
    } catch (error) {
      refuse(String(error?.message ?? error))
    }
  })
  process.send('ready')
}

// Nobody is left to answer to.
process.on('disconnect', () => process.exit())
main().catch(error => refuse(String(error?.message ?? error)))
