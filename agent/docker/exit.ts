// How a container ended. The engine has one number for it, and 128 + n both for a program that signal n ended
// and for one that exits with that number; the first is meant nearly always, so that is what is said.

import { constants } from 'node:os'
import type { Exit } from '../executor.ts'
import type { Container } from './engine.ts'

const signalBase = 128

export function exitOf({ exitCode, outOfMemory, finishedAt }: Pick<Container, 'exitCode' | 'outOfMemory' | 'finishedAt'>): Exit {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - signalBase)?.[0]
  // The flag is set as well when only a child of the program was killed for memory.
  const reason = outOfMemory && signal === 'SIGKILL' ? { reason: 'out of memory' } : {}
  return { ...(signal === undefined ? { exitCode } : { signal }), ...reason, at: finishedAt }
}
