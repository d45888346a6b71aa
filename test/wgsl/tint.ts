// Tint, the WGSL compiler of Chromium, as the tests reach it: Dawn's bindings for Node with the
// backend that runs nothing. It parses and type-checks a shader, and checks a pipeline against the
// limits of a device that was asked for nothing but the defaults. It needs no driver and no GPU.

type Gpu = ReturnType<typeof import('webgpu')['create']>

/** A device of the null backend. */
export type NullDevice = Awaited<
  ReturnType<NonNullable<Awaited<ReturnType<Gpu['requestAdapter']>>>['requestDevice']>
>

/** The one command that installs what is missing. */
const INSTALL = 'npm ci'

// The process aborts if this object is collected while a device of it lives.
const kept = globalThis as { gradcNullGpu?: Gpu }

/** A device that runs nothing. Fails, with the command that helps, where there is none. */
export async function nullDevice(): Promise<NullDevice> {
  try {
    const { create } = await import('webgpu')
    kept.gradcNullGpu ??= create(['backend=null'])
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`the package webgpu does not load (${why}); install it with: ${INSTALL}`)
  }
  const adapter = await kept.gradcNullGpu.requestAdapter()
  if (adapter === null) throw new Error('the null backend of webgpu has no adapter')
  return adapter.requestDevice()
}

interface Message {
  readonly type: string
  readonly message: string
  readonly lineNum: number
}

/**
 * What is wrong with a shader, after `device` has compiled it and made a pipeline of it with 0 for
 * each of `overrides`; undefined where all is well.
 */
export async function refusal(
  device: NullDevice,
  code: string,
  overrides: readonly string[] = [],
): Promise<string | undefined> {
  // Errors that nobody waits for would be printed.
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ code })
  const { messages }: { readonly messages: readonly Message[] } = await module.getCompilationInfo()
  await device.popErrorScope()
  const error = messages.find(message => message.type === 'error')
  if (error !== undefined) return `${error.message}\n${lineAt(code, error.lineNum)}`
  const constants = Object.fromEntries(overrides.map(name => [name, 0]))
  const compute = { module, entryPoint: 'main', constants }
  try {
    await device.createComputePipelineAsync({ layout: 'auto', compute })
    return undefined
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

const lineAt = (code: string, line: number) => code.split('\n')[line - 1] ?? ''
