// Several `kit up` and `kit down` on one directory at the same moment, and a `kit up` that is killed on its way.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const clusters: Cluster[] = []
after(async () => {
  for (const cluster of clusters) await cluster.remove()
})
function newCluster(): Cluster {
  const cluster = new Cluster()
  clusters.push(cluster)
  return cluster
}

interface Plan {
  readonly nodes: readonly { readonly name: string }[]
}
const planned = (cluster: Cluster): readonly string[] => {
  const { nodes }: Plan = JSON.parse(readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'))
  return nodes.map(({ name }) => name)
}
interface NodeList {
  readonly items: readonly { readonly status: { readonly state: string; readonly description: { readonly hostname: string } } }[]
}
const ready = async (cluster: Cluster): Promise<readonly string[]> =>
  (await cluster.json<NodeList>('nodes')).items.map(({ status }) => `${status.description.hostname} ${status.state}`).toSorted()

/** Programs that have to do with the cluster. */
function programs(cluster: Cluster): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return line.includes(cluster.directory) ? [`${pid} ${line}`] : []
      } catch {
        return [] // It has ended.
      }
    })
}

test('two at once with different wishes: both are fulfilled, one after the other', async () => {
  const cluster = newCluster()
  const outcomes = await Promise.all([
    cluster.run(['up', '--workers', '1', '--label', 'node-2:a=b']),
    cluster.run(['up', '--workers', '3']),
  ])
  for (const { code, out, err } of outcomes) assert.equal(code, 0, out + err)
  assert.equal(outcomes.filter(({ err }) => /^Waiting for another `kit up` or `kit down` in /m.test(err)).length, 1)
  const all = ['node-1', 'node-2', 'node-3', 'node-4']
  assert.deepEqual(planned(cluster), all)
  assert.deepEqual(
    await ready(cluster),
    all.map((name) => `${name} Ready`),
  )
})

/** Runs `kit up` and kills it, and nothing that it has started, as soon as `isTime`. */
async function killUpWhen(cluster: Cluster, isTime: () => boolean): Promise<void> {
  const up = cluster.start(['up', '--workers', '1'])
  let isOver = false
  void up.ended.finally(() => (isOver = true))
  while (!isOver && !isTime()) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isOver, false, 'it was killed on its way')
  await up.kill()
}

const steps: readonly (readonly [name: string, isTime: (cluster: Cluster) => boolean])[] = [
  ['planned', ({ directory }) => existsSync(join(directory, 'cluster.json'))],
  ['manager wanted', ({ directory }) => existsSync(join(directory, 'node-1/wanted'))],
  ['manager started', ({ directory }) => existsSync(join(directory, 'node-1/lock'))],
  ['token written', ({ directory }) => existsSync(join(directory, 'node-2/join-token'))],
  ['worker started', ({ directory }) => existsSync(join(directory, 'node-2/lock'))],
]

for (const [name, isTime] of steps)
  test(`killed when: ${name}. The next kit up completes it`, async () => {
    const cluster = newCluster()
    await killUpWhen(cluster, () => isTime(cluster))
    await cluster.kit('up')
    assert.deepEqual(await ready(cluster), ['node-1 Ready', 'node-2 Ready'])
    assert.equal(existsSync(join(cluster.directory, 'node-2/join-token')), false)
  })

for (const [name, isTime] of steps)
  test(`killed when: ${name}. kit down leaves nothing of it`, async () => {
    const cluster = newCluster()
    await killUpWhen(cluster, () => isTime(cluster))
    await cluster.kit('down')
    await eventually(() => assert.deepEqual(programs(cluster), []))
    assert.equal(existsSync(join(cluster.directory, 'node-2/join-token')), false)
  })
