// `--timeout 10m`

import { parseDuration } from '../api/duration.ts'
import { CommandError, exitCodes } from './exit.ts'
import type { Options } from './options.ts'

export function timeoutOf({ timeout = '10m' }: Options): number {
  const ms = parseDuration(timeout)
  if (ms === undefined) throw new CommandError(exitCodes.invalid, `--timeout: "${timeout}" is not a duration such as 30s or 10m`)
  return ms
}
