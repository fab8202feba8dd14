// How grave a line of a log is, in the ways that programs write it.

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

const words: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  trc: 'trace',
  finest: 'trace',
  verbose: 'trace',
  debug: 'debug',
  dbg: 'debug',
  fine: 'debug',
  info: 'info',
  inf: 'info',
  notice: 'info',
  information: 'info',
  log: 'info',
  note: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'error',
  panic: 'error',
  critical: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
}

/** `level=warn`, `"level":"warn"`, `"severity": "WARNING"`, and numbers as pino and bunyan have them. */
const field = /(?:^|[\s,{"'])(?:level|lvl|severity|log\.level)"?\s*[=:]\s*"?([A-Za-z]+|[1-6]0\b)/i
/** Beside the time, in capital letters or brackets: `2026-01-31 12:00:00 WARN`, `[error]`, `INFO:`. */
const word =
  /(?:^|[\s|[(<])(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|SEVERE|FATAL|PANIC|CRIT(?:ICAL)?|LOG|TRC|DBG|INF|WRN)(?=[\s:|\])>]|$)|^([Pp]anic|[Ff]atal|[Ee]rror|[Ww]arning)\b\s*:/
const bracketed = new RegExp(`\\[(${Object.keys(words).join('|')})\\]`, 'i')
/** Of Kubernetes' own: `W0131 12:00:00`. */
const initial = /^([IWEF])\d{4}\s/
const initials: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'error' }
const byNumber: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'error']
/** A level stands at the beginning of a line; what comes later is what the line is about. */
const searched = 200

/** Undefined where the line does not say. */
export function levelOf(text: string): LogLevel | undefined {
  const start = text.slice(0, searched)
  const [, letter] = initial.exec(start) ?? []
  if (letter !== undefined) return initials[letter]
  const [, named] = field.exec(start) ?? []
  if (named !== undefined && /^\d/.test(named)) return byNumber[Number(named) / 10 - 1]
  const [, plain, atStart] = word.exec(start) ?? []
  const [, inBrackets] = bracketed.exec(start) ?? []
  return words[(named ?? inBrackets ?? plain ?? atStart ?? '').toLowerCase()]
}

/** Whether lines are at least so grave. A line that does not say goes with the one before it of its task, as the lines of a stack trace do. */
export function atLeast(wanted: LogLevel): (line: { readonly task: string; readonly text: string }) => boolean {
  const last = new Map<string, LogLevel>()
  return ({ task, text }) => {
    const level = levelOf(text) ?? last.get(task) ?? 'info'
    last.set(task, level)
    return logLevels.indexOf(level) >= logLevels.indexOf(wanted)
  }
}
