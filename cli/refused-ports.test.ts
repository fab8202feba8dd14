// What `kit rollout status` says last of a service whose port somebody else has: why, and how it ended.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, Task } from '../api/objects.ts'
import { inProcessClient } from '../client/in-process.ts'
import { createWorld } from '../server/testdata/world.ts'
import { exitCodes } from './exit.ts'
import { startProgram } from './testdata/program.ts'

async function statusOf(task: Task['status'], status: Service['status']): Promise<readonly [code: number, said: string]> {
  const { store, clock, router } = createWorld()
  const metadata = { name: 'web', uid: 'web', resourceVersion: 0, generation: 1, createdAt: 0 }
  const objects: readonly [Service, Task] = [
    {
      kind: 'Service',
      metadata,
      spec: { template: { image: 'a' }, replicas: 1 },
      status: { revision: 'r', revisionGeneration: 1, replicas: { desired: 1, running: 1 }, ...status },
    },
    {
      kind: 'Task',
      metadata: { name: 'web.1', resourceVersion: 0, createdAt: 0 },
      spec: { service: 'web', serviceUid: 'web', slot: 1, attempt: 1, revision: 'r', desired: 'Running' },
      status: task,
    },
  ]
  await store.commit({ writes: objects.map((object) => ({ op: 'create', object })) })
  const program = startProgram(['rollout', 'status', 'web', '--timeout', '30s'], inProcessClient({ router, clock, name: 'kit' }), clock)
  return [await program.ended, program.err()]
}

test('a port that another service has: nothing is waited for that does not come', async () => {
  const message = 'port 80/tcp is already published by service other'
  const conditions = [{ type: 'PortsAllocated', status: 'False', reason: 'PortTaken', message }] as const
  const [code, said] = await statusOf({ state: 'New', at: 0 }, { conditions })
  assert.equal(code, exitCodes.notPlaced)
  assert.match(said, /^error: service\/web cannot go on: port 80\/tcp is already published by service other\.$/m)
})

test('a port that another program has is said when the time is over', async () => {
  const endpoint = { ports: [{ protocol: 'TCP', targetPort: 80, publishedPort: 80, publishMode: 'Ingress' }] } as const
  const conditions = [{ type: 'PortsServed', status: 'False', reason: 'PortNotServed', message: 'port 80/tcp is in use' }] as const
  const [code, said] = await statusOf({ state: 'Running', at: 0, startedAt: 0 }, { endpoint, conditions })
  assert.equal(code, exitCodes.timedOut)
  assert.match(said, /^error: not converged after 30s\..*\n {2}service\/web: port 80\/tcp is in use\n {2}next: /m)
})
