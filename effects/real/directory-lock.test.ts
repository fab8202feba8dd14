import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DirectoryLocked, lockDirectory } from './directory-lock.ts'

function inDirectory(body: (directory: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kit-lock-'))
    try {
      await body(directory)
    } finally {
      rmSync(directory, { recursive: true })
    }
  }
}

test(
  'a directory has one holder, and the refusal names process and directory',
  inDirectory((directory) => {
    const release = lockDirectory(directory)
    assert.throws(
      () => lockDirectory(directory),
      (error) => error instanceof DirectoryLocked && error.pid === process.pid && error.message.includes(directory),
    )
    release()
    lockDirectory(directory)()
  }),
)

test(
  'the lock of a killed process is taken over, that of a living one is not',
  inDirectory(async (directory) => {
    const script = `import('${import.meta.dirname}/directory-lock.ts').then((m) => { m.lockDirectory(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000) })`
    const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    assert.throws(() => lockDirectory(directory), new RegExp(`process ${child.pid}`))
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockDirectory(directory)()
  }),
)

test(
  'a lock is stale when its process id now belongs to a process that started at another time, or its boot is over',
  inDirectory((directory) => {
    const path = join(directory, 'lock')
    const release = lockDirectory(directory)
    const own: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'))
    release()
    for (const change of [{ started: '1' }, { started: 'another 1' }]) {
      writeFileSync(path, JSON.stringify({ ...own, ...change }))
      lockDirectory(directory)()
    }
    writeFileSync(path, 'half a li')
    lockDirectory(directory)()
  }),
)
