// Kernels and programs against the wgsl target: legal by its record, and accepted by Tint in every
// schedule that they can have. Equal shaders are compiled once.

import { wgslTarget } from '../../src/backends/wgsl/target.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { illegalInKernel, illegalInProgram } from '../../src/kernel/legal.ts'
import { isArena, type Launch, launchesOf, type Program } from '../../src/kernel/program.ts'
import { type Arenas, canShareLoops, overrideOf, type Schedule, spellWgsl } from './speller.ts'
import { type NullDevice, refusal } from './tint.ts'

/** Validates on one device, and counts what it has validated. */
export class Validator {
  readonly #device: NullDevice
  readonly #known = new Map<string, Promise<string | undefined>>()
  kernels = 0

  constructor(device: NullDevice) {
    this.#device = device
  }

  /** Shaders that differ. */
  get shaders(): number {
    return this.#known.size
  }

  /** What is wrong with a kernel by itself, which has a binding per parameter while they last. */
  async kernel(kernel: Kernel): Promise<readonly string[]> {
    const isMany = kernel.params.length > wgslTarget.maxBindings
    const merged = kernel.params.filter(param => isMany && param.access !== 'update')
    const arenas = new Map(merged.map(({ name }) => [name, 'scratch'] as const))
    const found = illegalInKernel(kernel, wgslTarget).map(({ message }) => message)
    return [...found, ...(await this.#shaders(kernel, arenas))]
  }

  /** What is wrong with a program and its kernels, each bound as its launches bind it. */
  async program(program: Program): Promise<readonly string[]> {
    const illegal = [
      ...illegalInProgram(program, wgslTarget),
      ...program.kernels.flatMap(kernel => illegalInKernel(kernel, wgslTarget)),
    ]
    const found = launchesOf(program).map(item => {
      const kernel = program.kernels.find(({ name }) => name === item.kernel)!
      return this.#shaders(kernel, arenasOf(item, kernel, program))
    })
    return [...illegal.map(({ message }) => message), ...(await Promise.all(found)).flat()]
  }

  async #shaders(kernel: Kernel, arenas: Arenas): Promise<readonly string[]> {
    this.kernels++
    const schedules: Schedule[] = canShareLoops(kernel) ? ['point', 'group'] : ['point']
    const found = schedules.map(async schedule => {
      const wrong = await this.#tint(spellWgsl(kernel, schedule, arenas), kernel, arenas)
      return wrong === undefined ? [] : [`@${kernel.name} by ${schedule}: ${wrong}`]
    })
    return (await Promise.all(found)).flat()
  }

  #tint(code: string, { params }: Kernel, arenas: Arenas): Promise<string | undefined> {
    const overrides = params.flatMap(({ name }, i) => (arenas.has(name) ? [overrideOf(i)] : []))
    const found = this.#known.get(code) ?? refusal(this.#device, code, overrides)
    this.#known.set(code, found)
    return found
  }
}

/** Where a launch finds the parameters of its kernel that do not have memory of their own. */
function arenasOf(item: Launch, kernel: Kernel, { buffers }: Program): Arenas {
  return new Map(
    kernel.params.flatMap(({ name }, i) => {
      const { region } = buffers.find(buffer => buffer.name === item.args[i])!
      return isArena(region) ? [[name, region] as const] : []
    }),
  )
}
