// What every Disk promises: run against the real one and the simulated one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from './effects.ts'

export interface DiskUnderTest {
  readonly disk: Disk
  /** Exists and is empty. */
  readonly directory: string
  /** Lets `work` come to its end: a simulated disk has to be driven. */
  run<T>(work: Promise<T>): Promise<T>
  dispose(): Promise<void>
}

export function testDisk(name: string, make: () => Promise<DiskUnderTest>): void {
  const check = (behaviour: string, body: (disk: Disk, directory: string) => Promise<void>): void => {
    test(`${name}: ${behaviour}`, async () => {
      const under = await make()
      try {
        await under.run(body(under.disk, under.directory))
      } finally {
        await under.dispose()
      }
    })
  }
  const codeIs = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code

  check('a missing file is opened only when it may be created', async (disk, directory) => {
    await assert.rejects(disk.open(`${directory}/a`), codeIs('ENOENT'))
    await (await disk.open(`${directory}/a`, { create: true })).close()
    await (await disk.open(`${directory}/a`)).close()
    await (await disk.open(`${directory}/a`, { create: true })).close()
    await assert.rejects(disk.open(`${directory}/a`, { create: true, exclusive: true }), codeIs('EEXIST'))
  })

  check('what was written is read, and a read is short only at the end of the file', async (disk, directory) => {
    const file = await disk.open(`${directory}/a`, { create: true })
    await file.write(0, Buffer.from('hello'))
    await file.write(8, Buffer.from('world'))
    await file.sync()
    assert.equal(await file.size(), 13)
    assert.deepEqual(Buffer.from(await file.read(0, 100)), Buffer.from('hello\0\0\0world'))
    assert.deepEqual(Buffer.from(await file.read(9, 3)), Buffer.from('orl'))
    assert.equal((await file.read(13, 4)).length, 0)
    await file.close()
  })

  check('a file that writes through is read and grown as any other', async (disk, directory) => {
    const file = await disk.open(`${directory}/a`, { create: true, writesThrough: true })
    await file.write(3, Buffer.from('abc'))
    await file.write(0, Buffer.from('xyz'))
    await file.truncate(5)
    await file.close()
    assert.deepEqual(Buffer.from(await (await disk.open(`${directory}/a`)).read(0, 9)), Buffer.from('xyzab'))
  })

  check('a caller may reuse its buffer once the write has resolved', async (disk, directory) => {
    const file = await disk.open(`${directory}/a`, { create: true })
    const bytes = Buffer.from('first')
    await file.write(0, bytes)
    bytes.fill(0)
    assert.deepEqual(Buffer.from(await file.read(0, 5)), Buffer.from('first'))
    await file.close()
  })

  check('truncating cuts the file, and growing it again shows zeros', async (disk, directory) => {
    const file = await disk.open(`${directory}/a`, { create: true })
    await file.write(0, Buffer.from('secret'))
    await file.truncate(2)
    assert.equal(await file.size(), 2)
    await file.truncate(4)
    assert.deepEqual(Buffer.from(await file.read(0, 10)), Buffer.from('se\0\0'))
    await file.close()
  })

  check('names come in lexical order, directories among them', async (disk, directory) => {
    for (const name of ['b', 'a', 'B', '10', '9']) await (await disk.open(`${directory}/${name}`, { create: true })).close()
    await disk.makeDirectory(`${directory}/c/d`)
    assert.deepEqual(await disk.list(directory), ['10', '9', 'B', 'a', 'b', 'c'])
    assert.deepEqual(await disk.list(`${directory}/c`), ['d'])
    await assert.rejects(disk.list(`${directory}/none`), codeIs('ENOENT'))
  })

  check('making a directory that is there is no error', async (disk, directory) => {
    await disk.makeDirectory(`${directory}/c`)
    await disk.makeDirectory(`${directory}/c`)
  })

  check('a rename replaces its target, and an open file keeps its bytes', async (disk, directory) => {
    const file = await disk.open(`${directory}/new`, { create: true })
    await file.write(0, Buffer.from('new'))
    await (await disk.open(`${directory}/old`, { create: true })).close()
    await disk.rename(`${directory}/new`, `${directory}/old`)
    await disk.syncDirectory(directory)
    assert.deepEqual(await disk.list(directory), ['old'])
    await file.write(3, Buffer.from('er'))
    await file.close()
    const again = await disk.open(`${directory}/old`)
    assert.deepEqual(Buffer.from(await again.read(0, 9)), Buffer.from('newer'))
    await again.close()
    await assert.rejects(disk.rename(`${directory}/none`, `${directory}/x`), codeIs('ENOENT'))
  })

  check('removing a file twice is no error', async (disk, directory) => {
    await (await disk.open(`${directory}/a`, { create: true })).close()
    await disk.remove(`${directory}/a`)
    await disk.remove(`${directory}/a`)
    assert.deepEqual(await disk.list(directory), [])
  })
}
