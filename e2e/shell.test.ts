// kit among other programs: completion in a shell, commands of other people, the API as it is.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, projectRoot } from './cluster.ts'
import { isHere } from './required.ts'

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

function shellIsHere(shell: string, hint: string): boolean {
  const trouble = spawnSync(shell, ['-c', 'exit']).error === undefined ? undefined : `${shell} is not installed (${hint})`
  return isHere(shell, trouble, `completion in ${shell}`)
}

const socket = join(cluster.directory, 'node-1', 'kit.sock')
const path = `${join(projectRoot, 'bin')}:${process.env['PATH']}`

if (shellIsHere('zsh', 'Debian: zsh'))
  test('zsh completes commands, options and names, as it is typed', async () => {
    const screen = cluster.openTerminal(`cd /; export KIT_SOCKET=${socket} PATH=${path}; exec zsh -f -i`)
    screen.type("autoload -Uz compinit; compinit -u -D; source <(kit completion zsh); PS1='> '; echo rea''dy\r")
    await screen.shows(/ready\r\n/)
    for (const [typed, completed] of [
      ['kit rollout resu', /resu\S*me/],
      ['kit rollout pause app_wo', /rker/],
      ['kit logs service/app_wo', /rker/],
      ['kit get services --sel', /ector/],
      ['kit get services -o custom', /-columns=/],
    ] as const) {
      screen.type(`${typed}\t`)
      await screen.shows(completed)
      screen.type('\x03')
      await screen.shows(/> /)
    }
    screen.type('exit\r')
    await screen.ended
  })

if (shellIsHere('fish', 'Debian: fish'))
  test('fish completes commands, options and names', () => {
    const complete = (line: string): readonly string[] => {
      const script = `source (kit completion fish | psub); complete -C "${line}"`
      const env = { ...process.env, KIT_SOCKET: socket, PATH: path, HOME: cluster.home }
      const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', env })
      assert.equal(stderr, '')
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((offered) => offered.split('\t')[0] ?? '')
    }
    assert.deepEqual(complete('kit rollout re').toSorted(), ['restart', 'resume'])
    assert.deepEqual(complete('kit rollout pause app_w'), ['app_web', 'app_worker'])
    assert.deepEqual(complete('kit logs service/app_wo'), ['service/app_worker'])
    assert.deepEqual(complete('kit get services --sel'), ['--selector'])
  })

if (shellIsHere('pwsh', 'https://learn.microsoft.com/powershell'))
  test('PowerShell completes commands and names', () => {
    const complete = (line: string): readonly string[] => {
      const script = `kit completion powershell | Out-String | Invoke-Expression
        (TabExpansion2 -inputScript '${line}' -cursorColumn ${line.length}).CompletionMatches.CompletionText`
      const env = { ...process.env, KIT_SOCKET: socket, PATH: path }
      const { stdout, stderr } = spawnSync('pwsh', ['-NoProfile', '-Command', script], { encoding: 'utf8', env })
      assert.equal(stderr, '')
      return stdout.split('\n').filter(Boolean)
    }
    assert.deepEqual(complete('kit rollout re').toSorted(), ['restart', 'resume'])
    assert.deepEqual(complete('kit rollout pause app_w'), ['app_web', 'app_worker'])
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
  assert.match(await cluster.fails(2, 'api', 'FETCH', '/version'), /not a method: write GET/)
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

test('logs of all tasks come by their times, by level, in a span of time, and of the tasks before', async () => {
  const say =
    'i=0; while [ $i -lt 40 ]; do echo "INFO $(date +%s%N) $SLOT"; i=$((i+1)); done; echo "ERROR it broke"; echo "  at line 1"; exec sleep 1000'
  const file = cluster.file(
    'talk.yml',
    `services: {talk: {image: x, command: [sh, -c, '${say.replaceAll("'", "''").replaceAll('$', '$$$$')}'], environment: {SLOT: "{{.Task.Slot}}"}, stop_grace_period: 1s, deploy: {replicas: 3, update_config: {monitor: 100ms}}}}`,
  )
  await cluster.kit('apply', '-f', file)
  const times = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await cluster.kit('logs', 'talk_talk', '--json', ...args))
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).time)
  const all = await eventually(async () => {
    const found = await times()
    assert.equal(found.length, 126)
    return found
  })
  assert.deepEqual(all, all.toSorted())
  const grave = (await cluster.kit('logs', 'talk_talk', '--level', 'warn', '--json')).trim().split('\n')
  assert.deepEqual(new Set(grave.map((line) => JSON.parse(line).text)), new Set(['ERROR it broke', '  at line 1']))
  const middle = all[60] ?? ''
  assert.deepEqual(
    await times('--until', middle),
    all.filter((time) => time <= middle),
  )
  const some = await times('--until', middle, '--tail', '2')
  assert.ok(some.length <= 6 && some.every((time) => time <= middle))
  assert.match(await cluster.fails(1, 'logs', 'talk_talk', '--previous'), /has no task before, or none that is still kept/)
  const old = (await cluster.tasks('talk_talk')).map(({ metadata }) => metadata.name).toSorted()
  await cluster.kit('rollout', 'restart', 'talk_talk')
  const before = (await cluster.kit('logs', 'talk_talk', '--previous', '--json')).trim().split('\n')
  assert.deepEqual([...new Set(before.map((line) => JSON.parse(line).task))].toSorted(), old)
  const [now] = await cluster.tasks('talk_talk')
  const ofTask = await cluster.kit('logs', `task/${now?.metadata.name}`, '-p', '--json', '--tail', '1')
  assert.equal(JSON.parse(ofTask).task, old[0])
  assert.match(await cluster.fails(2, 'logs', 'talk_talk', '-p', '-f'), /there is nothing to follow/)
  assert.match(await cluster.fails(2, 'logs', 'talk_talk', '--until', 'soon'), /--until: "soon" is not a duration/)
  assert.match(await cluster.fails(2, 'logs', 'talk_talk', '--level', 'grave'), /Allowed choices are trace, debug, info, warn, error/)
})

test('kit logs -f goes on with tasks that come later', async () => {
  const following = cluster.start(['logs', '-f', 'talk_talk', '--grep', 'broke'])
  await eventually(() => assert.equal(following.text().trim().split('\n').length, 6, 'those before, too'))
  await cluster.kit('scale', 'talk_talk=5')
  await eventually(() => {
    const prefixes = new Set(
      following
        .text()
        .trim()
        .split('\n')
        .map((line) => line.split(' | ')[0]),
    )
    assert.equal(prefixes.size, 8)
  })
  assert.equal((await following.stop()).code, 130)
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
  await eventually(() => assert.match(forward.text(), /port 81: nothing answers on port 81 of the task \(ECONNREFUSED\)/))
  assert.equal((await forward.stop()).code, 130)
  assert.match(await cluster.fails(2, 'port-forward', 'service/echo_echo', '8o80'), /is not PORT, LOCAL:PORT, or :PORT/)
  assert.match(await cluster.kit('events', '--reason', 'PortForwarded'), /connected to port 8080 of the task/)
})

test('kit top nodes says what is set aside and used', async () => {
  const [headings, row = ''] = (await cluster.kit('top', 'nodes')).split('\n')
  assert.match(headings ?? '', /^NODE +STATUS +TASKS +CPUS +RESERVED +USED +MEMORY +RESERVED +USED +DISK +USED +IN +OUT$/)
  assert.match(row, /^node-1 +Ready +\d+ +\d+ +0% +\d+% +[\d.]+Gi +0% +\d+% +[\d.]+Gi +\d+%( +(<unknown>|[\d.]+ [kMG]B\/s)){2}$/)
  assert.match(await cluster.kit('top', 'service/app_web'), /^TASK +NODE +CPU/)
})

test('kit get puts lists in the order that is asked for, and prints names alone', async () => {
  await cluster.kit('scale', 'app_web=1', 'app_worker=2', '--no-wait')
  const names = async (...args: readonly string[]) =>
    (await cluster.kit('get', 'services', '-l', 'kit/stack=app', ...args)).trim().split('\n')
  assert.deepEqual(await names('-q', '--sort-by', '.spec.replicas'), ['app_web', 'app_worker'])
  const json = JSON.parse((await names('-o', 'json', '--sort-by', '{.metadata.name}')).join('\n'))
  assert.deepEqual(
    json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['app_web', 'app_worker'],
  )
  const ages = (await cluster.kit('get', 'tasks', '--sort-by', 'age', '-o', 'custom-columns=CREATED:.metadata.creationTimestamp'))
    .trim()
    .split('\n')
    .slice(1)
  assert.deepEqual(ages, ages.toSorted().toReversed())
  assert.match(await cluster.fails(2, 'get', 'services', '--sort-by', 'AEG'), /there is no column "AEG"; did you mean AGE\?/)
  assert.match(await cluster.fails(2, 'get', 'services', '-q', '-o', 'json'), /--quiet prints names and nothing else/)
  assert.match(await cluster.kit('get', 'services,nodes', '-q'), /^service\/app_web\n[\s\S]*node\//)
})
