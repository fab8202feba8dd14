// The end of a task in a few words, for messages: `exited with 1`, `was ended by SIGKILL`.

import type { Task } from '../../api/objects.ts'

export function howItEnded({ status }: Pick<Task, 'status'>): string {
  const { exitCode, signal, error, state, nodeFault } = status
  if (nodeFault !== undefined) return nodeFault === 'Stopped' ? 'was stopped with its node' : 'was lost by its node'
  if (exitCode !== undefined) return `exited with ${exitCode}`
  return signal !== undefined ? `was ended by ${signal}` : (error ?? state.toLowerCase())
}
