// A stack written for a cluster of workers and labelled nodes, on one node that is neither: everything
// waits, and says exactly why.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

test('eleven tasks wait, exit code 3, and explain names every failing rule and a way out', async () => {
  const said = await cluster.fails(3, 'apply', '-f', join(import.meta.dirname, 'testdata/eleven-tasks.yml'))
  assert.match(said, /no node can take the tasks/)
  const { items } = await cluster.json<{ items: readonly TaskObject[] }>('tasks')
  assert.equal(items.length, 11)
  for (const { metadata, status } of items) {
    assert.equal(status.state, 'Pending', metadata.name)
    const why = await cluster.kit('explain', `task/${metadata.name}`)
    assert.match(why, /node-1/)
    assert.match(why, /node\.(role|labels)/, why)
  }
})
