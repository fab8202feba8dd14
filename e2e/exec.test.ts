// Commands in running tasks.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot, type Screen, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

let task = ''
before(async () => {
  await cluster.kit('up', join(projectRoot, 'manifests/run.yml'))
  task = (await cluster.tasks('run_web'))[0]?.metadata.name ?? ''
})

const sh = (script: string): readonly string[] => ['--', 'sh', '-c', script]

test('a command runs in the environment of its task, and ends with its own exit code', async () => {
  const { code, out, err } = await cluster.run(['exec', task, ...sh('echo "$GREETING from $TASK"; echo to-err >&2; exit 7')])
  assert.deepEqual([code, out, err], [7, `Hello from ${task}\n`, 'to-err\n'])
  assert.equal(await cluster.kit('exec', '-e', 'GREETING=Bye', '-w', '/', task, ...sh('echo $GREETING; pwd')), 'Bye\n/\n')
  assert.equal((await cluster.run(['exec', task, ...sh('kill -TERM $$')])).code, 143)
  assert.equal((await cluster.run(['exec', task, '--', 'no-such-program'])).code, 127)
})

test('of a service one of its running tasks is taken, and named', async () => {
  for (const target of ['service/run_web', 'run_web']) {
    const { code, out, err } = await cluster.run(['exec', target, ...sh('echo $TASK')])
    assert.equal(code, 0)
    assert.ok(out.startsWith('run_web.1.'))
    assert.equal(err, `in task/${out}`)
  }
})

test('ten megabytes go in and come out unharmed', async () => {
  const text = randomBytes(5 * 1024 * 1024).toString('hex')
  const { code, out } = await cluster.run(['exec', '-i', task, '--', 'cat'], text)
  assert.equal(code, 0)
  assert.ok(out === text, `${out.length} of ${text.length} bytes came back`)
  assert.equal((await cluster.run(['exec', task, '--', 'cat'], text)).out, '', 'without -i its input is empty')
})

test('a command that does not read its input, or closes its output, still ends', async () => {
  const text = 'x'.repeat(2 * 1024 * 1024)
  assert.equal((await cluster.run(['exec', '-i', task, ...sh('exit 3')], text)).code, 3)
  for (let round = 0; round < 10; round++) {
    const { code, out } = await cluster.run(['exec', '-i', task, ...sh('head -c 5')], text)
    assert.deepEqual([code, out], [0, 'xxxxx'], 'its end is heard while the client is still sending')
  }
})

/** Starts a command that goes on, and waits for its process id. */
async function start(...options: readonly string[]): Promise<{ running: ReturnType<Cluster['start']>; pid: number }> {
  const running = cluster.start(['exec', ...options, task, ...sh('echo $$; exec sleep 1000')])
  const pid = await eventually(() => {
    const found = Number(/^\d+$/m.exec(running.text())?.[0])
    assert.ok(found > 0, running.text())
    return found
  })
  assert.ok(isAlive(pid))
  return { running, pid }
}

test('Ctrl-C ends the command, and so does the death of the client, while its input is full', async () => {
  const first = await start()
  assert.equal((await first.running.stop()).code, 130)
  await eventually(() => assert.equal(isAlive(first.pid), false))
  const second = await start('-i')
  await second.running.kill()
  await eventually(() => assert.equal(isAlive(second.pid), false))
  const third = cluster.start(['exec', '-i', task, ...sh('echo $$; exec sleep 1000')], 'x'.repeat(4 * 1024 * 1024))
  const pid = await eventually(() => {
    assert.match(third.text(), /^\d+$/m)
    return Number(third.text())
  })
  await third.kill()
  await eventually(() => assert.equal(isAlive(pid), false))
  assert.equal((await cluster.tasks('run_web'))[0]?.metadata.name, task, 'the task goes on')
})

/** Runs kit in a shell in a terminal, and shows afterwards how the terminal was left. */
function inShell(command: string): Screen {
  const client = `sh -c 'echo "client $$."; exec $KIT "$@"' - ${command}`
  return cluster.openTerminal(`trap : INT; ${client}; echo "code $?"; stty -a; cat`)
}

const usable = / icanon [\s\S]* echo /

test('-it: a person in front of a terminal works in the task as in any shell', async () => {
  const screen = inShell(`exec -it ${task} -- sh`)
  screen.type('echo "$TASK" in $((20 + 3))\r')
  await screen.shows(new RegExp(`${task} in 23\r\n`))
  screen.type('stty size\r')
  await screen.shows(/24 80\r\n/)
  await screen.passesOnSize(101, 33)
  screen.type('echo $$.\r')
  const pid = Number((await screen.shows(/\n(\d+)\.\r\n/))[1])
  await screen.passesOnInterrupt()
  screen.type('(exit 7)\r')
  screen.type('\x04')
  await screen.shows(/code 7\r\n/)
  await screen.shows(usable)
  await eventually(() => assert.equal(isAlive(pid), false))
  screen.type('\x04')
  assert.equal(await screen.ended, 0)
})

test('-t without -i: the command has a terminal, and Ctrl-C ends kit and the command', async () => {
  const screen = inShell(`exec -t ${task} -- sh -c 'test -t 1 && echo $$. && exec sleep 1000'`)
  const pid = Number((await screen.shows(/\n(\d+)\.\r/))[1])
  screen.type('\x03')
  await screen.shows(/code 130\r\n/)
  await eventually(() => assert.equal(isAlive(pid), false))
})

/** A command that has put the terminal into its own hands, and the process ids of it and of the client. */
async function sleepInTerminal(): Promise<{ screen: Screen; client: number; pid: number }> {
  const screen = inShell(`exec -it ${task} -- sh -c 'echo command $$.; exec sleep 1000'`)
  const client = Number((await screen.shows(/client (\d+)\./))[1])
  const pid = Number((await screen.shows(/command (\d+)\./))[1])
  return { screen, client, pid }
}

test('however the client ends, the terminal is as it was, and the command is gone', async () => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const) {
    const { screen, client, pid } = await sleepInTerminal()
    process.kill(client, signal)
    await screen.shows(new RegExp(`code ${code}\\r\\n`))
    await screen.shows(usable)
    await eventually(() => assert.equal(isAlive(pid), false))
  }
  const refused = inShell(`exec -it ${task} -- no-such-program`)
  await refused.shows(/no-such-program: not found\r\n/)
  await refused.shows(/code 127\r\n/)
  await refused.shows(usable)
})

test('what cannot be is refused with its reason', async () => {
  assert.match(await cluster.fails(1, 'exec', 'nothing', '--', 'true'), /task "nothing" not found/)
  assert.match(await cluster.fails(1, 'exec', 'service/nothing', '--', 'true'), /service "nothing" not found/)
  const { items } = await cluster.json<{ items: readonly TaskObject[] }>('tasks', '--field-selector', 'spec.service=run_setup')
  assert.match(
    await cluster.fails(1, 'exec', items[0]?.metadata.name ?? '', '--', 'true'),
    /is Complete: commands and connections go to a running task only/,
  )
  assert.match(await cluster.fails(1, 'exec', 'service/run_setup', '--', 'true'), /no task of service\/run_setup is running/)
  assert.match(await cluster.fails(2, 'exec', '-it', task, '--', 'true'), /--tty needs a terminal on standard input and output/)
  assert.match(await cluster.fails(2, 'exec', '-e', 'novalue', task, '--', 'true'), /not KEY=VALUE/)
})

test('who ran what is an event, without the arguments', async () => {
  await cluster.kit('exec', task, '--', 'echo', 'my-secret')
  const events = await cluster.kit('events', `task/${task}`)
  assert.match(events, /CommandRun.*admin@socket ran "echo" in the task/)
  assert.doesNotMatch(events, /my-secret/)
})

test('attached to a program one sees what it writes; it goes on without whoever was, and its end is theirs', async () => {
  const path = join(cluster.home, 'ticks.yml')
  const script = "trap 'echo over; exit 7' TERM; while :; do echo tick; echo tock >&2; sleep 0.1; done"
  writeFileSync(path, JSON.stringify({ name: 'ticks', services: { a: { image: 'x', command: ['sh', '-c', script] } } }))
  await cluster.kit('apply', '-f', path)
  const ticking = async (): Promise<TaskObject | undefined> => (await cluster.tasks('ticks_a'))[0]
  const before = (await ticking())?.metadata.name ?? ''
  const attached = async (): Promise<ReturnType<Cluster['start']>> => {
    const running = cluster.start(['attach', before])
    await eventually(() => assert.match(running.text(), /^tick$/m))
    return running
  }
  const interrupted = await (await attached()).stop()
  assert.equal(interrupted.code, 130)
  assert.match(interrupted.err, new RegExp(`left task/${before}, which goes on`))
  await (await attached()).kill()
  assert.match(await cluster.fails(1, 'attach', '-i', before), /has no standard input: it is a plain process of its node/)
  assert.match(await cluster.fails(2, 'attach', '-t', before), /--tty needs a terminal/)
  assert.equal((await ticking())?.metadata.name, before, 'it has gone on')
  const last = await attached()
  process.kill((await ticking())?.status.pid ?? 0, 'SIGTERM')
  const { code, out, err } = await last.ended
  assert.equal(code, 7)
  assert.match(out, /^(tick\n)+over\n$/)
  assert.match(err, /^(tock\n)+$/)
  assert.match(await cluster.kit('events', `task/${before}`), /Attached.*admin@socket attached to the program of the task/)
  await cluster.kit('delete', 'stack/ticks')
})

test('a command ends with its task, and with the daemon', async () => {
  const first = await start()
  process.kill((await cluster.tasks('run_web'))[0]?.status.pid ?? 0, 'SIGKILL')
  const { code, err } = await first.running.ended
  assert.equal(code, 1)
  assert.match(err, /task ".*" ended, and the command with it/)
  assert.equal(isAlive(first.pid), false)
  await eventually(async () => assert.ok((await cluster.tasks('run_web')).every(({ status }) => status.state === 'Running')))
  task = (await cluster.tasks('run_web'))[0]?.metadata.name ?? ''
  const second = await start()
  process.kill(cluster.daemonPid, 'SIGKILL')
  const outcome = await second.running.ended
  assert.equal(outcome.code, 1)
  assert.match(outcome.err, /the connection to the command broke/)
  await cluster.kit('up')
  await eventually(() => assert.equal(isAlive(second.pid), false))
})

test('a terminal is given back when the daemon dies, and nothing in it runs on', async () => {
  task = (await cluster.tasks('run_web'))[0]?.metadata.name ?? ''
  const { screen, pid } = await sleepInTerminal()
  process.kill(cluster.daemonPid, 'SIGKILL')
  await screen.shows(/the connection to the command broke/)
  await screen.shows(/code 1\r\n/)
  await screen.shows(usable)
  await eventually(() => assert.equal(isAlive(pid), false))
  await cluster.kit('up')
})
