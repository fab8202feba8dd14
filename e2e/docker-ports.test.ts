// Published ports of containers: each answers in turn, and a rolling update drops no request.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually } from './cluster.ts'
import { ask, askConstantly } from './requests.ts'

const engine = await findEngine()
if (engine !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  before(() => cluster.kit('up', '--executor', 'docker'))
  after(() => cluster.remove())

  /** A web server that ends at once when it is told to. */
  const web = (colour: string): string => `
name: net
services:
  web:
    image: ${engine.image}
    environment: { TASK: "{{.Task.Name}}" }
    command: [sh, -c, "mkdir -p /www; echo $$TASK ${colour} > /www/index.html; trap 'exit 0' TERM; httpd -p 80 -h /www; while :; do sleep 0.2; done"]
    ports: [{ target: 80 }]
    healthcheck: { test: [CMD, wget, -q, -O, "-", "http://127.0.0.1/"], interval: 1s, start_interval: 100ms, start_period: 20s }
    deploy: { replicas: 3, update_config: { parallelism: 1, monitor: 300ms } }
`
  const apply = (colour: string): Promise<string> => cluster.kit('apply', '-f', cluster.file('web.yml', web(colour)))

  test('containers answer at the published port in turn, and a rolling update drops no request', async () => {
    await apply('blue')
    const port = Number(await cluster.kit('get', 'service', 'net_web', '-o', 'jsonpath={.status.endpoint.ports[0].publishedPort}'))
    const six = [await ask(port), await ask(port), await ask(port), await ask(port), await ask(port), await ask(port)]
    assert.deepEqual(six.slice(0, 3), six.slice(3))
    assert.equal(new Set(six).size, 3)
    for (const { metadata } of await cluster.tasks('net_web')) assert.ok(six.includes(`${metadata.name} blue`))

    const requests = askConstantly(port, 4)
    await apply('green')
    await eventually(() => assert.match(requests.answers.at(-1) ?? '', /green/))
    await requests.stop()
    const { answers, failures } = requests
    assert.deepEqual(failures, [], `${failures.length} of ${answers.length + failures.length} requests failed`)
    assert.ok(answers.some((answer) => answer.endsWith('blue')))
  })
}
