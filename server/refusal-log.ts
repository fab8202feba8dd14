// What was refused to other machines, for the log: each kind once in a while and few kinds, so that whoever
// knocks a thousand times a second does not fill the disk, and does not hide the others either.

import type { Clock, Log } from '../effects/effects.ts'

const windowMs = 10_000
const mostKinds = 100

export type TellRefusal = (kind: string, message: string, fields: Readonly<Record<string, unknown>>) => void

/** `kind` says which refusals are alike: who, and why. */
export function createRefusalLog({
  clock,
  log,
}: {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Pick<Log, 'warn'>
}): TellRefusal {
  const told = new Set<string>()
  let untold = 0
  let endsMs = Number.NEGATIVE_INFINITY
  return (kind, message, fields) => {
    const nowMs = clock.monotonicMs()
    if (nowMs >= endsMs) {
      if (untold > 0) log.warn('Refused more of the same', { times: untold })
      told.clear()
      untold = 0
      endsMs = nowMs + windowMs
    }
    if (told.has(kind) || told.size >= mostKinds) {
      untold += 1
      return
    }
    told.add(kind)
    log.warn(message, fields)
  }
}
