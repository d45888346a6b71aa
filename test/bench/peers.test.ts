// Processes of peers, made-up ones: what they answer arrives, and every way in which they fail is
// one sentence. Their packages count as installed when versions agree, and npm failing is heard of.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { install, isInstalled } from '../../bench/peer-packages.ts'
import { startPeer } from '../../bench/peers.ts'

const PROGRAM = fileURLToPath(new URL('peer-process/program.mjs', import.meta.url))
const TASK = { kind: 'apply', op: 'exp', operands: [] } as const

/** What a peer answers to a task; its reason where it does not. */
async function asked(manner: string) {
  const peer = await startPeer(manner, PROGRAM)
  try {
    return await peer.perform(TASK)
  } finally {
    peer.stop()
  }
}

describe('a peer', () => {
  it('gives its timing and its numbers, NaN included', async () => {
    const { timing, threads, result } = await asked('willing')
    expect([timing.medianMs, threads]).toEqual([1, 2])
    expect(result).toEqual(Float32Array.of(1, Number.NaN))
  })

  it('does one task after another', async () => {
    const peer = await startPeer('willing', PROGRAM)
    await peer.perform(TASK)
    expect((await peer.perform(TASK)).threads).toBe(2)
    peer.stop()
  })

  it.each([
    ['unable', 'no such kernel'],
    ['unready', 'backend does not start'],
    ['absent', 'its process ended: not on this machine'],
    ['dying', 'its process ended: '],
  ])('that is %s is heard of in a sentence', async (manner, sentence) => {
    await expect(asked(manner)).rejects.toThrow(sentence)
  })

  it('that has ended says so again, instead of leaving one waiting', async () => {
    const peer = await startPeer('dying', PROGRAM)
    await expect(peer.perform(TASK)).rejects.toThrow('its process ended')
    await expect(peer.perform(TASK)).rejects.toThrow('its process ended')
  })
})

describe('packages', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  /** A folder whose lock file wants the first packages and whose node_modules hold the second. */
  function folderOf(wanted: object, present?: object): string {
    const folder = mkdtempSync(join(tmpdir(), 'peers-'))
    folders.push(folder)
    mkdirSync(join(folder, 'node_modules'))
    const write = (path: string, packages: object) =>
      writeFileSync(join(folder, path), JSON.stringify({ packages }))
    write('package-lock.json', wanted)
    if (present !== undefined) write('node_modules/.package-lock.json', present)
    return folder
  }

  const one = { 'node_modules/one': { version: '1.0.0' } }
  const root = { '': { name: 'peers' } }

  it('are installed where npm recorded the versions of the lock file', () => {
    expect(isInstalled(folderOf({ ...root, ...one }, one))).toBe(true)
  })

  it('are missing where nothing is recorded, a package is not there or is another version', () => {
    const other = { 'node_modules/one': { version: '1.0.1' } }
    expect(isInstalled(folderOf({ ...root, ...one }))).toBe(false)
    expect(isInstalled(folderOf({ ...root, ...one }, {}))).toBe(false)
    expect(isInstalled(folderOf({ ...root, ...one }, other))).toBe(false)
  })

  it('are missing where the record was cut short', () => {
    const folder = folderOf({ ...root, ...one })
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{ "packages": {')
    expect(isInstalled(folder)).toBe(false)
  })

  it('of other platforms are not missed', () => {
    const foreign = { 'node_modules/foreign': { version: '1.0.0', optional: true } }
    expect(isInstalled(folderOf({ ...root, ...foreign }, {}))).toBe(true)
  })

  it('that npm cannot install are heard of', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'peers-'))
    folders.push(empty)
    await expect(install(empty)).rejects.toThrow(/^npm ci failed with exit code [1-9]\d*: \S/)
  })
})
