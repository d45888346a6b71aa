// In which programs of the corpus each rewrite rule matters: those where it fires, and those where
// its pattern matches and only its condition keeps it away. A mistake in a rule is tried on these.

import { rules } from '../../src/passes/rules.ts'
import { formsOf } from '../../test/rules/pipelines.ts'
import { programs } from '../../test/rules/programs/index.ts'

/** Programs that a mistake is tried on; small ones come first. */
const TRIED = 3

/** The programs to try a mistake in the given rules on, by name. */
export type ProgramsOf = (rules: readonly string[]) => readonly string[]

/** Compiles the corpus once, listening to every rule's condition. */
export function programsOfRules(): ProgramsOf {
  const asked = new Map<string, Set<string>>(rules.map(({ name }) => [name, new Set()]))
  const sizes = new Map(programs.map(({ name, model }) => [name, model.graph.order.length]))
  let program = ''
  for (const rule of rules) {
    const { when, name } = rule
    const listening: typeof when = captures => {
      asked.get(name)!.add(program)
      return when(captures)
    }
    Object.assign(rule, { when: listening })
  }
  for (const one of programs) {
    program = one.name
    formsOf(one, { verify: false })
  }
  return names => {
    const found = new Set(
      names.flatMap(name => bySize(asked.get(name) ?? [], sizes).slice(0, TRIED)),
    )
    return bySize(found, sizes).slice(0, TRIED)
  }
}

const bySize = (names: Iterable<string>, sizes: ReadonlyMap<string, number>) =>
  [...names].sort((a, b) => sizes.get(a)! - sizes.get(b)!)
