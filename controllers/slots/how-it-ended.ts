// The end of a task in a few words, for messages: `exited with 1`, `was ended by SIGKILL`.

import type { Task } from '../../api/objects.ts'

export function howItEnded({ status }: Pick<Task, 'status'>): string {
  const { exitCode, signal, error, state } = status
  if (exitCode !== undefined) return `exited with ${exitCode}`
  return signal !== undefined ? `was ended by ${signal}` : (error ?? state.toLowerCase())
}
