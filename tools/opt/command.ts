// The command line of opt: its flags as commander declares them, and the request that they make.
// Everything a person can get wrong on the command line is found here, before any text is read.

import { Command, InvalidArgumentError, Option } from 'commander'
import type { Stage } from '../../src/ir/verify.ts'
import type { Pipeline } from '../../src/rewrite/pass.ts'
import { passesHelp, pipelineOf } from './passes.ts'

/** A derivative to take before the passes run. */
export interface Transform {
  readonly kind: 'gradient' | 'jvp'
  readonly of: string
  readonly wrt: readonly string[] | undefined
}

/** What opt is asked to do with each text of a file. */
export interface Request {
  /** A path, or `-` for standard input. */
  readonly file: string
  /** The IR of the text; undefined: the text tells. */
  readonly stage: 'graph' | 'kernel' | undefined
  readonly transforms: readonly Transform[]
  readonly dims: Readonly<Record<string, number>>
  readonly pipeline: Pipeline
  /** Stages whose promises the text must keep. */
  readonly promises: readonly Stage[]
  readonly verifyEach: boolean
  readonly printAfterAll: boolean
  readonly diff: boolean
  readonly time: boolean
  readonly origins: boolean
  readonly interpret: boolean
  /** Whether the result is lowered and its program printed. */
  readonly lower: boolean
  /** The machine that it is lowered for. */
  readonly target: LoweringTarget
  readonly values: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly rounding: 'f64' | 'dtype'
  /** The words of the command line without the file, for the command that repeats a failure. */
  readonly flags: readonly string[]
}

/** Where commander's own words go. */
export interface Voices {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** The targets that lowering knows; there need be no backend for one. */
export type LoweringTarget = 'js' | 'wgsl'

interface Flags {
  readonly stage?: Request['stage']
  readonly passes: Pipeline
  readonly dims: Request['dims']
  readonly promise: readonly Stage[]
  readonly verifyEach?: true
  readonly printAfterAll?: true
  readonly diff?: true
  readonly time?: true
  readonly origins?: true
  readonly interpret?: true
  readonly lower?: true
  readonly target: LoweringTarget
  readonly arg: Request['values']
  readonly seed: number
  readonly rounding: Request['rounding']
}

const EXAMPLES = `
Examples:
  npm run -s opt -- -p simplify,cse,dce model.ir
  npm run -s opt -- --gradient loss --dims batch=32 -p after model.ir
  npm run -s opt -- --gradient loss:w --interpret --arg 'w=[1, 2]' model.ir
  npm run -s opt -- --gradient loss:w --gradient grads.w:w second.ir
  npm run -s opt -- --gradient loss --dims batch=32 -p after --lower model.ir

A file may hold several texts, separated by lines "// -----"; what follows a line "// expect" is left
out, so golden files can be given as they are. Derivatives are taken in the order in which they are
written, then dims are bound, then the passes run.
`

/**
 * The request that the words of a command line make. Throws a CommanderError where they make none;
 * its `exitCode` is 0 where help was asked for.
 */
export function parseCommand(words: readonly string[], voices: Voices): Request {
  const transforms: Transform[] = []
  const command = declare(transforms)
    .exitOverride()
    .configureOutput({ writeOut: voices.out, writeErr: voices.err })
  command.parse(words, { from: 'user' })
  const flags = command.opts<Flags>()
  const file = command.args[0] ?? '-'
  return {
    file,
    stage: flags.stage,
    transforms,
    dims: flags.dims,
    pipeline: flags.passes,
    promises: flags.promise,
    verifyEach: flags.verifyEach ?? false,
    printAfterAll: flags.printAfterAll ?? false,
    diff: flags.diff ?? false,
    time: flags.time ?? false,
    origins: flags.origins ?? false,
    interpret: flags.interpret ?? false,
    lower: flags.lower ?? false,
    target: flags.target,
    values: flags.arg,
    seed: flags.seed,
    rounding: flags.rounding,
    flags: words.filter(word => word !== command.args[0]),
  }
}

function declare(transforms: Transform[]): Command {
  const transform = (kind: Transform['kind']) => (text: string) => {
    transforms.push(parseTransform(kind, text))
  }
  return new Command('opt')
    .description('Reads graphs or kernels as text, runs passes over them, prints them as text.')
    .argument('[file]', 'file to read, or - for standard input', '-')
    .addOption(listed('-p, --passes <pipeline>', 'passes to run, listed below', addPasses, []))
    .option('--gradient <of[:wrt,...]>', 'add the gradients of an output', transform('gradient'))
    .option('--jvp <of[:wrt,...]>', 'add the forward derivative of an output', transform('jvp'))
    .addOption(
      listed('--dims <name=size,...>', 'bind symbolic dims before the passes', addDims, {}),
    )
    .addOption(new Option('--stage <ir>', 'IR of the text').choices(['graph', 'kernel']))
    .addOption(listed('--promise <stage,...>', 'check the input for bound, core', addStages, []))
    .option('--verify-each', 'verify between passes and name the one that broke the graph')
    .option('--print-after-all', 'print the graph after every pass')
    .option('--diff', 'print what every pass changed, line by line')
    .option('--time', 'say on stderr how long every pass took')
    .option('--origins', 'print where every node comes from')
    .option('--interpret', 'run the result and print its outputs')
    .addOption(new Option('--lower', 'print the program of the result').conflicts('interpret'))
    .addOption(targetOption())
    .addOption(listed('--arg <name=json>', 'an argument of the run; others drawn', addValue, {}))
    .option('--seed <n>', 'seed of the drawn arguments', wholeNumber, 0)
    .addOption(roundingOption())
    .addHelpText('after', () => `\n${passesHelp()}${EXAMPLES}`)
    .allowExcessArguments(false)
}

/** An option that may be given several times; its empty start is not worth a word in the help. */
function listed<T>(flags: string, said: string, add: (text: string, before: T) => T, start: T) {
  return new Option(flags, said).argParser(add).default(start, 'none')
}

const targetOption = () =>
  new Option('--target <name>', 'what --lower lowers for, and checks that it can be run there')
    .choices(['js', 'wgsl'])
    .default('js')
    .implies({ lower: true })

const roundingOption = () =>
  new Option('--rounding <mode>', 'compute in double, or round every value to its dtype')
    .choices(['f64', 'dtype'])
    .default('f64')

/** `loss`, or `loss:w,b`. */
function parseTransform(kind: Transform['kind'], text: string): Transform {
  const colon = text.indexOf(':')
  const [of, names] = colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
  if (of === '' || names === '') refuse('it needs the form output or output:argument,…')
  return { kind, of: of!, wrt: names?.split(',') }
}

const addPasses = (text: string, before: Pipeline): Pipeline => [...before, ...pipelineOf(text)]

function addDims(text: string, before: Request['dims']): Request['dims'] {
  const pairs = text.split(',').map(part => {
    const [name = '', size = ''] = part.split('=')
    if (!/^[A-Za-z_]\w*$/.test(name) || !/^\d+$/.test(size)) refuse('it needs the form name=size')
    return [name, Number(size)] as const
  })
  return { ...before, ...Object.fromEntries(pairs) }
}

function addStages(text: string, before: readonly Stage[]): readonly Stage[] {
  const stages = text.split(',').map(word => {
    if (word !== 'bound' && word !== 'core') refuse(`stages are bound and core, got ${word}`)
    return word as Stage
  })
  return [...before, ...stages]
}

function addValue(text: string, before: Request['values']): Request['values'] {
  const at = text.indexOf('=')
  if (at <= 0) refuse('it needs the form name=json')
  try {
    return { ...before, [text.slice(0, at)]: JSON.parse(text.slice(at + 1)) as unknown }
  } catch {
    return refuse(`the value of "${text.slice(0, at)}" is not JSON`)
  }
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : refuse('it must be a whole number from 0')
}

function refuse(sentence: string): never {
  throw new InvalidArgumentError(sentence)
}
