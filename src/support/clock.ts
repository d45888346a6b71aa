// The host's clock, for reports of time. Declared here, as the package is compiled without the
// types of any host.

interface Host {
  readonly performance?: { now(): number }
}

/** Milliseconds since some moment; only differences mean anything. */
export function clock(): number {
  return (globalThis as Host).performance?.now() ?? Date.now()
}
