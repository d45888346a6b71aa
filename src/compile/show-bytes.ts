// Bytes for people.

/** `1.5 MiB`. */
export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [scale, unit] = bytes < 1024 ** 2 ? [1024, 'KiB'] : [1024 ** 2, 'MiB']
  return `${(bytes / scale).toFixed(1)} ${unit}`
}
