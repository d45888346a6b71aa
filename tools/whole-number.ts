// Options of the tools that are whole numbers.

/** The number that an option holds; throws where it is no whole number from `least` on. */
export function wholeNumber(option: string, text: string, least = 0): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new Error(`--${option} takes a whole number from ${least}, got ${JSON.stringify(text)}`)
}
