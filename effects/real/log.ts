// Log lines as JSON on standard error, through pino. What warns is written at once, with all before it: the last line before
// a crash counts. Other lines of one turn of the event loop are one write at its end, since each write wakes whoever reads
// them, and the API tells of each change. What cannot be written (a full disk, a pipe that nobody reads) must not fail what
// is being told of, and waits: line-writer.ts.

import { writeSync } from 'node:fs'
import { pino, stdTimeFunctions } from 'pino'
import type { Log } from '../effects.ts'
import { LineWriter } from './line-writer.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Lines beyond that are lost, and counted. */
const maxWaitingBytes = 1024 * 1024
/** Of one turn; more are written before it ends. */
const maxHeldCharacters = 64 * 1024
/** A log in which nothing new happens says what waits as well. */
const retryMs = 1_000

/** @param options.fields are added to every line; `descriptor` is of an open file, standard error unless told. */
export function createLog(
  options: { readonly level?: LogLevel; readonly fields?: Readonly<Record<string, unknown>>; readonly descriptor?: number } = {},
): Log {
  const { level = 'info', fields = {}, descriptor = 2 } = options
  const writer = new LineWriter({
    write: (bytes) => writeSync(descriptor, bytes),
    tellLost(lines) {
      isTelling = true
      logger.warn({ lines }, 'Lost lines of this log, which could not be written')
      isTelling = false
    },
    maxWaitingBytes,
  })
  /** What is logged now is said by the writer itself, and stands before what it was given. */
  let isTelling = false
  let held: string[] = []
  let heldCharacters = 0
  let isRetrying = false
  const retryLater = (): void => {
    if (isRetrying || !writer.isWaiting) return
    isRetrying = true
    setTimeout(() => {
      isRetrying = false
      writer.flush()
      retryLater()
    }, retryMs).unref()
  }
  const writeHeld = (): void => {
    if (held.length === 0) return
    const lines = held
    held = []
    heldCharacters = 0
    writer.write(lines)
    retryLater()
  }
  process.on('exit', writeHeld)
  const stream = {
    write(line: string): void {
      if (isTelling) {
        writer.write([line])
        return
      }
      held.push(line)
      heldCharacters += line.length
      if (heldCharacters >= maxHeldCharacters) writeHeld()
      else if (held.length === 1) setImmediate(writeHeld)
    },
  }
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
    warn(message, values = {}) {
      logger.warn(values, message)
      writeHeld()
    },
    error(message, values = {}) {
      logger.error(values, message)
      writeHeld()
    },
  }
}
