// A formula that looks like what a rule is after and is something else.

/** Rule, why it must not fire, arguments, node lines. */
export type NearMiss = readonly [rule: string, why: string, given: string, before: string]
