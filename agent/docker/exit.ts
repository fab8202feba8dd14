// How a container ended. The engine has one number for it, and 128 + n both for a program that signal n ended
// and for one that exits with that number; the first is meant nearly always, so that is what is said.

import { constants } from 'node:os'
import type { Exit } from '../executor.ts'
import { labels } from './container-options.ts'
import type { Container } from './engine.ts'

const signalBase = 128

/**
 * A container of an earlier start of the machine went down with it, unless it had finished its work: that the engine does
 * not tell apart from a program that ends without an error when it is stopped.
 */
export function exitOf(
  { exitCode, outOfMemory, finishedAt, labels: own }: Pick<Container, 'exitCode' | 'outOfMemory' | 'finishedAt' | 'labels'>,
  boot: string,
): Exit {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - signalBase)?.[0]
  const how = signal === undefined ? { exitCode } : { signal }
  // The flag is set as well when only a child of the program was killed for memory.
  if (outOfMemory && signal === 'SIGKILL') return { ...how, reason: 'out of memory', at: finishedAt }
  const isOlder = own[labels.boot] !== undefined && own[labels.boot] !== boot
  return { ...how, ...(isOlder && exitCode !== 0 ? { reason: 'its machine was stopped', nodeFault: 'Stopped' } : {}), at: finishedAt }
}
