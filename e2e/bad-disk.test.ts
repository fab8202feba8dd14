// The disk under a running daemon is slow for seconds, or refuses. strace makes it so, in the calls of the real
// process.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, type TaskObject } from './cluster.ts'
import { isHere } from './required.ts'
import { disturbCalls, whyNoTrace } from './traced-calls.ts'

const isTraceable = isHere('strace', whyNoTrace(), 'a disk that is slow or refuses for real')
const cluster = new Cluster()
after(() => cluster.remove())

const app = `
name: app
services:
  web: {image: x, command: [sh, -c, "while :; do echo tick; sleep 0.1; done"], stop_grace_period: 1s,
    deploy: {replicas: 2, restart_policy: {delay: 100ms}, update_config: {monitor: 100ms}}}
`
const config = (name: string): string => `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`
const facts = (tasks: readonly TaskObject[]): readonly unknown[] => tasks.map(({ metadata, status }) => [metadata.name, status.pid])

if (isTraceable) {
  before(async () => {
    await cluster.kit('up')
    await cluster.kit('apply', '-f', cluster.file('app.yml', app))
  })

  test('every sync takes five seconds: writes take as long, reads do not, tasks run on', async () => {
    const tasks = facts(await cluster.tasks('app_web'))
    const daemon = cluster.daemonPid
    const recover = await disturbCalls(cluster.daemonPid, 'pwrite64,fsync,fdatasync', 'delay_enter=5000000')
    let acknowledgedMs = 0
    const beganMs = performance.now()
    const writing = cluster.run(['apply', '-f', '-'], config('slow')).then((outcome) => {
      acknowledgedMs = performance.now() - beganMs
      return outcome
    })
    try {
      const log = cluster.start(['logs', '-f', 'service/app_web', '--tail', '0'])
      for (let reads = 0; acknowledgedMs === 0; reads++) {
        assert.match(await cluster.kit('get', 'services'), /app_web +Replicated +2\/2/)
        if (reads === 0) assert.equal(acknowledgedMs, 0, 'a read does not wait for a write')
      }
      await eventually(() => assert.match(log.text(), /tick/))
      await log.stop()
      assert.equal((await writing).code, 0)
      assert.ok(acknowledgedMs >= 5_000, `it was acknowledged after ${acknowledgedMs} ms, before its sync`)
    } finally {
      await recover()
    }
    await cluster.kit('scale', 'service/app_web=3')
    assert.deepEqual(facts(await cluster.tasks('app_web')).slice(0, 2), tasks)
    assert.match(await cluster.kit('get', 'nodes'), / Ready /)
    assert.equal(cluster.daemonPid, daemon)
  })

  test('the file system turns read-only: the daemon stops and says why, tasks run on, and the next one has everything', async () => {
    const tasks = facts(await cluster.tasks('app_web'))
    const daemon = cluster.daemonPid
    const recover = await disturbCalls(cluster.daemonPid, 'pwrite64,fdatasync', 'error=EROFS')
    const { code, err } = await cluster.run(['apply', '-f', '-'], config('refused'))
    assert.notEqual(code, 0)
    assert.match(err, /the outcome of the write is not known: .*EROFS/)
    await eventually(() => assert.equal(isAlive(daemon), false))
    await recover()
    assert.match(
      readFileSync(join(cluster.directory, 'node-1', 'kitd.log'), 'utf8'),
      /\nkitd: .*raft: the log stopped \(EROFS: read-only file system, write\); restart to read what is durable\n$/,
    )
    assert.ok(tasks.every((fact) => isAlive((fact as [string, number])[1])))
    await cluster.kit('up')
    assert.deepEqual(facts(await cluster.tasks('app_web')), tasks)
    assert.match(await cluster.kit('get', 'configs'), /slow/)
  })
}
