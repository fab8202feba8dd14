// Log lines as JSON on standard error, through pino. Written at once: the last line before a crash counts.

import { destination, pino, stdTimeFunctions } from 'pino'
import type { Log } from '../effects.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Of lines that cannot be written, in bytes. Further ones are lost. */
const longestBacklog = 1024 * 1024

/** @param options.fields are added to every line; `file` is a descriptor or a path, standard error unless told. */
export function createLog(
  options: { readonly level?: LogLevel; readonly fields?: Readonly<Record<string, unknown>>; readonly file?: number | string } = {},
): Log {
  const { level = 'info', fields = {}, file = 2 } = options
  // A full disk must not fail what is being told of: lines wait for space, as many as there is room for here.
  const stream = destination({ dest: file, sync: true, maxLength: longestBacklog })
  stream.on('error', () => {})
  const logger = pino(
    {
      level,
      base: { ...fields },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    },
    stream,
  )
  return {
    debug: (message, values = {}) => logger.debug(values, message),
    info: (message, values = {}) => logger.info(values, message),
    warn: (message, values = {}) => logger.warn(values, message),
    error: (message, values = {}) => logger.error(values, message),
  }
}
