// The walkthroughs once more, as containers of a real engine and word for word: without the `--args` that stand in for
// images where tasks are processes. Under the names of the images are stand-ins that stay up, and answer on port 80.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { eventually } from './cluster.ts'
import { findDockerClient } from './docker-client.ts'
import { walk } from './walkthrough.ts'

const engine = await findEngine()
const docker = engine === undefined ? undefined : await findDockerClient(engine.host)
if (engine !== undefined && docker !== undefined) {
  const images = ['redis', 'redis:3.0.5', 'redis:3.0.6', 'redis:3.0.7', 'nginx', 'image']
  before(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kit-walk-images-'))
    const program = 'mkdir -p /www; echo stand-in > /www/index.html; httpd -p 80 -h /www; trap "exit 0" TERM; while :; do sleep 0.2; done'
    writeFileSync(
      join(directory, 'Dockerfile'),
      `FROM ${engine.image}\nCMD ${JSON.stringify(['sh', '-c', program.replace('mkdir', 'busybox mkdir')])}\n`,
    )
    await docker('build', '-q', ...images.flatMap((image) => ['-t', image]), directory)
    rmSync(directory, { recursive: true })
  })
  after(() => docker('rmi', '--force', ...images))

  for (const heading of ['SwarmKit, as first announced', 'SwarmKit', 'Swarm mode: machines, nodes, stacks'])
    test(heading, () => walk(heading, { dockerHost: engine.host }))

  test('Swarm mode: the first service', () =>
    walk('Swarm mode: the first service', { dockerHost: engine.host }, ({ publishedPort }) =>
      eventually(async () => assert.equal(await (await fetch(`http://127.0.0.2:${publishedPort}/`)).text(), 'stand-in\n')),
    ))
}
