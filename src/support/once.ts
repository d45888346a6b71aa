// What is computed when it is first asked for, and kept.

/** What is kept of a computation once it was made. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
