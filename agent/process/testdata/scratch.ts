// A directory of its own for the executor of one test. At the end nothing of it is left running.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Executor } from '../../executor.ts'
import { createProcessExecutor, type ProcessExecutorOptions } from '../process-executor.ts'

export const shimPath = join(import.meta.dirname, '..', 'shim.ts')

export function scratch(
  context: TestContext,
  options: Partial<ProcessExecutorOptions> = {},
): { readonly directory: string; readonly open: () => Executor } {
  const directory = mkdtempSync(join(tmpdir(), 'kit-process-'))
  const open = (): Executor => createProcessExecutor({ directory, shimPath, ...options })
  context.after(async () => {
    const executor = open()
    for (const task of await executor.list()) await executor.remove(task)
    rmSync(directory, { recursive: true, force: true })
  })
  return { directory, open }
}
