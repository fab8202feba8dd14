import assert from 'node:assert/strict'
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { KitObject } from '../../api/objects.ts'
import { backUp, headerOf } from '../../store/backup.ts'
import { capture } from '../../store/mvcc/snapshot.ts'
import { State } from '../../store/mvcc/state.ts'
import { startProgram } from '../testdata/program.ts'
import { createTown } from '../ui/testdata/town.ts'

const directory = await mkdtemp(join(tmpdir(), 'kit-backup-'))
after(() => rm(directory, { recursive: true }))

const config = (name: string): KitObject => ({
  kind: 'Config',
  metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 },
  spec: { data: 'YQ==' },
  status: {},
})
const state = new State()
state.apply(1, { writes: ['a', 'b'].map((name) => ({ op: 'create', object: config(name) })) })
const captured = capture(state)
const about = headerOf(captured, { clusterId: 'cluster-a', takenAt: '2026-01-31T12:00:00Z', version: '0.1.0' })
const seals = [
  { what: 'in clear', seal: undefined },
  { what: 'sealed', seal: { key: new Uint8Array(32).fill(7), salt: new Uint8Array(16).fill(3) } },
] as const

interface Outcome {
  readonly code: number
  readonly err: string
  /** What is in the directory when the command has ended. */
  readonly left: readonly string[]
}

/** `kit cluster backup`, while the disk does that to the file once everything is written and nothing was read back. */
async function take(values: readonly unknown[], disturb: (draft: string) => Promise<void>): Promise<Outcome> {
  const town = createTown()
  const backup: typeof town.client.backup = async function* () {
    yield* values
    const [draft, ...more] = await readdir(directory)
    assert.ok(draft !== undefined && more.length === 0, 'until it is whole it has another name')
    await disturb(join(directory, draft))
  }
  const running = startProgram(['cluster', 'backup', join(directory, 'kit.backup')], { ...town.client, backup }, town.clock)
  const code = await running.ended
  return { code, err: running.err(), left: await readdir(directory) }
}

/** Bit rot, as disks have it. */
async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position)
    await file.write(Buffer.from([buffer.readUInt8() ^ 1]), 0, 1, position)
  } finally {
    await file.close()
  }
}

async function cut(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.truncate((await file.stat()).size - bytes)
  } finally {
    await file.close()
  }
}

for (const { what, seal } of seals) {
  const values = [...backUp(captured, about, seal)]
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join('')

  test(`a backup ${what} has its name once it is what was sent`, async () => {
    const path = join(directory, 'kit.backup')
    const { code, err, left } = await take(values, async () => undefined)
    assert.deepEqual([code, left], [0, ['kit.backup']], err)
    assert.equal(await readFile(path, 'utf8'), text)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    await rm(path)
  })

  test(`a backup ${what} that the disk has changed, anywhere, is refused when it is read back, and leaves nothing`, async () => {
    const positions = [0, 20, Math.floor(text.length / 2), text.lastIndexOf('hash') + 10, text.length - 1]
    const disturbances = [
      ...positions.map((position) => [`bit of byte ${position}`, (path: string) => flip(path, position)] as const),
      ['last byte lost', (path: string) => cut(path, 1)],
      ['last line lost', (path: string) => cut(path, `${JSON.stringify(values.at(-1))}\n`.length)],
      ['all lost', (path: string) => cut(path, text.length)],
    ] as const
    for (const [how, disturb] of disturbances) {
      const { code, err, left } = await take(values, disturb)
      assert.deepEqual([code, left], [1, []], `${how}: ${err}`)
      assert.match(err, /^error: \S+kit\.backup was not made: the backup cannot be used: /, how)
    }
  })
}

test('a backup in clear that was sent with less in it than it says is not made', async () => {
  const values = [...backUp(captured, { ...about, objects: { Config: 3 } }, undefined)]
  const { code, err, left } = await take(values, async () => undefined)
  assert.deepEqual([code, left], [1, []], err)
  assert.match(err, /was not made: the backup cannot be used: it holds 2 of kind Config, and should hold 3/)
})
