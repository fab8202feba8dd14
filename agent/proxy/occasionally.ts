// For warnings about what may happen thousands of times a second.

const everyMs = 10_000

/** Does it at once, and then no more for ten seconds. */
export function occasionally<T>(action: (fields: T) => void): (fields: T) => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return (fields) => {
    const nowMs = performance.now()
    if (nowMs - lastMs < everyMs) return
    lastMs = nowMs
    action(fields)
  }
}
