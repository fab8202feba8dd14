// Published ports of containers: each answers in turn, and a rolling update drops no request.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually } from './cluster.ts'

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

  async function ask(port: number): Promise<string> {
    const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response')
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    return text.trim()
  }

  test('containers answer at the published port in turn, and a rolling update drops no request', async () => {
    await apply('blue')
    const port = Number(await cluster.kit('get', 'service', 'net_web', '-o', 'jsonpath={.status.endpoint.ports[0].publishedPort}'))
    const six = [await ask(port), await ask(port), await ask(port), await ask(port), await ask(port), await ask(port)]
    assert.deepEqual(six.slice(0, 3), six.slice(3))
    assert.equal(new Set(six).size, 3)
    for (const { metadata } of await cluster.tasks('net_web')) assert.ok(six.includes(`${metadata.name} blue`))

    const answers: string[] = []
    const failures: unknown[] = []
    const stop = new AbortController()
    const client = async (): Promise<void> => {
      while (!stop.signal.aborted)
        await ask(port)
          .then((answer) => answers.push(answer))
          .catch((error: unknown) => failures.push(error))
    }
    const clients = [client(), client(), client(), client()]
    await apply('green')
    await eventually(() => assert.match(answers.at(-1) ?? '', /green/))
    stop.abort()
    await Promise.all(clients)
    assert.deepEqual(failures, [], `${failures.length} of ${answers.length + failures.length} requests failed`)
    assert.ok(answers.some((answer) => answer.endsWith('blue')))
  })
}
