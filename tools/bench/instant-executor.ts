// An executor whose tasks run at once, stop at once and do nothing: what is left is the orchestrator's own time.

import type { Executor, Exit } from '../../agent/executor.ts'
import type { Clock } from '../../effects/effects.ts'

interface Program {
  ended: Exit | undefined
  readonly whenEnded: Set<(exit: Exit) => void>
}

export function createInstantExecutor(clock: Clock): Executor {
  const programs = new Map<string, Program>()
  const stop = (task: string): void => {
    const program = programs.get(task) ?? { ended: undefined, whenEnded: new Set() }
    programs.set(task, program)
    program.ended ??= { exitCode: 0, at: clock.wallMs() }
    for (const resolve of program.whenEnded) resolve(program.ended)
  }
  return {
    name: 'simulated',
    describe: async () => ({ platform: { os: 'linux', arch: 'amd64' }, resources: { cpus: 1_000, memoryBytes: 2 ** 42 } }),
    prepare: async () => [],
    async start({ task }) {
      if (!programs.has(task)) programs.set(task, { ended: undefined, whenEnded: new Set() })
      return {}
    },
    async find(task) {
      const program = programs.get(task)
      if (program === undefined) return undefined
      return program.ended === undefined ? { running: {} } : { ended: program.ended }
    },
    wait({ task }, signal) {
      const program = programs.get(task)
      if (program?.ended !== undefined) return Promise.resolve(program.ended)
      return new Promise((resolve, reject) => {
        program?.whenEnded.add(resolve)
        const abort = (): void => {
          program?.whenEnded.delete(resolve)
          reject(signal.reason)
        }
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort, { once: true })
      })
    },
    check: async () => ({ healthy: true, output: '' }),
    stop: async (task) => stop(task),
    async remove(task) {
      stop(task)
      programs.delete(task)
    },
    list: async () => [...programs.keys()],
    stats: async () => [],
    async *logs() {},
    exec: () => Promise.reject(new Error('nothing runs here')),
    attach: () => Promise.reject(new Error('nothing runs here')),
    forward: () => Promise.reject(new Error('nothing runs here')),
  }
}
