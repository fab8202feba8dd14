import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentPath } from './document-path.ts'
import { formatPath } from './problem.ts'

const web = { kind: 'Service', path: ['services', 'web'] } as const
const front = { kind: 'Network', path: ['networks', 'front'] } as const

for (const { from, field, wanted } of [
  { from: web, field: ['spec', 'replicas'], wanted: 'services.web.deploy.replicas' },
  { from: web, field: ['spec', 'template', 'image'], wanted: 'services.web.image' },
  { from: web, field: ['spec', 'template', 'env', 'dbUrl'], wanted: 'services.web.environment.dbUrl' },
  { from: web, field: ['spec', 'template', 'stopGracePeriod'], wanted: 'services.web.stop_grace_period' },
  {
    from: web,
    field: ['spec', 'template', 'placement', 'maxReplicasPerNode'],
    wanted: 'services.web.deploy.placement.max_replicas_per_node',
  },
  { from: web, field: ['spec', 'update', 'failureAction'], wanted: 'services.web.deploy.update_config.failure_action' },
  { from: web, field: ['metadata', 'labels', 'teamName'], wanted: 'services.web.deploy.labels.teamName' },
  { from: web, field: [], wanted: 'services.web' },
  { from: front, field: ['spec', 'driverOptions', 'com.docker.mtu'], wanted: 'networks.front.driver_opts.com.docker.mtu' },
  { from: front, field: ['spec', 'attachable'], wanted: 'networks.front.attachable' },
]) {
  test(`${from.kind} ${field.join('.')} is written at ${wanted}`, () => assert.equal(formatPath(documentPath(from, field)), wanted))
}
