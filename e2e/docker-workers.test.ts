// A stack written for a cluster of workers with labels, on one: twelve nodes on this machine that share an engine,
// joined over mutual TLS.

import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, projectRoot, type TaskObject } from './cluster.ts'
import { findDockerClient } from './docker-client.ts'

interface NodeObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly status: { readonly role: string; readonly description: { readonly hostname: string } }
}

const engine = await findEngine()
const docker = engine === undefined ? undefined : await findDockerClient(engine.host)
if (engine !== undefined && docker !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  const regions = [...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((at) => `node-${at}:region=region2`), 'node-12:region=region3']
  before(async () => {
    // The stack asks for an image called `image`, and for its user root.
    const lines = [`FROM ${engine.image}`, 'COPY passwd /etc/', 'CMD ["sh", "-c", "echo $NODENAME is $SERVERROLE; exec sleep 1000"]']
    cluster.file('context/passwd', 'root:x:0:0:root:/:/bin/sh\n')
    const dockerfile = cluster.file('context/Dockerfile', `${lines.join('\n')}\n`)
    await docker('build', '-q', '-t', 'image', dirname(dockerfile))
  })
  after(async () => {
    await cluster.remove()
    await docker('rmi', 'image')
  })

  test('a master on a worker, nine slaves on nine nodes, web on the one with its label: all run', async () => {
    const file = join(projectRoot, 'e2e/testdata/eleven-tasks.yml')
    await cluster.kit(
      'up',
      '--workers',
      '11',
      ...regions.flatMap((label) => ['--label', label]),
      '--executor',
      'docker',
      '--name',
      'run',
      file,
    )
    const { items: nodes } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
    const nodeOf = new Map(nodes.map((node) => [node.metadata.name, node]))
    assert.equal(nodes.filter(({ status }) => status.role === 'Worker').length, 11)
    const { items: tasks } = await cluster.json<{
      readonly items: readonly (TaskObject & { readonly spec: { readonly nodeName: string } })[]
    }>('tasks')
    const running = tasks.filter(({ status }) => status.state === 'Running')
    const placed = running.map(({ metadata, spec }) => [metadata.name.split('.')[0], nodeOf.get(spec.nodeName)] as const)
    const regionsOf = (service: string) => placed.flatMap(([name, node]) => (name === service ? [node?.metadata.labels?.['region']] : []))
    assert.deepEqual(
      regionsOf('run_slave'),
      Array.from({ length: 9 }, () => 'region2'),
    )
    assert.deepEqual(regionsOf('run_web'), ['region3'])
    assert.equal(new Set(placed.filter(([name]) => name === 'run_slave').map(([, node]) => node?.metadata.name)).size, 9)
    assert.deepEqual(
      placed.filter(([name]) => name === 'run_master').map(([, node]) => node?.status.role),
      ['Worker'],
    )
    const logs = await cluster.kit('logs', 'service/run_slave')
    assert.equal(new Set(logs.match(/node-\d+ is slave/g)).size, 9, logs)
  })
}
