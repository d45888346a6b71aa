// Contracts: both factors are packed into panels of doubles through their expressions, tiles of the
// product are summed in registers, and an epilogue stores each cell. Four functions per kernel: two
// that pack a block, one that stores it, and the one that visits the blocks.

import type { Axis } from '../../kernel/index.ts'
import { asLoops, type Contract, type Loop, pointsOf, type Stmt } from '../../kernel/kernel.ts'
import { constant, type Scalar } from '../../kernel/scalar.ts'
import { loadsOf, reach, scalarsOf } from '../../kernel/uses.ts'
import { Writer } from '../../support/writer.ts'
import { type Blocking, blocksOf } from './blocking.ts'
import { BodyWriter, type Span, type Surroundings } from './body.ts'
import { CELLS, type Choice, choicesIn } from './choices.ts'
import { cellsFor, describe, type EmittedKernel, emitLoops, placesOf, prepare } from './emit.ts'
import type { Place } from './expression.ts'
import { nest } from './nest.ts'
import { packingOf } from './packing.ts'
import { PANEL_GAP, TILE_COLS, TILE_ROWS, TILE_STEPS } from './tile.ts'

/** Points of a block by role: the three panels stay in the second cache. */
const BLOCK = { rows: 128, cols: 256, over: 512 }

/** What a contract must have to be packed; plain loops are faster below. */
const LEAST = { rows: 4, cols: 3 }

/** The function of a contract, with the functions that it calls. */
export function emitContract(contract: Contract, name: string): EmittedKernel {
  const isEmpty = contract.over.some(({ extent }) => extent === 0)
  // With fewer a panel would be used too little to be worth packing.
  if (isEmpty || pointsOf(contract.rows) < LEAST.rows || pointsOf(contract.cols) < LEAST.cols) {
    return emitLoops(asLoops(contract), name)
  }
  return new ContractWriter(prepare(contract), name).emit()
}

const [ROWS, COLS, PRODUCT] = ['w0', 'w1', 'w2'] as const

/** An axis of one position, for a sum over none: no name of a kernel is empty. */
const UNIT: Axis = { name: '', extent: 1 }

/** A role, how it is cut, and what the code calls it. */
interface Role extends Blocking {
  /** The letter of the bounds of its cut axis. */
  readonly letter: 'i' | 'j' | 'k'
  /** The variable that holds the number of its points in the block. */
  readonly count: string
  /** Its points are packed and summed in multiples of this. */
  readonly unit: number
}

/** A function beside the main one: what it is called with. */
interface Part {
  readonly name: string
  readonly roles: readonly Role[]
  readonly roots: readonly Scalar[]
  readonly buffers: readonly string[]
  readonly more: readonly string[]
}

class ContractWriter {
  readonly #kernel: Contract
  readonly #name: string
  readonly #places: ReadonlyMap<string, Place>
  readonly #axes: ReadonlyMap<string, string>
  readonly #rows: Role
  readonly #cols: Role
  readonly #over: Role
  readonly #choices: ReadonlyMap<Scalar, Choice>
  readonly #writer = new Writer()

  constructor(kernel: Contract, name: string) {
    const { batch, rows, cols } = kernel
    const over = kernel.over.length === 0 ? [UNIT] : kernel.over
    const axes = [...batch, ...rows, ...cols, ...over]
    this.#kernel = kernel
    this.#name = name
    this.#places = new Map(placesOf(kernel.params, 'b'))
    this.#choices = choicesIn([kernel.left, kernel.right, ...kernel.body.flatMap(scalarsOf)])
    this.#axes = new Map(axes.map((axis, i) => [axis.name, `a${i}`]))
    this.#rows = roleOf(rows, 'i', 'rows', BLOCK.rows, TILE_ROWS)
    this.#cols = roleOf(cols, 'j', 'cols', BLOCK.cols, TILE_COLS)
    this.#over = roleOf(over, 'k', 'depth', BLOCK.over, TILE_STEPS)
  }

  emit(): EmittedKernel {
    const { left, right } = this.#kernel
    this.#pack(this.#left(), left, this.#rows, ROWS)
    this.#pack(this.#right(), right, this.#cols, COLS)
    this.#store()
    this.#drive()
    const [rows, cols, steps] = [this.#rows, this.#cols, this.#over].map(
      ({ most, unit }) => Math.ceil(most / unit) * unit,
    )
    const panels = (count: number, lanes: number) => (count / lanes) * (lanes * steps! + PANEL_GAP)
    const sizes = [panels(rows!, TILE_ROWS), panels(cols!, TILE_COLS), rows! * cols!]
    const panelsOf = sizes.map(size => ({ type: 'f64', size }) as const)
    const workspaces = [...panelsOf, ...cellsFor(this.#choices)]
    return { name: this.#name, source: this.#writer.toString(), workspaces }
  }

  // ---- the functions beside the main one

  #left(): Part {
    const roots = [this.#kernel.left]
    const [roles, more] = [
      [this.#rows, this.#over],
      [ROWS, 'rows', 'depth'],
    ]
    return { name: `${this.#name}_left`, roles, roots, buffers: [], more }
  }

  #right(): Part {
    const roots = [this.#kernel.right]
    const [roles, more] = [
      [this.#cols, this.#over],
      [COLS, 'cols', 'depth'],
    ]
    return { name: `${this.#name}_right`, roles, roots, buffers: [], more }
  }

  #cells(): Part {
    const { body } = this.#kernel
    const buffers = body.map(store => store.buffer)
    const [roles, more] = [
      [this.#rows, this.#cols],
      [PRODUCT, 'width'],
    ]
    return { name: `${this.#name}_cells`, roles, roots: body.flatMap(scalarsOf), buffers, more }
  }

  /** Packs a block of a factor. */
  #pack(part: Part, value: Scalar, role: Role, panel: string): void {
    const { unit, cut } = role
    const factor = { value, own: loopsOf(role), over: loopsOf(this.#over), unit, cut, panel }
    const { before, stmts, put, beside, spans } = packingOf(factor, this.#places)
    this.#function(part, () => {
      this.#writer.line(`const size = ${unit} * (depth + (depth & 1)) + ${PANEL_GAP}`)
      this.#writer.line(before)
      this.#body(part, { put, beside }, stmts, spans(boundsOf(role)))
      if (this.#over.sizes.some(size => size % TILE_STEPS !== 0)) {
        this.#writer.line(`if (depth & 1) pad(${panel}, ${unit}, ${role.count}, depth)`)
      }
    })
  }

  /** Runs the epilogue on a block of cells. */
  #store(): void {
    const { acc, body, left } = this.#kernel
    const [rows, cols] = [loopsOf(this.#rows), loopsOf(this.#cols)]
    // To the epilogue the sum is an accumulator like any other; here it is done already.
    const accs = [
      { name: acc, combine: '+', value: constant(left.type, 0), at: undefined },
    ] as const
    const sum: Loop = { kind: 'loop', order: 'over', axes: [], accs, body: [] }
    const part = this.#cells()
    this.#function(part, () => {
      this.#writer.line('let i = 0')
      const beside = { before: ['let p = i', 'i += width'], after: [] }
      const given = new Map([[acc, `${PRODUCT}[p++]`]])
      const around = { given, beside: new Map([[cols[0]!.name, beside]]) }
      this.#body(part, around, nest([...rows, ...cols], [sum, ...body]))
    })
  }

  #function(part: Part, body: () => void): void {
    const args = this.#argsOf(part).join(', ')
    this.#writer.block(`function ${part.name}(${args}) {`, body).line()
  }

  #call(part: Part): void {
    this.#writer.line(`${part.name}(${this.#argsOf(part).join(', ')})`)
  }

  /** Callers and callees call everything by the same names. */
  #argsOf({ roles, roots, buffers, more }: Part): readonly string[] {
    const used = new Set([...loadsOf(roots).map(load => load.buffer), ...buffers])
    const arrays = [...this.#places].filter(([name]) => used.has(name))
    const made = reach(roots).order.some(node => this.#choices.has(node))
    const fixed = [...this.#kernel.batch, ...roles.flatMap(role => role.fixed)]
    return [
      ...arrays.map(([, place]) => place.text),
      ...fixed.map(axis => this.#axes.get(axis.name)!),
      ...roles.flatMap(role => (role.cut === undefined ? [] : boundsOf(role))),
      ...more,
      ...(made ? [CELLS] : []),
    ]
  }

  #body(
    { roles }: Part,
    around: Partial<Surroundings>,
    stmts: readonly Stmt[],
    others: ReadonlyMap<string, Span> = new Map(),
  ): void {
    const fixed = [...this.#kernel.batch, ...roles.flatMap(role => role.fixed)]
    const spans = new Map(
      roles.flatMap(role => {
        const [from, to] = boundsOf(role)
        return role.cut === undefined ? [] : [[role.cut.axis.name, { from, to }] as const]
      }),
    )
    const surroundings = {
      places: this.#places,
      choices: this.#choices,
      axes: this.#axes,
      spans: new Map([...spans, ...others]),
      ...around,
    }
    new BodyWriter(this.#writer, surroundings).write(stmts, fixed)
  }

  // ---- the main one

  #drive(): void {
    const { params, batch } = this.#kernel
    const arrays = [...this.#places.values()].map(place => place.text)
    const cells = this.#choices.size > 0 ? [CELLS] : []
    const work = [...arrays, ROWS, COLS, PRODUCT, ...cells].join(', ')
    const head = `function ${this.#name}(${work}) {`
    this.#writer.line(`// ${params.map(describe).join(', ')}`).block(head, () => {
      this.#positions(batch, () => {
        this.#blocks(this.#cols, () => {
          this.#writer.line('const width = cols + (cols & 1)')
          if (this.#over.cut === undefined) this.#packedOnce()
          else this.#packedByDepth()
        })
      })
    })
  }

  /** All steps are in one block: the columns stay packed for all rows. */
  #packedOnce(): void {
    this.#blocks(this.#over, () => {
      this.#call(this.#right())
      this.#blocks(this.#rows, () => {
        this.#clear()
        this.#call(this.#left())
        this.#multiply()
        this.#call(this.#cells())
      })
    })
  }

  #packedByDepth(): void {
    this.#blocks(this.#rows, () => {
      this.#clear()
      this.#blocks(this.#over, () => {
        this.#call(this.#right())
        this.#call(this.#left())
        this.#multiply()
      })
      this.#call(this.#cells())
    })
  }

  #clear(): void {
    this.#writer.line(`${PRODUCT}.fill(0, 0, (rows + ${TILE_ROWS - 1}) * width)`)
  }

  #multiply(): void {
    this.#writer.line(`multiply(${ROWS}, ${COLS}, ${PRODUCT}, rows, cols, depth + (depth & 1))`)
  }

  #positions([axis, ...rest]: readonly Axis[], body: () => void): void {
    if (axis === undefined) {
      body()
      return
    }
    const name = this.#axes.get(axis.name)!
    const head = `for (let ${name} = 0; ${name} < ${axis.extent}; ${name}++) {`
    this.#writer.block(head, () => this.#positions(rest, body))
  }

  #blocks(role: Role, body: () => void): void {
    this.#positions(role.fixed, () => {
      if (role.cut === undefined) {
        this.#writer.line(`const ${role.count} = ${role.most}`)
        body()
        return
      }
      const [from, to] = boundsOf(role)
      const { axis, step } = role.cut
      const inner = role.most / step
      this.#writer.block(
        `for (let ${from} = 0; ${from} < ${axis.extent}; ${from} += ${step}) {`,
        () => {
          this.#writer.line(`const ${to} = Math.min(${from} + ${step}, ${axis.extent})`)
          const count = inner === 1 ? `${to} - ${from}` : `(${to} - ${from}) * ${inner}`
          this.#writer.line(`const ${role.count} = ${count}`)
          body()
        },
      )
    })
  }
}

function roleOf(
  axes: readonly Axis[],
  letter: Role['letter'],
  count: string,
  limit: number,
  unit: number,
): Role {
  return { ...blocksOf(axes, limit, unit), letter, count, unit }
}

/** The first position of a block along the cut axis, and the one after its last. */
const boundsOf = ({ letter }: Role) => [`${letter}0`, `${letter}1`] as const

/** The axes along which a block has more than one position. */
const loopsOf = ({ cut, whole }: Role): readonly Axis[] =>
  cut === undefined ? whole : [cut.axis, ...whole]
