// What is said of services while somebody waits for them: a line per change. Tasks that fail and are started again change all
// the time and get nowhere, so after the first failure of a kind that is told less and less often.

import type { Progress } from './convergence.ts'

/** Between two lines about what goes on failing; doubled each time up to the longest. */
const [shortestGapMs, longestGapMs] = [5_000, 60_000]

interface Told {
  readonly line: string
  /** Of a service that fails: what was said to be why. */
  readonly causes: ReadonlySet<string>
  readonly gapMs: number
  readonly at: number
}

const nothing: Told = { line: '', causes: new Set(), gapMs: 0, at: Number.NEGATIVE_INFINITY }

export class ProgressLines {
  readonly #told = new Map<string, Told>()

  /** What is new to say. */
  of(progress: Progress, nowMs: number): readonly string[] {
    const { name, verdict } = progress
    const told = this.#told.get(name) ?? nothing
    const cause = verdict.outcome === 'converging' && verdict.failure !== undefined ? verdict.reason : undefined
    const isAgain = verdict.outcome === 'converging' && told.causes.size > 0 && (cause === undefined || told.causes.has(cause))
    if (isAgain && nowMs - told.at < told.gapMs) return []
    const line = formatProgress(progress, isAgain)
    if (line === undefined || (line === told.line && !isAgain)) return []
    const causes =
      verdict.outcome !== 'converging' ? nothing.causes : cause === undefined ? told.causes : told.causes.union(new Set([cause]))
    this.#told.set(name, { line, causes, gapMs: isAgain ? Math.min(told.gapMs * 2, longestGapMs) : shortestGapMs, at: nowMs })
    const isFirst = isAgain && told.gapMs === shortestGapMs
    return isFirst ? [line, `\`kit logs service/${name}\` says more; Ctrl-C stops only the waiting`] : [line]
  }
}

/** Nothing of a moment between two states. */
function formatProgress({ name, wanted, done, others, verdict }: Progress, isAgain: boolean): string | undefined {
  const states = others.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(', ')
  const head = `service/${name}  ${done}/${wanted}${states === '' ? '' : `  ${states}`}`
  switch (verdict.outcome) {
    case 'converged':
      return `${head}  converged`
    case 'converging':
      if (verdict.reason === undefined) return states === '' ? undefined : head
      if (isAgain && verdict.reason === verdict.failure) return `${head}  fails again and again: ${verdict.reason}`
      // A countdown would print a line each second.
      return verdict.reason.startsWith('must stay up') ? `${head}  up, watching that it stays up` : `${head}  ${verdict.reason}`
    case 'failed':
      return `${head}  failed: ${verdict.reason}`
    case 'rolledBack':
      return `${head}  rolled back: ${verdict.reason}`
  }
}
