// A formula that has the structure of a rule and for which it would be wrong.

/** Rule, why it must not fire, arguments, node lines. */
export type LookAlike = readonly [rule: string, why: string, given: string, before: string]
