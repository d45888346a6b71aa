// An explanation for people: first what became of the user's formulas, then a few lines for each
// step that changed anything, then kernels, costs and memory.

import type { Explanation, KernelReport } from './explain.ts'
import { costSections } from './explain-costs-text.ts'
import { timelineLines } from './explain-memory.ts'
import type {
  FiringReport,
  FormulaReport,
  PassReport,
  Place,
  RuleReport,
} from './explain-passes.ts'
import { recomputedLines } from './explain-recomputed.ts'
import { showBytes } from './show-bytes.ts'

/** Places that are shown of one rule in one pass. */
const PLACES = 3

/** All of an explanation but the source, the texts of kernels, and the diffs. */
export function printExplanation(of: Omit<Explanation, 'toString' | 'toJSON'>): string {
  const dims = Object.entries(of.dims).map(([name, size]) => `${name} = ${size}`)
  const sections = [
    [`target ${of.target}${dims.length > 0 ? `, ${dims.join(', ')}` : ''}`],
    ['formulas', ...formulaLines(of)],
    ['passes', ...passLines(of.passes)],
    ['kernels', ...kernelLines(of.kernels)],
    ...costSections(of),
    ['memory', ...memoryLines(of)],
  ]
  return sections.map(lines => lines.join('\n')).join('\n\n')
}

function formulaLines({ formulas }: Pick<Explanation, 'formulas'>): string[] {
  if (formulas.length === 0) return ['  none had to be stabilized, and no op was recognized']
  const titles = new Set(formulas.map(titleOf))
  return [...titles].flatMap(title => {
    const found = formulas.filter(formula => titleOf(formula) === title)
    return [`  ${title}`, ...placeLines(found).map(line => `    ${line}`)]
  })
}

const titleOf = ({ kind, rule, why }: FormulaReport) => `${kind} ${rule}: ${why}`

function passLines(passes: readonly PassReport[]): string[] {
  const idle = passes.filter(({ unchanged }) => unchanged).map(({ pass }) => pass)
  const time = passes.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const [first, last] = [passes[0], passes.at(-1)]
  const nodes = `${first?.nodesBefore ?? 0} -> ${last?.nodesAfter ?? 0} nodes`
  return [
    ...passes.filter(({ unchanged }) => !unchanged).flatMap(changedPassLines),
    ...(idle.length > 0 ? [`  without effect: ${idle.join(', ')}`] : []),
    `  ${passes.length} in all: ${nodes}, ${time.toFixed(2)} ms`,
  ]
}

function changedPassLines(report: PassReport): string[] {
  const { pass, nodesBefore, nodesAfter, milliseconds } = report
  const nodes = nodesBefore === nodesAfter ? `${nodesAfter}` : `${nodesBefore} -> ${nodesAfter}`
  const { firings, rules } = report
  const head = `  ${pass.padEnd(14)} ${nodes} nodes, ${milliseconds.toFixed(2)} ms`
  return [head, ...rules.flatMap(rule => ruleLines(rule, firings))]
}

function ruleLines({ rule, times, why }: RuleReport, firings: readonly FiringReport[]): string[] {
  const own = firings.filter(firing => firing.rule === rule)
  return [`    ${rule} × ${times}  ${why}`, ...placeLines(own).map(line => `      ${line}`)]
}

/** Places with what was replaced there, the same ones counted, and only the first few. */
function placeLines(found: readonly (Place & { readonly op: string })[]): string[] {
  const counts = new Map<string, number>()
  for (const one of found) {
    const text = placeText(one)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const lines = [...counts].map(([text, times]) => (times === 1 ? text : `${text} × ${times}`))
  // One more place takes no more room than saying so.
  if (lines.length <= PLACES + 1) return lines
  return [...lines.slice(0, PLACES), `and at ${lines.length - PLACES} more places`]
}

/** `model.ts:12:20 (head) log`; a derivative says of what: `… matmul in the gradient of dot`. */
function placeText({ source, path, op, derivativeOf }: Place & { readonly op: string }): string {
  const where = [source, path && `(${path})`].filter(Boolean).join(' ') || '(made by gradc)'
  const backward = derivativeOf === undefined ? '' : ` in the derivative of ${derivativeOf}`
  return `${where} ${op}${backward}`
}

function kernelLines(kernels: readonly KernelReport[]): string[] {
  const width = Math.max(...kernels.map(({ name }) => name.length))
  return kernels.map(({ name, kind, launches, computes }) => {
    const shown = computes.slice(0, 3).join('; ')
    const more = computes.length > 3 ? `; and ${computes.length - 3} more` : ''
    return `  ${name.padEnd(width)}  ${kind.padEnd(8)} × ${launches}  ${shown}${more}`
  })
}

function memoryLines({ memory }: Pick<Explanation, 'memory'>): string[] {
  const regions = ['state', 'scratch', 'input', 'output', 'workspace', 'total'] as const
  const unshared = `, ${showBytes(memory.plan.unshared)} without sharing`
  const bytes = regions.map(name => {
    const more = name === 'scratch' ? unshared : ''
    return `  ${name.padEnd(9)} ${showBytes(memory[name])}${more}`
  })
  const more = [...recomputedLines(memory.recomputed), ...timelineLines(memory.plan)]
  return [...bytes, ...more.map(line => `  ${line}`)]
}
