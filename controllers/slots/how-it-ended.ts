// The end of a task in a few words, for messages: `exited with 1`, `was ended by SIGKILL`.

import type { Task } from '../../api/objects.ts'

export function howItEnded({ status }: Pick<Task, 'status'>): string {
  const { exitCode, signal, error, state, nodeFault, health } = status
  if (nodeFault !== undefined) return nodeFault === 'Stopped' ? 'was stopped with its node' : 'was lost by its node'
  // It was stopped for that, and how a program ends that is stopped says nothing of why.
  if (health === 'Unhealthy' && error !== undefined) return error
  if (exitCode !== undefined) return `exited with ${exitCode}`
  if (signal !== undefined) return `was ended by ${signal}`
  return error === undefined ? state.toLowerCase() : `failed: ${error}`
}
