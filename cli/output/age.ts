// Ages as kubectl prints them: two units at most, the second only while the first is small.

const units = [
  ['y', 365 * 24 * 3600],
  ['d', 24 * 3600],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** `5s`, `2m30s`, `45m`, `3h12m`, `41d`. A time in the future counts as now. */
export function formatAge(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000))
  const at = units.findIndex(([, size]) => seconds >= size)
  if (at < 0) return '0s'
  const [unit, size] = units[at] ?? units[4]
  const count = Math.floor(seconds / size)
  const [nextUnit, nextSize] = units[at + 1] ?? [unit, size]
  const rest = Math.floor((seconds - count * size) / nextSize)
  return count < 10 && rest > 0 ? `${count}${unit}${rest}${nextUnit}` : `${count}${unit}`
}
