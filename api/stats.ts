// What a running task has used, and uses, as its node counts it.

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
