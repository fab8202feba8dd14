// Secrets and configs of containers: read by them, and seen by nobody else.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, isAlive } from './cluster.ts'

const engine = await findEngine()
if (engine !== undefined && !existsSync('/dev/shm'))
  console.log('skipped: files of containers, because this machine has no tmpfs at /dev/shm')
else if (engine !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  after(() => cluster.remove())
  const password = 'correct-horse-battery-staple'
  // Prints the secret nowhere: what a program prints is on the engine's disk.
  const script = [
    'test "$$(head -c 12 /run/secrets/password)" = correct-hors && echo read the secret',
    'cat /etc/app.conf',
    "trap 'exit 0' TERM",
    'while :; do sleep 0.1; done',
  ].join('; ')
  const stack = `
name: vault
services:
  web:
    image: ${engine.image}
    command: [sh, -c, ${JSON.stringify(script)}]
    secrets: [password]
    configs: [{source: conf, target: /etc/app.conf}]
    deploy: {update_config: {monitor: 100ms}}
secrets:
  password: {file: ./password.txt}
configs:
  conf: {file: ./app.conf, template_driver: golang}
`

  /** Paths of this node that the container of the only task has its files from, and all that the engine tells of it. */
  const inspect = async (): Promise<{ readonly sources: readonly string[]; readonly text: string }> => {
    const [task] = await cluster.tasks('vault_web')
    const { status, text } = await engine.call('GET', `/containers/${task?.status.containerId}/json`)
    assert.equal(status, 200, text)
    const mounts: readonly { readonly Source: string }[] = JSON.parse(text).Mounts
    return { sources: mounts.map(({ Source }) => Source), text }
  }
  const said = (): Promise<string> => cluster.kit('logs', 'service/vault_web')

  test('a container reads its secret and its filled-in config', async () => {
    cluster.file('password.txt', password)
    cluster.file('app.conf', 'slot={{.Task.Slot}}\n')
    await cluster.kit('up', '--executor', 'docker')
    await cluster.kit('apply', '-f', cluster.file('vault.yml', stack))
    await eventually(async () => assert.match(await said(), /read the secret\n.*slot=1\n/))
  })

  test('nobody else sees the secret: not the engine’s description, not the log and the files of kit', async () => {
    const { sources, text } = await inspect()
    assert.equal(sources.length, 2)
    assert.ok(sources.some((path) => readFileSync(path, 'utf8') === password))
    const files = readdirSync(cluster.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    assert.ok(files.some((path) => path.endsWith('kitd.log')))
    for (const needle of [password, Buffer.from(password).toString('base64').slice(0, 30), Buffer.from(password).toString('hex')]) {
      assert.ok(!text.includes(needle))
      assert.deepEqual(
        files.filter((path) => readFileSync(path).includes(needle)),
        [],
      )
    }
  })

  test('a container that ends while no daemon runs leaves nothing once the next one is up, and its successor has files of its own', async () => {
    const { sources } = await inspect()
    const [task] = await cluster.tasks('vault_web')
    const pid = cluster.daemonPid
    process.kill(pid, 'SIGKILL')
    await eventually(() => assert.equal(isAlive(pid), false))
    await engine.json('POST', `/containers/${task?.status.containerId}/kill`)
    assert.ok(sources.every(existsSync), 'nobody was there to remove them')
    await cluster.kit('up')
    await eventually(async () => {
      assert.deepEqual(sources.filter(existsSync), [])
      const next = await inspect()
      assert.ok(next.sources.length === 2 && next.sources.every(existsSync))
    })
  })

  test('after down, the memory directory of the node is gone', async () => {
    const { sources } = await inspect()
    const around = dirname(dirname(sources[0] ?? ''))
    assert.match(around, /^\/(dev\/shm|run)\/kit-/)
    assert.ok(existsSync(around))
    await cluster.kit('down')
    assert.ok(!existsSync(around))
  })
}
