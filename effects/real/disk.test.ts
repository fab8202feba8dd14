import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDisk } from '../disk.suite.ts'
import { createDisk } from './disk.ts'

testDisk('the real disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kit-disk-'))
  return { disk: createDisk(), directory, run: (work) => work, dispose: () => rm(directory, { recursive: true }) }
})

test('files and directories are private to their owner unless told otherwise', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kit-disk-'))
  try {
    const disk = createDisk()
    await disk.makeDirectory(join(directory, 'state'))
    await (await disk.open(join(directory, 'state/keys'), { create: true })).close()
    assert.equal((await stat(join(directory, 'state'))).mode & 0o777, 0o700)
    assert.equal((await stat(join(directory, 'state/keys'))).mode & 0o777, 0o600)
  } finally {
    await rm(directory, { recursive: true })
  }
})
