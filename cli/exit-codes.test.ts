// Every exit code, with commands that end with it: the program itself, on a router in memory whose objects are as they are told.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Service, Task } from '../api/objects.ts'
import type { Identity } from '../api/request.ts'
import type { Client } from '../client/client.ts'
import { inProcessClient } from '../client/in-process.ts'
import { createWorld } from '../server/testdata/world.ts'
import { exitCodes } from './exit.ts'
import { startProgram } from './testdata/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'kit-exit-codes-'))
after(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}

const config = (name: string, content: string): string =>
  `{apiVersion: kit/v1, kind: Config, metadata: {name: ${name}}, spec: {data: ${Buffer.from(content).toString('base64')}}}\n`

/** A service of one task, and what has become of both. */
function running(
  name: string,
  task: Task['status'],
  status: Service['status'] = {},
  spec: Partial<Task['spec']> = {},
): readonly [Service, Task] {
  const metadata = { uid: name, resourceVersion: 0, generation: 1, createdAt: 0 }
  return [
    {
      kind: 'Service',
      metadata: { ...metadata, name },
      spec: { template: { image: 'a' }, replicas: 1 },
      status: { revision: 'r', revisionGeneration: 1, replicas: { desired: 1, running: 1 }, ...status },
    },
    {
      kind: 'Task',
      metadata: { name: `${name}.1`, resourceVersion: 0, createdAt: 0 },
      spec: { service: name, serviceUid: name, slot: 1, attempt: 1, revision: 'r', desired: 'Running', ...spec },
      status: task,
    },
  ]
}

const rolledBack = { id: 'u', of: 'r', target: 'r', state: 'RollbackCompleted', startedAt: 0, total: 1, failures: 1 } as const
const up = { state: 'Running', at: 0, startedAt: 0 } as const
const objects = [
  ...running('well', up),
  ...running('slow', { state: 'Preparing', at: 0 }),
  ...running('placeless', { state: 'Pending', at: 0, error: 'no suitable node' }),
  ...running('undone', up, { update: rolledBack }),
  {
    kind: 'Config',
    metadata: { name: 'one', uid: 'one', resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { data: 'MQ==' },
    status: {},
  } as const,
  ...running('broken', { state: 'Failed', at: 0, exitCode: 1 }, {}, { verdict: 'Finished', desired: 'Shutdown' }),
]

type How = 'as a viewer' | 'interrupted'

/** A program that ran in a task and ended with 7. */
const executed: Partial<Client> = { exec: async () => ({ exitCode: 7 }), attach: async () => ({ signal: 'SIGTERM' }) }

async function codeOf(words: readonly string[], how?: How): Promise<number> {
  const { store, clock, router } = createWorld()
  await store.commit({ writes: objects.map((object) => ({ op: 'create', object })) })
  const vera: Identity = { role: 'Viewer', name: 'vera', from: 'here' }
  const client = inProcessClient({ router, clock, name: 'kit', ...(how === 'as a viewer' ? { identity: vera } : {}) })
  const running = startProgram(words, { ...client, ...executed }, clock)
  if (how === 'interrupted') running.interrupt()
  return await running.ended
}

const same = file('same.yml', config('one', '1'))
const more = file('more.yml', config('two', '2'))
const wrong = file('wrong.yml', 'kind: Config\nspec: [\n')

const cases: readonly (readonly [code: number, words: readonly string[], how?: How])[] = [
  [exitCodes.ok, ['--help']],
  [exitCodes.ok, ['get', 'services']],
  [exitCodes.ok, ['rollout', 'status', 'well']],
  [exitCodes.ok, ['wait', 'config/none', '--for=delete']],
  [exitCodes.ok, ['diff', '-f', same]],
  [exitCodes.ok, ['apply', '-f', more]],
  [exitCodes.error, ['get', 'service/nobody']],
  [exitCodes.error, ['rollout', 'status', 'broken']],
  [exitCodes.error, ['rollout', 'resume', 'well']],
  [exitCodes.error, ['diff', '-f', more]],
  [exitCodes.error, ['apply', '-f', more, '--plan']],
  [exitCodes.invalid, ['nosuch']],
  [exitCodes.invalid, ['get', 'services', '--nosuch']],
  [exitCodes.invalid, ['scale']],
  [exitCodes.invalid, ['get', 'nosuch']],
  [exitCodes.invalid, ['wait', 'service/well', '--timeout', '5']],
  [exitCodes.invalid, ['apply', '-f', wrong]],
  [exitCodes.invalid, ['apply', '-f', join(directory, 'absent.yml')]],
  [exitCodes.invalid, ['diff', '-f', wrong]],
  [exitCodes.invalid, ['scale', 'well=-1']],
  [exitCodes.notPlaced, ['rollout', 'status', 'placeless']],
  [exitCodes.notPlaced, ['wait', 'service/placeless']],
  [exitCodes.rolledBack, ['rollout', 'status', 'undone']],
  [exitCodes.timedOut, ['rollout', 'status', 'slow', '--timeout', '30s']],
  [exitCodes.timedOut, ['wait', 'config/one', '--for=delete', '--timeout', '1s']],
  [exitCodes.timedOut, ['scale', 'well=2', '--timeout', '30s']],
  [exitCodes.refused, ['scale', 'well=2'], 'as a viewer'],
  [exitCodes.refused, ['apply', '-f', more], 'as a viewer'],
  [exitCodes.refused, ['delete', 'config/one'], 'as a viewer'],
  [exitCodes.interrupted, ['rollout', 'status', 'slow'], 'interrupted'],
  [exitCodes.interrupted, ['wait', 'config/one', '--for=delete'], 'interrupted'],
  [7, ['exec', 'well.1', '--', 'sh']],
  [143, ['attach', 'well.1']],
]

for (const [code, words, how] of cases) {
  const shown = words.map((word) => word.replace(`${directory}/`, '')).join(' ')
  test(`kit ${shown}${how === undefined ? '' : `, ${how}`}: ${code}`, async () => assert.equal(await codeOf(words, how), code))
}

test('no exit code is without a command that ends with it', () => {
  const seen = new Set(cases.map(([code]) => code))
  assert.deepEqual(
    Object.values(exitCodes).filter((code) => !seen.has(code)),
    [],
  )
})
