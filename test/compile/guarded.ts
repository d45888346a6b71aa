// Running under debug modes, for tests: the error of a call as text, with the places of source
// lines left out, since they move.

/** What a call throws, sooner or later, without line numbers. */
export async function saidOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    return (error as Error).message.replace(/(\.ts):\d+:\d+/g, '$1')
  }
  return 'nothing was thrown'
}
