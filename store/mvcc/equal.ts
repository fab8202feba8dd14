// Comparing JSON values: whether two are equal, and at which paths they differ. Keys whose value is
// `undefined` do not occur: everything compared here has been through the codec.

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((element, at) => equal(element, b[at]))
  if (!isRecord(a) || !isRecord(b)) return false
  let keys = 0
  for (const key in a) {
    keys += 1
    if (!Object.hasOwn(b, key) || !equal(a[key], b[key])) return false
  }
  for (const _ in b) keys -= 1
  return keys === 0
}

/** Paths at most two levels deep (`spec.replicas`, `metadata.labels`) at which the values differ. */
export function changedPaths(a: unknown, b: unknown, depth = 2): readonly string[] {
  if (!isRecord(a) || !isRecord(b)) return []
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => {
    const [before, after] = [a[key], b[key]]
    if (equal(before, after)) return []
    const deeper = depth > 1 ? changedPaths(before, after, depth - 1) : []
    return deeper.length > 0 ? deeper.map((path) => `${key}.${path}`) : [key]
  })
}
