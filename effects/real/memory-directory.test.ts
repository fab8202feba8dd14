import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { MemoryDirectory } from './memory-directory.ts'

const rounds = 3_000

test('a set is written whole while another process takes the directory around it away', async (context) => {
  const directory = MemoryDirectory.of(`kit-test-${process.pid}`)
  if (directory === undefined) return context.skip('this machine has no memory-backed file system')
  const path = dirname(directory.pathOf('set'))
  // As shims do when they drop the last set.
  const remover = spawn(process.execPath, [
    '-e',
    `console.log('begun'); setInterval(() => { try { require('node:fs').rmdirSync(${JSON.stringify(path)}) } catch {} }, 1)`,
  ])
  const ended = once(remover, 'exit')
  try {
    await once(remover.stdout, 'data')
    for (let at = 0; at < rounds; at++) {
      const written: string = directory.write('set', [{ place: 'a/b', mode: 0o400, bytes: Buffer.from(`${at}`) }])
      assert.equal(readFileSync(join(written, 'a/b'), 'utf8'), `${at}`)
      directory.drop('set')
    }
  } finally {
    remover.kill('SIGKILL')
    await ended
    directory.drop('set')
  }
})
