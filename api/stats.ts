// What a running task has used, and uses, as its node counts it.

import { isJsonObject } from './wire.ts'

export interface TaskStats {
  readonly task: string
  /** When this was read, by the node's clock, in ms since 1970. */
  readonly at: number
  /** CPU time since the task began. Two readings and the time between them make a percentage. */
  readonly cpuMs: number
  /** What is shared between processes may count for each of them. */
  readonly memoryBytes: number
  readonly memoryLimitBytes?: number
  readonly processes: number
}

export function isTaskStats(value: unknown): value is TaskStats {
  if (!isJsonObject(value) || typeof value['task'] !== 'string') return false
  const { at, cpuMs, memoryBytes, memoryLimitBytes = 0, processes } = value
  return [at, cpuMs, memoryBytes, memoryLimitBytes, processes].every((amount) => typeof amount === 'number')
}
