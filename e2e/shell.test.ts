// kit among other programs: completion in a shell, commands of other people, the API as it is.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, projectRoot } from './cluster.ts'

const cluster = new Cluster()
const stack = `
name: app
services:
  web: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}
  worker: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}
`
before(() => cluster.kit('up', cluster.file('app.yml', stack)))
after(() => cluster.remove())

/** What bash has to offer behind that line. */
function offered(line: string): readonly string[] {
  const script = `
    PATH=${join(projectRoot, 'bin')}:$PATH
    source <(kit completion bash)
    COMP_LINE=$1 COMP_POINT=\${#1}
    _kit
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', line], { encoding: 'utf8' })
  assert.equal(stderr, '')
  return stdout.split('\n').filter(Boolean)
}

test('bash completes commands, and names that the cluster has now', () => {
  const kit = `kit --dir ${cluster.directory}`
  assert.deepEqual(offered('kit rollout re'), ['resume', 'restart'])
  assert.deepEqual(offered(`${kit} rollout pause app_w`), ['app_web', 'app_worker'])
  assert.deepEqual(offered(`${kit} logs service/app_wo`), ['service/app_worker'])
  // Bash offers only what is behind a sign that it cuts words at.
  assert.deepEqual(offered(`${kit} get services -o=cust`), [])
  assert.deepEqual(offered('kit --dir /nowhere get services '), [])
})

test('a program kit-NAME on the PATH is a command, for the cluster that was meant', () => {
  const plugin = cluster.file('bin/kit-hello', '#!/bin/sh\necho "hello $* from $KIT_SOCKET"; exit 7\n')
  chmodSync(plugin, 0o755)
  const env = { ...process.env, PATH: `${dirname(plugin)}:${process.env['PATH']}` }
  const run = (...args: readonly string[]) => spawnSync(join(projectRoot, 'bin/kit'), args, { encoding: 'utf8', env })
  const { status, stdout } = run('--dir', cluster.directory, 'hello', '--world', 'get')
  assert.equal(stdout, `hello --world get from ${cluster.directory}/node-1/kit.sock\n`)
  assert.equal(status, 7)
  const unknown = run('helo')
  assert.equal(unknown.status, 2)
  assert.match(unknown.stderr, /unknown command 'helo'/)
  assert.match(run('aply').stderr, /Did you mean apply\?/)
})

test('kit api sends what it is given; --show-request says what any command sends', async () => {
  const services = JSON.parse(await cluster.kit('api', '/apis/kit/v1/services'))
  assert.equal(services.items.length, 2)
  const patch = cluster.file('patch.yml', 'spec: {replicas: 2}')
  const changed = JSON.parse(await cluster.kit('api', 'patch', '/apis/kit/v1/services/app_web?fieldManager=me', '-f', patch))
  assert.equal(changed.spec.replicas, 2)
  assert.match(await cluster.fails(1, 'api', '/apis/kit/v1/services/nobody'), /not found/)
  assert.match(await cluster.fails(2, 'api', 'FETCH', '/version'), /no method: write GET/)
  const watch = cluster.start(['api', '/apis/kit/v1/services?watch=true&resourceVersion=0'])
  await eventually(() => assert.match(watch.text(), /app_web.*\n.*app_worker/))
  await watch.stop()
  const { out, err } = await cluster.run(['--show-request', 'scale', 'app_web=1', '--no-wait'])
  assert.equal(out, 'service/app_web scaled to 1\n')
  assert.match(
    err,
    /> PATCH \/apis\/kit\/v1\/services\/app_web\/scale\?fieldManager=kit-scale.*\n.*merge-patch.*\n> \{"spec":\{"replicas":1\}\}/,
  )
})

test('kit doctor finds nothing broken in a cluster that is well, and says how to mend one that is not', async () => {
  const { out, err, code } = await cluster.run(['doctor'])
  assert.equal(code, 0, out + err)
  for (const about of ['daemon', 'socket', 'disk', 'version', 'clock', 'nodes', 'manager', 'services'])
    assert.match(out, new RegExp(`^(ok  |WARN)  ${about} `, 'm'))
  const nowhere = new Cluster()
  assert.match(await nowhere.fails(1, 'doctor'), /FAIL +socket .*\n +mend: `kit up`/)
  await cluster.kit(
    'apply',
    '--no-wait',
    '-f',
    cluster.file('far.yml', 'services: {far: {image: x, command: [sleep, "9"], deploy: {placement: {constraints: [node.labels.a == b]}}}}'),
  )
  await eventually(async () =>
    assert.match(await cluster.fails(1, 'doctor'), /FAIL +service\/far_far +far_far\.1\.\w+ waits: .*\n +mend: `kit explain task\/far_far/),
  )
  await cluster.kit('delete', 'stack/far')
})

test('kit init writes files that run as they are', async () => {
  assert.match(await cluster.kit('init'), /^# A web server/)
  for (const what of ['web', 'worker', 'global']) {
    const file = join(cluster.home, `${what}.yml`)
    await cluster.kit('init', what, '--file', file)
    assert.match(await cluster.fails(2, 'init', what, '--file', file), /exists already; --force/)
    await cluster.kit('apply', '-f', file)
    await cluster.kit('delete', `stack/${what}`)
  }
  assert.match(await cluster.fails(2, 'init', 'wbe'), /Allowed choices are web, worker, global/)
})

test('events and logs are narrowed down, and told to programs', async () => {
  const events = (await cluster.kit('events', '--type', 'Warning', '-o', 'ndjson')).split('\n').filter(Boolean)
  assert.ok(events.every((line) => JSON.parse(line).type === 'Warning'))
  assert.match(await cluster.kit('events', '--reason', 'Scaled,RolloutStarted', '--since', '1h'), /^AGE +TYPE|^$/)
  assert.match(await cluster.fails(2, 'events', '--since', 'soon'), /not a duration/)
  await cluster.kit(
    'apply',
    '-f',
    cluster.file(
      'say.yml',
      'services: {say: {image: x, command: [sh, -c, "echo one; echo two; exec sleep 1000"], deploy: {replicas: 2, update_config: {monitor: 100ms}}}}',
    ),
  )
  const lines = (await cluster.kit('logs', 'say_say', '--grep', '^t.o$', '--json')).trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).text),
    ['two', 'two'],
  )
  assert.equal(new Set(lines.map((line) => JSON.parse(line).task)).size, 2)
})

test('kit port-forward leads to a port of a task, for as many connections as come', async () => {
  const serve = "require('node:http').createServer((q, r) => q.pipe(r)).listen(process.env.PORT)"
  const file = cluster.file(
    'echo.yml',
    `services: {echo: {image: x, command: [node, -e, "${serve}"], ports: ["8080"], deploy: {update_config: {monitor: 100ms}}}}`,
  )
  await cluster.kit('apply', '-f', file)
  const forward = cluster.start(['port-forward', 'service/echo_echo', ':8080', ':81'])
  const ports = await eventually(() => {
    const found = [...forward.text().matchAll(/^127\.0\.0\.1:(\d+) -> echo_echo\.1\.\w+:(?:8080|81)$/gm)].map(([, port]) => port)
    assert.equal(found.length, 2)
    return found
  })
  const large = 'x'.repeat(3_000_000)
  const answers = await Promise.all(
    [large, 'two', 'three'].map(async (body) => (await fetch(`http://127.0.0.1:${ports[0]}`, { method: 'POST', body })).text()),
  )
  assert.ok(answers[0] === large && answers[1] === 'two' && answers[2] === 'three')
  await assert.rejects(fetch(`http://127.0.0.1:${ports[1]}`))
  await eventually(() => assert.match(forward.text(), /port 81: nobody answers on port 81 of the task \(ECONNREFUSED\)/))
  assert.equal((await forward.stop()).code, 130)
  assert.match(await cluster.fails(2, 'port-forward', 'service/echo_echo', '8o80'), /is not PORT, LOCAL:PORT, or :PORT/)
  assert.match(await cluster.kit('events', '--reason', 'PortForwarded'), /connected to port 8080 of the task/)
})

test('kit top nodes says what is set aside and used', async () => {
  const [headings, row = ''] = (await cluster.kit('top', 'nodes')).split('\n')
  assert.match(headings ?? '', /^NODE +STATUS +TASKS +CPUS +RESERVED +USED +MEMORY +RESERVED +USED$/)
  assert.match(row, /^node-1 +Ready +\d+ +\d+ +0% +\d+% +[\d.]+Gi +0% +\d+%$/)
  assert.match(await cluster.kit('top', 'service/app_web'), /^TASK +NODE +CPU/)
})
