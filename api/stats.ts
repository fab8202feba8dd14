// What running tasks use, and the machine that they run on, as a node counts it when somebody asks.

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

/** Of all that runs on it, not of tasks alone. */
export interface MachineStats {
  readonly at: number
  /** Of the file system that has the state of the node: all that a user may fill, and what is filled. */
  readonly diskBytes: number
  readonly diskUsedBytes: number
  /** What has come and gone over its network since it was started. Left out where nobody counts that. */
  readonly receivedBytes?: number
  readonly sentBytes?: number
}

export interface NodeStats {
  readonly tasks: readonly TaskStats[]
  /** Left out by nodes that do not say. */
  readonly machine?: MachineStats
}

export function isMachineStats(value: unknown): value is MachineStats {
  if (!isJsonObject(value)) return false
  const { at, diskBytes, diskUsedBytes, receivedBytes = 0, sentBytes = 0 } = value
  return [at, diskBytes, diskUsedBytes, receivedBytes, sentBytes].every((amount) => typeof amount === 'number')
}

export function isTaskStats(value: unknown): value is TaskStats {
  if (!isJsonObject(value) || typeof value['task'] !== 'string') return false
  const { at, cpuMs, memoryBytes, memoryLimitBytes = 0, processes } = value
  return [at, cpuMs, memoryBytes, memoryLimitBytes, processes].every((amount) => typeof amount === 'number')
}
