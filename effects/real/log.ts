// Log lines as JSON on standard error, through pino. Written at once: the last line before a crash counts.

import { destination, pino, stdTimeFunctions } from 'pino'
import type { Log } from '../effects.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** @param options.fields are added to every line; `file` is a descriptor or a path, standard error unless told. */
export function createLog(
  options: { readonly level?: LogLevel; readonly fields?: Readonly<Record<string, unknown>>; readonly file?: number | string } = {},
): Log {
  const { level = 'info', fields = {}, file = 2 } = options
  const logger = pino(
    {
      level,
      base: { ...fields },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    },
    destination({ dest: file, sync: true }),
  )
  return {
    debug: (message, values = {}) => logger.debug(values, message),
    info: (message, values = {}) => logger.info(values, message),
    warn: (message, values = {}) => logger.warn(values, message),
    error: (message, values = {}) => logger.error(values, message),
  }
}
