// Three managers, and the disk of the one that leads is full, slow, or fails, while clients on the others count up
// (counters.ts). A full disk needs a small file system of its own, which only the superuser of Linux can mount, and the other
// two need strace (own-file-system.ts, traced-calls.ts).

import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ask } from './api.ts'
import { Cluster, eventually } from './cluster.ts'
import { Counters } from './counters.ts'
import type { Machine } from './machine.ts'
import { ManagerMachines } from './manager-machines.ts'
import { mountInMemory, unmount } from './own-file-system.ts'
import { isHere } from './required.ts'
import { disturbCalls, whyNoTrace } from './traced-calls.ts'

/** Three files of the log, each of 64 MiB, and little more. */
const sizeMiB = 210
const cluster = new Cluster()
mkdirSync(cluster.directory)
const isTraceable = isHere('strace', whyNoTrace(), 'a leader whose disk is slow or fails')
const isMounted = isHere('mount', mountInMemory(cluster.directory, sizeMiB), 'a leader whose disk is full')

const group = new ManagerMachines(cluster, { managers: 3 })
const counters = new Counters()
const sockets = (machines: readonly Machine[]): readonly string[] => machines.map((machine) => group.socketOf(machine))

before(async () => {
  await group.create()
  const [first] = sockets(group.managers)
  assert.ok(first !== undefined)
  for (const name of ['a', 'b']) {
    await counters.make(first, name)
    for (const socket of sockets(group.managers)) counters.start(name, [socket])
  }
  await counters.goOnAt(sockets(group.managers))
})
after(async () => {
  if (isMounted) {
    await cluster.kit('down')
    await eventually(() => assert.ok(unmount(cluster.directory)))
  }
  await group.remove()
})

const filler = join(cluster.directory, 'filler')

function fill(): void {
  const chunk = Buffer.alloc(64 * 1024)
  try {
    for (;;) appendFileSync(filler, chunk)
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC')
  }
}

/** More than a megabyte for the log, twice. */
async function writeMuch(socket: string, name: string): Promise<void> {
  const data = Buffer.alloc(1e6, `${name} `).toString('base64')
  await ask(socket, 'POST', '/apis/kit/v1/configs', { apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data } })
  await ask(socket, 'DELETE', `/apis/kit/v1/configs/${name}`)
}

if (isMounted)
  test('the disk of the leader is full: another one leads, writes go on, and with space it has them all', async () => {
    const [full, ...others] = group.managers
    assert.ok(full !== undefined)
    assert.equal(await group.leader(), full, 'who founded the group leads it')
    fill()
    // The space that the log has reserved is used up first.
    for (let n = 1; !/The disk has no space left/.test(full.text); n++) {
      assert.ok(n < 300, 'the disk is never full')
      await counters.whileTrue(writeMuch(group.socketOf(full), `big-${n}`))
    }
    await eventually(async () => {
      await counters.whileTrue(writeMuch(group.socketOf(full), 'more'))
      assert.equal(await group.leads(full), false)
    })
    await counters.goOnAt(sockets(others), 10)
    assert.match(
      await cluster.fails(1, 'get', 'configs'),
      /what was written last \(its disk has no space left: free some\): ask another one/,
    )
    assert.match(await cluster.kit('--stale', 'get', 'configs'), /count-a/)
    assert.match(await cluster.kit('config', 'create', 'elsewhere', cluster.file('elsewhere', 'x')), /elsewhere/)
    rmSync(filler)
    await counters.whileTrue(group.converge())
    assert.match(full.text, /The disk has space again/)
    await counters.goOnAt(sockets(group.managers))
  })

if (isTraceable) {
  /** Whether the leader leads on while each of its syncs takes a second. */
  async function leadsOnSlowDisk(): Promise<boolean> {
    const slow = await group.leader()
    const { pid } = slow
    assert.ok(pid !== undefined)
    const recover = await disturbCalls(pid, 'pwrite64,fsync,fdatasync', 'delay_enter=1000000')
    try {
      await counters.goOnAt(sockets(group.others(slow)), 2)
      return (await group.leader()) === slow
    } finally {
      await recover()
    }
  }

  test('the disk of the leader is slow: it leads on, and writes take as long as it does', async () => {
    // One that gets no time to run is followed by another one, too, but not on each of these occasions.
    const occasions = 3
    let losses = 0
    while (losses < occasions && !(await leadsOnSlowDisk())) losses += 1
    assert.ok(losses < occasions, `another one led on each of ${occasions} occasions`)
    await counters.whileTrue(group.converge())
  })

  test('a sync of the leader fails: its process ends and says why, the others go on, and it comes back', async () => {
    const failing = await group.leader()
    const { pid } = failing
    assert.ok(pid !== undefined)
    const recover = await disturbCalls(pid, 'pwrite64', 'error=EIO')
    await eventually(() => assert.equal(failing.pid, undefined))
    await recover()
    await counters.goOnAt(sockets(group.others(failing)))
    assert.match(failing.text, /the log stopped \(EIO: i\/o error, \w+\); restart to read what is durable/)
    await group.start(failing)
    await counters.whileTrue(group.converge())
  })
}

test('what was acknowledged is there once', async () => {
  const [, , third] = group.managers
  assert.ok(third !== undefined)
  await counters.end(group.socketOf(third), 20)
})
