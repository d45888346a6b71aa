// Every stable error code, by class: E1xx graphs, E2xx derivatives, E3xx text and files, E5xx
// targets, E9xx our own bugs. The doc comment of an entry is its section in docs/errors.md.

/** The subject line of each code, as the generated error page lists it. */
export const CODES = {
  /**
   * Operands, attributes or dtypes of an op do not satisfy one of its constraints.
   * The message ends with the constraint's number; docs/ops.md lists the constraints of each op.
   */
  E101: 'an op constraint does not hold',
  /** An op got more or fewer operands than it takes. */
  E102: 'wrong number of operands',
  /** An attribute is missing, unknown, or of another kind than the op declares. */
  E103: 'wrong attribute',
  /** Two values of different graphs meet in one op. A value belongs to the builder that made it. */
  E104: 'values of different graphs',
  /** A name is used twice, or is not one that the graph text can hold. */
  E105: 'name taken or not allowed',
  /** A graph is finished or edited in a way that its verifier refuses. */
  E106: 'graph is not well formed',
  /** A symbolic dim has no size, or gets a size that is not a non-negative integer. */
  E107: 'dim without a valid size',
  /** A graph is run with an argument that is missing, unknown, or of another shape or dtype. */
  E108: 'argument does not fit',
  /** A dim expression cannot be formed, for example an inexact division. */
  E109: 'dim expression not expressible',
  /**
   * A host value (nested array, typed array) does not describe a tensor, or a record of them is no
   * data set: arrays that differ in their number of examples, fewer examples than asked for.
   */
  E110: 'host value is not a tensor',
  /** A dtype is asked for that does not exist. */
  E111: 'unknown dtype',
  /** An op that has no operands is called where no graph is being built. */
  E120: 'no graph is being built',
  /** A random op is called in the body of an op, whose meaning depends on its operands alone. */
  E121: 'nothing may be drawn here',
  /**
   * State, scratch, inputs and outputs of a program would take more than `maxBytes`. The error
   * names the largest values that live at once, and what made them.
   */
  E136: 'program too large',
  /** An option is not known, or its value is outside of its range. */
  E137: 'option unknown or out of range',
  /** The inputs of a model do not share a first dim that counts examples. */
  E138: 'no dim counts examples',
  /**
   * The loss of a training became infinite or NaN. A trainer made with `debug: { nanGuard: true }`
   * names the node where that begins.
   */
  E139: 'loss is not finite',
  /** A layer that keeps state is called a second time: two calls would give it two new states. */
  E123: 'stateful layer called twice',
  /** A selection of outputs leaves out an input that they are computed from. */
  E124: 'input is needed',
  /**
   * The body of a model, layer or op returns something else than it must: no tensor, another shape
   * than it declares, no new state, a promise.
   */
  E125: 'body does not return what it must',
  /** A parameter, layer, op or model is declared in a way that cannot mean anything. */
  E126: 'declaration is not well formed',
  /**
   * A derivative is asked of a value that is not a float scalar, or of a name that is not there.
   */
  E201: 'derivative cannot be asked for',
  /** The value does not depend on the argument at all, so its derivative is zero everywhere. */
  E202: 'independent of the argument',
  /**
   * Every path to the argument passes an operand that has no derivative (an integer, an argmax).
   */
  E203: 'no differentiable path',
  /** A path to the argument passes a rule that is not implemented. */
  E204: 'derivative rule not implemented',
  /** Text does not follow the grammar. */
  E301: 'unexpected text',
  /** Text names an op, attribute, value, graph, kernel or buffer that is not there. */
  E302: 'unknown name in text',
  /** A written result type differs from the one that the op's type rule gives. */
  E303: 'written type differs',
  /**
   * A kernel or program does not satisfy its verifier; the message begins with the rule's number.
   */
  E304: 'kernel is not well formed',
  /** A data file is cut short, has a wrong magic number, or holds what cannot be read. */
  E310: 'data file cannot be read',
  /**
   * CSV text has a row of another length, a cell that is not the number asked for, a quote that
   * does not close, no rows at all, or no column of that name; the subject names the line.
   */
  E311: 'CSV row or cell',
  /** A label is no integer from 0 up to, but without, the number of classes, or no known class. */
  E312: 'label out of range',
  /**
   * Debug mode `nanGuard` found NaN or an infinity in what a run gives. The error names the first
   * node that makes one of values that are none, or the argument that holds one.
   */
  E402: 'a value is not finite',
  /** Something that does not exist yet was asked for; the message says what does. */
  E501: 'not supported',
  /**
   * The js target makes functions from text, which a content-security policy or a flag of the
   * engine forbids here. Target wasm and scripts built ahead of time do without.
   */
  E502: 'code cannot be generated here',
  /** The machine does not give the memory that a program needs. */
  E503: 'not enough memory',
  /** A pass produced a graph that its verifier refuses. */
  E901: 'a pass produced an ill-formed graph',
  /** A rewrite did not come to an end within its step limit. */
  E902: 'rewriting does not terminate',
  /** An invariant of the compiler does not hold. */
  E903: 'broken invariant',
  /**
   * Debug mode `checkRewrites` found a rewrite that changes a value by more than its rule promises,
   * on the arguments of this run.
   */
  E904: 'a rewrite changes a value',
} as const

/** A stable error code. */
export type Code = keyof typeof CODES
