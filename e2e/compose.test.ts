// A Compose file as people have it today: with keys that only one machine needs, files of variables, paths beside it
// and profiles. What kit does not act on is said once, and the rest is as the file says.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster({ FROM_CALLER: 'called', COMPOSE_PROFILES: '' })
after(() => cluster.remove())

const password = 'correct-horse-battery-staple'
/** Processes see the files of the node, so that here the path within the task is the same. */
const conf = join(cluster.home, 'shop/conf')
const script = 'echo "$$GREETING $$FROM_CALLER $${#PASSWORD} $$LAST"; cat "$$CONF/app.conf"; exec sleep 1000'
const text = `
name: shop
services:
  db:
    image: postgres
    container_name: the-db
    expose: [5432]
    privileged: true
    command: [sleep, "1000"]
    stop_grace_period: 1s
  web:
    image: shop/web
    build: .
    depends_on: { db: { condition: service_healthy } }
    command: [sh, -c, '${script}']
    env_file: [./common.env, { path: ./web.env }, { path: ./none.env, required: false }]
    environment: { LAST: last, CONF: ${conf} }
    volumes: ["./conf:${conf}:ro,z"]
    ports: [{ target: 8080, mode: host, host_ip: 127.0.0.1 }]
    restart: unless-stopped
    stop_grace_period: 1s
  debug:
    image: shop/debug
    profiles: [debug]
    expose: [9229]
    command: [sleep, "1000"]
    stop_grace_period: 1s
`
const file = cluster.file('shop/compose.yml', text)

const lines = [
  'build (web): the image is used as it is: build it first, and push it to where every node can pull it',
  'container_name (db): tasks are named after service and slot, and are found under the name of the service',
  'depends_on (web): services start together, and restart until what they need is there',
  'expose (db): tasks on one network reach every port of each other',
  'ports.host_ip (web): the port is served on every address of every node: keep others out with a firewall, or do not publish it',
  'privileged (db): the task has no more rights than others: name what it needs in "cap_add"',
  'volumes.z (web): nothing is relabelled for SELinux: do it on the nodes',
]
const warning = `warning: kit does not act on everything in ${file} (--strict makes it an error):\n${lines.map((line) => `  ${line}\n`).join('')}`

/** How often something is said. */
const count = (words: string, said: string): number => said.split(words).length - 1

before(() => {
  cluster.file('shop/common.env', '# of all\nGREETING=hi\nPASSWORD=short\nLAST=first\nFROM_CALLER\n')
  cluster.file('shop/web.env', `GREETING=good morning\nPASSWORD=${password}\n`)
  cluster.file('shop/conf/app.conf', 'level = 3\n')
})

test('the file runs as it is, and what is ignored is said once', async () => {
  const { code, out, err } = await cluster.run(['up', file])
  assert.equal(code, 0, out + err)
  assert.equal(count(warning, err), 1, err)
  assert.equal(count('warning:', err), 1, err)
  await eventually(async () => {
    const said = await cluster.kit('logs', 'service/shop_web')
    assert.match(said, new RegExp(`good morning called ${password.length} last\n.*level = 3`))
  })
  assert.doesNotMatch(await cluster.kit('get', 'services'), /shop_debug/)
})

test('apply and diff say it once, too, and --strict makes each an error at its place', async () => {
  for (const [command, ...options] of [['apply'], ['diff'], ['apply', '--dry-run']] as const) {
    const { code, err } = await cluster.run([command, ...options, '-f', file])
    assert.equal(code, 0, err)
    assert.equal(count(warning, err), 1, err)
  }
  for (const command of ['apply', 'diff']) {
    const said = await cluster.fails(2, command, '--strict', '-f', file)
    assert.equal(count('error[KIT0150]', said), lines.length, said)
    assert.match(said, /error\[KIT0150\]: kit does not support "privileged"\n {2}--> .*compose\.yml:8:5\n/)
    assert.match(said, /compose\.yml:19:/)
    assert.doesNotMatch(said, /warning/)
  }
})

test('a Stack manifest is warned of like a Compose file', async () => {
  const path = cluster.file(
    'stack.yml',
    'apiVersion: kit/v1\nkind: Stack\nmetadata: {name: one}\nspec: {services: {a: {image: x, command: [sleep, "9"], expose: [1]}}}\n',
  )
  const { code, err } = await cluster.run(['apply', '--dry-run', '-f', path])
  assert.equal(code, 0, err)
  assert.match(err, /stack\.yml \(--strict makes it an error\):\n {2}expose \(a\): /)
  assert.match(await cluster.fails(2, 'apply', '--strict', '-f', path), /stack\.yml:4:\d+\n/)
})

test('the stored document has variables and no files; differences do not show what came from files', async () => {
  const document = await cluster.kit('get', 'stack', 'shop', '-o', 'yaml')
  assert.doesNotMatch(document, /env_file:|profiles:|\.\/conf/)
  assert.match(document, new RegExp(`${conf}:${conf}:ro,z`))
  cluster.file('shop/web.env', `GREETING=good morning\nPASSWORD=${password}-2\nMORE=${password}-3\n`)
  const { code, out, err } = await cluster.run(['diff', '-f', file])
  assert.equal(code, 1, err)
  assert.match(out, /~ spec\.services\.web\.environment\.PASSWORD: \*\*\* → \*\*\*/)
  assert.match(out, /\+ spec\.services\.web\.environment\.MORE: \*\*\*/)
  assert.doesNotMatch(out + err, new RegExp(password))
})

test('services of a profile come with it and go without it', async () => {
  await cluster.kit('apply', '--profile', 'debug', '-f', file)
  assert.match(await cluster.kit('get', 'services'), /shop_debug/)
  assert.match(
    await cluster.fails(2, 'apply', '--profile', 'debgu', '-f', file),
    /--profile debgu: no service has this profile; did you mean "debug"\?/,
  )
  await cluster.kit('apply', '-f', file)
  await eventually(async () => assert.doesNotMatch(await cluster.kit('get', 'services'), /shop_debug/))
})

test('a file of variables that is missing or none is refused at its place, without its content', async () => {
  cluster.file('shop/common.env', `GREETING=hi\nexport PASSWORD=${password}\n`)
  const said = await cluster.fails(2, 'apply', '-f', file)
  assert.match(said, /error\[KIT0107\]: line 2 of \.\/common\.env is no variable: leave "export" out\n {2}--> .*compose\.yml:16:/)
  assert.doesNotMatch(said, new RegExp(password))
  const other = cluster.file('shop/other.yml', text.replace('./common.env', './gone.env'))
  assert.match(
    await cluster.fails(2, 'apply', '-f', other),
    /error\[KIT0130\]: there is no file .*shop\/gone\.env\n {2}--> .*other\.yml:16:/,
  )
})
