// The dashboard as a person has it: the built program in a real terminal, on a real cluster.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, projectRoot } from './cluster.ts'
import { findTmux, Window } from './tmux.ts'

const cluster = new Cluster()
const windows: Window[] = []
const options = findTmux() ? {} : { skip: 'there is no tmux' }

const stack = `
name: app
services:
  web:
    image: web:1
    command: [sh, -c, "echo hello from $$TASK; exec sleep 1000"]
    environment: {TASK: "{{.Task.Slot}}"}
    stop_grace_period: 1s
    deploy: {replicas: 2, update_config: {monitor: 100ms}}
  nowhere:
    image: nowhere:1
    command: [sleep, "1000"]
    deploy: {replicas: 1, placement: {constraints: ["node.labels.disk == ssd"]}}
`
const talks = `
name: talks
services:
  a: {image: "talks:1", command: [sh, -c, "while :; do echo tick; sleep 0.2; done"], stop_grace_period: 1s}
`
before(async () => {
  await cluster.kit('up')
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', stack))
  await cluster.kit('wait', 'service/app_web')
})
after(async () => {
  for (const window of windows) window.close()
  await cluster.remove()
})

/** `$KIT` in the script is the program on this cluster. */
function open(script: string, environment: Readonly<Record<string, string>> = {}, size?: { columns: number; rows: number }): Window {
  const kit = `${join(projectRoot, 'bin/kit')} --dir ${cluster.directory}`
  const window = new Window(script, { KIT: kit, DOCKER_HOST: `unix://${cluster.home}/no-docker.sock`, ...environment }, size)
  windows.push(window)
  return window
}

/** kit in a shell that shows afterwards how the terminal was left. */
function inShell(words: string): string {
  return `echo before; sh -c 'echo "client $$."; exec $KIT ${words}'; echo "code $?"; stty -a; cat`
}

const usable = / icanon [\s\S]* echo /

test('what was recorded is seen again, with a slider of its time', options, async () => {
  const file = join(cluster.home, 'seen.cast')
  const window = open(inShell(`ui --record ${file}`))
  await window.shows(/ overview\n\+ needs you /)
  window.type('2')
  await window.shows(/^ app_web +\[#{8}\] 2\/2 /m)
  window.press('C-c') // From here: what is seen last is known then.
  await window.shows(/code 0/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const again = open(inShell(`ui --replay ${file}`))
  await again.shows(/ overview\n[\s\S]*\n [>=] 00:0\d of 0\d:\d\d \[/)
  again.type('G')
  await again.shows(/^ app_web +\[#{8}\] 2\/2 [\s\S]*\n = \d\d:/m)
  again.type('q')
  await again.shows(/code 0/)
  const third = open(inShell(`ui --record ${file}`))
  await third.shows(/--record .*seen\.cast: it is there already[\s\S]*code 2/)
})

test('the overview begins with what needs a person; enter goes down to the logs, and q back out of it all', options, async () => {
  const window = open(inShell('ui'))
  await window.shows(/live\n overview\n\+ needs you [\s\S]*>! task\/app_nowhere\.1 +pending/)
  window.type('2')
  await window.shows(/^>app_nowhere [\s\S]*^ app_web +\[#{8}\] 2\/2 +v1 /m)
  window.type('j')
  await window.shows(/^>app_web /m)
  window.press('Enter')
  await window.shows(/services > app_web > tasks[\s\S]*^>1 +running +node-1/m)
  window.press('Enter')
  await window.shows(/app_web\.1 > logs[\s\S]*^ hello from 1$/m)
  window.press('Escape')
  await window.shows(/services > app_web > tasks/) // What comes at once after an escape is one key with it.
  window.type('y')
  await window.shows(/app_web\.1 > yaml[\s\S]*^ +2 kind: Task$/m)
  window.type('q')
  await window.shows(/services > app_web > tasks/)
  window.type('q')
  await window.shows(/^ services /m)
  window.type('q')
  await window.shows(/^before\n[\s\S]*code 0\n/)
  assert.match(window.screen(), usable)
  assert.doesNotMatch(window.screen(), /needs you|services/)
})

test('a wide terminal has what is selected and its events beside the list, a small one shows them in turn', options, async () => {
  const wide = open('$KIT ui services', {}, { columns: 200, rows: 40 })
  await wide.shows(/\+ service\/app_nowhere -+\+\n>app_nowhere .* \| state /)
  wide.type('j')
  await wide.shows(/\+ service\/app_web -+\+\n[\s\S]*^>app_web [\s\S]*\+ events of service\/app_web -/m)
  wide.press('Tab')
  await wide.shows(/\+>service\/app_web -/)
  wide.type('z')
  await wide.shows(/services[^\n]*\n\+>service\/app_web -{100,} z: all panes -\+/)
  wide.press('Escape')
  await wide.shows(/^>app_web /m)
  const small = open('$KIT ui service/app_web/tasks')
  await small.shows(/^>1 +running /m)
  small.press('Tab')
  await small.shows(/^\+>task\/app_web\.1 -[^\n]*\n\| state +running [\s\S]*on node-1/m)
  small.press('Tab')
  await small.shows(/^\+>events of task\/app_web\.1 -/m)
  small.press('BTab')
  small.press('BTab')
  await small.shows(/^>1 +running /m)
})

test('two clicks on a selected row open it once', options, async () => {
  const screen = cluster.openTerminal('$KIT ui services')
  await screen.shows(/app_web/)
  screen.type('\u001b[<0;4;5M')
  screen.type('c')
  await screen.shows(/copied: app_web/)
  screen.type('\u001b[<0;4;5M\u001b[<0;4;5M')
  await screen.shows(/LAST ERROR/)
  screen.type('c')
  await screen.shows(/copied: app_web\.\d/)
})

test('why a task waits is one key away', options, async () => {
  const window = open('$KIT ui')
  await window.shows(/>! task\/app_nowhere/)
  window.type('w')
  await window.shows(/explain[\s\S]*cannot be placed[\s\S]*node-1/)
})

test('services are scaled by keys, and what the cluster does about it is seen', options, async () => {
  const window = open('$KIT ui service/app_web/tasks')
  await window.shows(/^ 2 +running /m)
  window.type('S')
  await window.shows(/tasks of app_web: 2_/)
  window.press('BSpace')
  window.type('3')
  window.press('Enter')
  await window.shows(/^ 3 +running /m)
  assert.equal((await cluster.tasks('app_web')).length, 3)
  await cluster.kit('scale', 'service/app_web=2')
  await eventually(() => assert.doesNotMatch(window.screen(), /^ 3 +running /m))
})

test('a rollout is paused and let go on by one key', options, async () => {
  const window = open('$KIT ui service/app_web')
  await window.shows(/^ state /m)
  window.type('p')
  await window.shows(/state +PAUSED by somebody/)
  window.type('p')
  await eventually(() => assert.doesNotMatch(window.screen(), /PAUSED/))
})

test('an object is edited in the editor of the person, and applied once the difference was seen', options, async () => {
  const window = open('$KIT ui service/app_web', { EDITOR: "sed -i 's/replicas: 2/replicas: 3/'" })
  await window.shows(/^ state /m)
  window.type('e')
  await window.shows(/~ spec\.replicas: 2 → 3\nApply this\? \[y\/N\]/)
  window.type('y')
  window.press('Enter')
  await window.shows(/^ state [\s\S]*3 running of 3[\s\S]*service\/app_web changed/m)
  const { metadata } = await cluster.json<{ readonly metadata: { readonly ownerReferences?: readonly unknown[] } }>('service/app_web')
  assert.equal(metadata.ownerReferences?.length, 1, 'it is still the stack’s')
  await cluster.kit('scale', 'service/app_web=2')
})

test('at a terminal, a rollback shows what changes and is carried out once somebody says yes', options, async () => {
  await cluster.kit('service', 'update', 'app_web', '--env-add', 'COLOUR=red')
  const window = open('$KIT rollback app_web; echo "code $?"; $KIT rollback app_web --yes; echo "code $?"; cat')
  await window.shows(/- env\.COLOUR: "red"\nLet service\/app_web go back to revision \d+\? \[y\/N\]/)
  window.type('n')
  window.press('Enter')
  await window.shows(/nothing was changed\ncode 0\n[\s\S]*goes back to revision[\s\S]*code 0/)
})

test('what the cluster refuses comes back into the editor with the reason', options, async () => {
  const editor = `cp "$1" ${cluster.home}/seen; sed -i "s/replicas: .*/replicas: -3/" "$1"; true`
  const window = open('$KIT ui service/app_web', { EDITOR: `sh -c '${editor}' sh` })
  await window.shows(/^ state /m)
  window.type('e')
  await window.shows(/the cluster refuses it as it is|nothing was changed/)
  await window.shows(/^ state /m)
  assert.match(readFileSync(`${cluster.home}/seen`, 'utf8'), /^# .*replicas/)
})

test('a filter that is saved in one dashboard is there in the next', options, async () => {
  const config = join(cluster.home, 'filters', 'config.yaml')
  const first = open('$KIT ui tasks', { KIT_CONFIG: config })
  await first.shows(/LAST ERROR[\s\S]*app_web/)
  first.type('/state=pending')
  await first.shows(/ctrl-s saves/)
  first.press('C-s')
  await first.shows(/saved 1 of 1/)
  const next = open('$KIT ui node/node-1/tasks', { KIT_CONFIG: config })
  await next.shows(/LAST ERROR[\s\S]*app_web/)
  next.type('/')
  await next.shows(/ctrl-r 1 saved/)
  next.press('C-r')
  await next.shows(/\[\/state=pending\] +0 of \d/)
  assert.match(readFileSync(join(cluster.home, 'filters', 'dashboard.yaml'), 'utf8'), /tasks:\n +- state=pending/)
})

test('before a node is drained one is told where its tasks would go', options, async () => {
  const window = open('$KIT ui nodes')
  await window.shows(/^>node-1 /m)
  window.type('D')
  await window.shows(/Drain node\/node-1\?[\s\S]*2 tasks, such as app_web[\s\S]*NOT fit elsewhere[\s\S]*>\[Cancel\]</)
  window.press('Escape')
  await window.shows(/nothing was changed/)
  assert.match(await cluster.kit('drain', 'node-1', '--dry-run'), /NOT fit elsewhere/)
})

test('a shell in a task is one key away, and so is the way back', options, async () => {
  const window = open('$KIT ui service/app_web/tasks')
  await window.shows(/^>1 +running /m)
  window.type('s')
  await window.shows(/^[$#]\s*$/)
  window.type('echo shell-$((40+2))')
  window.press('Enter')
  await window.shows(/^shell-42$/m)
  window.type('exit')
  window.press('Enter')
  await window.shows(/^>1 +running /m)
  window.type('?')
  await window.shows(/Keys in tasks/)
})

test('Ctrl-C leaves the program that one is attached to, and neither ends it nor the dashboard', options, async () => {
  await cluster.kit('apply', '-f', cluster.file('talks.yml', talks))
  const before = (await cluster.tasks('talks_a'))[0]?.metadata.name
  const window = open('$KIT ui service/talks_a/tasks')
  await window.shows(/^>1 +running /m)
  window.type('a')
  await window.shows(/^tick$/m)
  window.press('C-c')
  await window.shows(/^>1 +running [\s\S]*left task\/talks_a\.1\.\w+, which goes on/m)
  window.type('?')
  await window.shows(/Keys in tasks/)
  assert.equal((await cluster.tasks('talks_a'))[0]?.metadata.name, before)
  await cluster.kit('delete', 'stack/talks')
})

test('the wheel, a click on a row and one on a heading do what keys do; names are copied to the terminal', options, async () => {
  const screen = cluster.openTerminal('$KIT ui services')
  await screen.shows(/app_web/)
  screen.type('\u001b[<0;4;5M')
  screen.type('c')
  const copied = (name: string): Promise<void> =>
    eventually(() => assert.ok(screen.all().includes(`\u001b]52;c;${Buffer.from(name).toString('base64')}\u0007`)))
  await copied('app_web')
  screen.type('\u001b[<0;4;3M')
  await screen.shows(/by name \^/)
  screen.type('\u001b[<64;4;4M\u001b[<64;4;4M')
  screen.type('c')
  await copied('app_nowhere')
})

test('nothing is deleted by mistake; what is deleted was named before', options, async () => {
  await cluster.kit('service', 'create', '--name', 'spare', '--detach', 'spare:1', 'sleep', '1000')
  const window = open('$KIT ui services')
  window.type('/')
  window.type('spare')
  window.press('Enter')
  await window.shows(/^>spare /m)
  window.press('C-d')
  window.press('C-x')
  await window.shows(/Delete service\/spare\?[\s\S]*>\[Cancel\]</)
  window.press('Enter')
  await window.shows(/nothing was changed/)
  await cluster.kit('get', 'service/spare')
  window.press('C-x')
  window.press('Tab')
  await window.shows(/>\[Delete\]</)
  window.press('Enter')
  await window.shows(/none matches|there are none/)
  await cluster.fails(1, 'get', 'service/spare')
})

test('Ctrl-C and signals from outside leave a usable terminal', options, async () => {
  const typed = open(inShell('ui'))
  await typed.shows(/needs you/)
  typed.press('C-c')
  await typed.shows(/^before\n[\s\S]*code 0\n/)
  assert.match(typed.screen(), usable)
  for (const signal of ['TERM', 'HUP'] as const) {
    const window = open(`echo before; sh -c 'echo $$ > ${cluster.home}/pid; exec $KIT ui'; echo "code $?"; stty -a; cat`)
    await window.shows(/needs you/)
    spawnSync('sh', ['-c', `kill -${signal} $(cat ${cluster.home}/pid)`])
    await window.shows(/^before\n[\s\S]*code 1(43|29)\n/)
    assert.match(window.screen(), usable)
  }
})

test('a window that is made small says which size is needed, and goes on when it is larger', options, async () => {
  const window = open('$KIT ui')
  await window.shows(/needs you/)
  window.resize(50, 12)
  await window.shows(/kit ui needs 60x16, this is 50x12/)
  window.resize(120, 30)
  await window.shows(/^\+ needs you -{80,}/m)
  assert.equal(window.screen().trimEnd().split('\n').length, 30)
})

test('while the daemon is away the last state stays, and it says so', options, async () => {
  const window = open('$KIT ui services')
  await window.shows(/live\n[\s\S]*app_web/)
  process.kill(cluster.daemonPid, 'SIGKILL')
  await window.shows(/DISCONNECTED \d+s\n[\s\S]*app_web +\[#{8}\] 2\/2/)
  await cluster.kit('up')
  await window.shows(/live\n[\s\S]*app_web +\[#{8}\] 2\/2/)
  await cluster.kit('scale', 'service/app_web=1')
  await window.shows(/app_web +\[#{8}\] 1\/1/)
  await cluster.kit('scale', 'service/app_web=2')
})

/** Whether any text has a colour of the first eight. */
function isColoured(painted: string): boolean {
  return painted.split('\u001b[').some((part) => /^[\d;]*3[0-7]m/.test(part))
}

test('NO_COLOR leaves text and the mark of the selection', options, async () => {
  const coloured = open('$KIT ui')
  await coloured.shows(/needs you/)
  assert.ok(isColoured(coloured.painted()))
  const plain = open('$KIT ui', { NO_COLOR: '1' })
  await plain.shows(/needs you[\s\S]*>! task/)
  assert.ok(!isColoured(plain.painted()))
})

test('kit up in a terminal ends in the dashboard, and the cluster goes on when one quits it', options, async () => {
  const window = open(inShell('up'))
  await window.shows(/needs you/)
  window.type('q')
  await window.shows(/^before\n[\s\S]*The cluster is running\.[\s\S]*code 0\n/)
  await cluster.kit('get', 'services')
})

test('frames are drawn without clearing the screen, and nothing is sent while nothing changes', async () => {
  const screen = cluster.openTerminal('$KIT ui node/node-1/tasks?f=app_web')
  await screen.shows(/LAST ERROR[\s\S]*app_web/)
  for (const key of ['j', '2', '1', '3', '4', '?', '2']) screen.type(key)
  await screen.shows(/IMAGE/)
  // Services have no ages at 80 columns, so from here on no line is different from second to second.
  await screen.quiet(2_000)
  const [, drawn = ''] = screen.all().split('\u001b[?1049h')
  for (const clear of ['2J', '3J', 'J']) assert.ok(!drawn.includes(`\u001b[${clear}`), clear)
  const frames = drawn.split('\u001b[?2026h').slice(1)
  assert.ok(frames.length >= 2, `${frames.length} frames`)
  for (const frame of frames) assert.equal(frame.split('\u001b[?2026l').length, 2)
})

test('--plain prints tables, then a line for each change, and ends with Ctrl-C', async () => {
  const running = cluster.start(['ui', '--plain'])
  await eventually(() => assert.match(running.text(), /^app_web +2\/2 [\s\S]*^node-1 +Ready/m))
  await eventually(() => assert.match(running.text(), /task\/app_nowhere\.1 +pending/))
  await cluster.kit('scale', 'service/app_web=3')
  await eventually(() => assert.match(running.text(), /^\d\d:\d\d:\d\d service\/app_web {2}3\/3/m))
  const { code, out } = await running.stop()
  assert.equal(code, 130)
  assert.ok(!out.includes('\u001b'))
  await cluster.kit('scale', 'service/app_web=2')
})

test('what is not there is said before a screen is opened', async () => {
  assert.match(await cluster.fails(1, 'ui', 'service/nothing'), /service "nothing" not found/)
  assert.match(await cluster.fails(2, 'ui', 'srvices'), /did you mean "services"/)
  assert.match(await cluster.fails(1, '--socket', '/nowhere/kit.sock', 'ui'), /there is no daemon at \/nowhere/)
})
