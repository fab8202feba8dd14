import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../../api/objects.ts'
import type { TaskFacts } from '../../api/task.ts'
import { formatEndpoints } from './endpoints.ts'

type Port = NonNullable<NonNullable<Service['status']['endpoint']>['ports']>[number]

const http: Port = { protocol: 'TCP', targetPort: 80, publishedPort: 8080, publishMode: 'Ingress' }

function task(name: string, status: Partial<TaskFacts['status']>) {
  const spec = { service: 'web', serviceUid: 'u', revision: 'r', attempt: 1, desired: 'Running', nodeName: 'n1' } as const
  return { metadata: { name }, spec, status: { state: 'Running', at: 1, ...status } as const }
}

const format = (ports: readonly Port[], ...tasks: readonly ReturnType<typeof task>[]) =>
  formatEndpoints({ status: { endpoint: { ports } } }, tasks, () => 'host-1')

test('one line for each port and task that may be given connections, with where it answers', () => {
  const text = format(
    [http, { ...http, protocol: 'UDP', publishedPort: 53, targetPort: 5353 }],
    task('web.1.a', { ports: { '80/tcp': 34_001, '5353/udp': 34_002 } }),
    task('web.2.b', { address: '172.17.0.2' }),
    task('web.3.c', { state: 'Starting' }),
  )
  assert.equal(
    text,
    [
      'PORT       TARGET     TASK      NODE     ADDRESS',
      '8080/tcp   80/tcp     web.1.a   host-1   127.0.0.1:34001',
      '8080/tcp   80/tcp     web.2.b   host-1   172.17.0.2:80',
      '53/udp     5353/udp   web.1.a   host-1   127.0.0.1:34002',
      '53/udp     5353/udp   web.2.b   host-1   172.17.0.2:5353',
    ].join('\n'),
  )
})

test('a service whose ports nobody serves says so, and one without ports says nothing', () => {
  assert.equal(format([http], task('web.1.a', { state: 'Failed' })), 'none: clients are turned away')
  assert.equal(format([{ ...http, publishMode: 'Host' }]), undefined)
  assert.equal(format([]), undefined)
})
