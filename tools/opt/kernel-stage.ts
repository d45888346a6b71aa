// What opt does with a text of kernels and programs: verify, then canonical text or a run.

import { interpretKernel } from '../../src/kernel/interpret.ts'
import type { Kernel, Param } from '../../src/kernel/kernel.ts'
import type { Buffer, Program } from '../../src/kernel/program.ts'
import {
  interpretProgram,
  parseKernels,
  placeBuffers,
  printKernels,
  verifyAll,
} from '../../src/kernel/text.ts'
import { GraphError, nearest, UnsupportedError } from '../../src/support/diagnostic.ts'
import { DTYPES, type TypedArray } from '../../src/support/dtype.ts'
import { type Random, random } from '../../src/support/random.ts'
import type { Request } from './command.ts'
import type { StageResult } from './graph-stage.ts'
import { drawElements, givenElements, showElements, showRun } from './values.ts'

/** Runs a request on one text of kernels and programs. */
export function runKernelStage(file: string, text: string, request: Request): StageResult {
  refuseGraphFlags(request)
  const parsed = parseKernels(file, text)
  verifyAll(parsed)
  if (!request.interpret) return { out: printKernels(parsed), err: '' }
  const { programs, kernels } = parsed
  const runs =
    programs.length > 0
      ? programs.map(program => runProgram(program, request))
      : kernels.map(kernel => runKernel(kernel, request))
  return { out: runs.join(''), err: '' }
}

function refuseGraphFlags(request: Request): void {
  const { transforms, pipeline, dims, promises, lower } = request
  const asked = [
    ...(transforms.length > 0 ? ['derivatives'] : []),
    ...(pipeline.length > 0 ? ['passes'] : []),
    ...(Object.keys(dims).length > 0 ? ['dims'] : []),
    ...(promises.length > 0 ? ['stages'] : []),
    ...(lower ? ['lowerings'] : []),
  ]
  if (asked.length === 0) return
  throw new UnsupportedError({
    code: 'E501',
    subject: 'opt',
    message: `${asked.join(' and ')} belong to graphs, got a text of kernels`,
    help: 'leave the flags out; kernels are verified, printed and, with --interpret, run',
  })
}

/** What a run reads or writes under one name: a buffer of a program or a parameter of a kernel. */
type Place = Pick<Buffer, 'name' | 'type' | 'shape'>

/** Gives a place its elements: from `--arg`, or drawn and then shown. */
class Arguments {
  readonly drawn: string[] = []
  readonly #request: Request
  readonly #stream: Random

  constructor(request: Request, owner: string, names: readonly string[]) {
    this.#request = request
    this.#stream = random(request.seed)
    const extra = Object.keys(request.values).find(name => !names.includes(name))
    if (extra === undefined) return
    const near = nearest(extra, names)
    throw new GraphError({
      code: 'E108',
      subject: `@${owner}`,
      message: `takes ${names.join(', ') || 'no arguments'}, got "${extra}"`,
      help: near === undefined ? `leave "${extra}" out` : `did you mean "${near}"?`,
    })
  }

  of(role: string, { name, type, shape }: Place): TypedArray {
    const { values } = this.#request
    if (Object.hasOwn(values, name)) return givenElements(name, type, shape, values[name])
    const data = drawElements(type, sizeOf(shape), this.#stream)
    this.drawn.push(`${role} ${show({ name, type, shape }, data)}`)
    return data
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

const show = ({ name, type, shape }: Place, data: TypedArray) =>
  `${name}: ${showElements({ dtype: type, shape, data })}`

function runProgram(program: Program, request: Request): string {
  const isGiven = ({ region }: Buffer) => region === 'input' || region === 'state'
  const given = program.buffers.filter(isGiven)
  const names = given.map(({ name }) => name)
  const values = new Arguments(request, program.name, names)
  const memory = placeBuffers(program, new Map(given.map(b => [b.name, values.of(b.region, b)])))
  interpretProgram(program, memory, request.rounding)
  const results = program.buffers.filter(({ region }) => region === 'state' || region === 'output')
  const shown = results.map(buffer => `${buffer.region} ${show(buffer, memory.get(buffer.name)!)}`)
  return showRun(program.name, request.seed, values.drawn, shown)
}

function runKernel(kernel: Kernel, request: Request): string {
  const isGiven = ({ access }: Param) => access !== 'write'
  const names = kernel.params.filter(isGiven).map(({ name }) => name)
  const values = new Arguments(request, kernel.name, names)
  const data = kernel.params.map(param =>
    isGiven(param)
      ? values.of(param.access, param)
      : DTYPES[param.type].allocate(sizeOf(param.shape)),
  )
  interpretKernel(kernel, data, request.rounding)
  const shown = kernel.params.flatMap((param, i) =>
    param.access === 'read' ? [] : [`${param.access} ${show(param, data[i]!)}`],
  )
  return showRun(kernel.name, request.seed, values.drawn, shown)
}
