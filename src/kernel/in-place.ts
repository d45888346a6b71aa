// Running in place: a read and a write parameter become one `update` parameter. This is no analysis
// of its own. The merged kernel must verify, and no load of the old contents may follow a store of
// the new ones outside its group.

import type { Kernel, Loop, Stmt } from './kernel.ts'
import { asLoops } from './kernel.ts'
import { load, type Scalar } from './scalar.ts'
import { mapScalars } from './substitute.ts'
import * as uses from './uses.ts'
import { verifyKernel } from './verify.ts'
import { accessesOf, meetings } from './verify-races.ts'
import { partsOf } from './walk.ts'

/** The kernel that stores into what it reads, or why there is none. */
export type InPlace = { readonly kernel: Kernel } | { readonly refusal: string }

/** Merges the parameters `read` and `write` of `kernel` into one, called `write`. */
export function inPlace(kernel: Kernel, read: string, write: string): InPlace {
  const from = kernel.params.find(param => param.name === read)
  const to = kernel.params.find(param => param.name === write)
  if (from?.access !== 'read') return { refusal: `${read} is not a read parameter` }
  if (to?.access !== 'write') return { refusal: `${write} is not a write parameter` }
  if (from.type !== to.type || String(from.shape) !== String(to.shape)) {
    return { refusal: `${read} and ${write} differ in dtype or shape` }
  }
  const { body } = asLoops(kernel)
  if (loadsLate(body, read, write)) return { refusal: `a load of ${read} follows a store` }
  const params = kernel.params
    .filter(param => param !== from)
    .map(param => (param === to ? { ...param, access: 'update' as const } : param))
  const merged = mapScalars({ ...kernel, params }, node => renamed(node, read, write))
  const [first] = verifyKernel(merged)
  return first === undefined ? { kernel: merged } : { refusal: first.message }
}

const renamed = (node: Scalar, read: string, write: string): Scalar =>
  node.kind === 'load' && node.buffer === read
    ? load(node.type, write, node.index, node.fill)
    : node

/** Whether `read` is loaded where an earlier group or iteration has stored `write`. */
function loadsLate(stmts: readonly Stmt[], read: string, write: string): boolean {
  let isStored = false
  for (const part of partsOf(stmts)) {
    const all: readonly Stmt[] = 'loop' in part ? [part.loop] : part.group
    if (isStored && all.some(stmt => loads(stmt, read))) return true
    if ('loop' in part && loadsLateInside(part.loop, read, write)) return true
    isStored ||= all.flatMap(uses.storesOf).some(store => store.buffer === write)
  }
  return false
}

/** An iteration also follows the ones before it, unless each keeps to elements of its own. */
function loadsLateInside(loop: Loop, read: string, write: string): boolean {
  if (loadsLate(loop.body, read, write)) return true
  const accesses = accessesOf([loop]).map(access => ({
    ...access,
    buffer: access.buffer === read ? write : access.buffer,
  }))
  const own = accesses.filter(access => access.buffer === write)
  const isShared = own.some(access => access.isStore) && loads(loop, read)
  const accsLoad = loop.accs.flatMap(uses.scalarsOfAcc).some(node => needs(node, read))
  if (accsLoad && uses.storesOf(loop).some(store => store.buffer === write)) return true
  if (!isShared || loop.order === 'over') return false
  return meetings(own, loop.axes, outside(loop, own)).length > 0
}

/** The axes of accesses that the loop does not bind itself are the same in all its iterations. */
function outside(loop: Loop, accesses: ReturnType<typeof accessesOf>): ReadonlySet<string> {
  const bound = new Set(boundIn(loop))
  const used = accesses.flatMap(access => access.index.flatMap(uses.axesOfIndex))
  return new Set(used.filter(name => !bound.has(name)))
}

const boundIn = (stmt: Stmt): readonly string[] =>
  stmt.kind === 'store' ? [] : [...stmt.axes.map(axis => axis.name), ...stmt.body.flatMap(boundIn)]

const needs = (node: Scalar, buffer: string) => uses.needsOf(node).buffers.has(buffer)

const loads = (stmt: Stmt, buffer: string) => uses.scalarsOf(stmt).some(node => needs(node, buffer))
