// Attaching to the programs of containers: with a terminal, as a person does, and through pipes.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, type Screen, type TaskObject } from './cluster.ts'

const engine = await findEngine()
if (engine !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  after(() => cluster.remove())

  const taskOf = async (service: string): Promise<TaskObject> => {
    const [task] = await cluster.tasks(service)
    assert.ok(task !== undefined)
    return task
  }
  const nameOf = async (service: string): Promise<string> => (await taskOf(service)).metadata.name

  before(async () => {
    const path = join(cluster.home, 'talk.yml')
    const image = engine.image
    writeFileSync(
      path,
      JSON.stringify({
        name: 'talk',
        services: {
          shell: { image, command: ['sh'], stdin_open: true, tty: true },
          copy: { image, command: ['sh', '-c', 'exec cat'], stdin_open: true },
          deaf: { image, command: ['sh', '-c', 'while :; do sleep 1; done'] },
        },
      }),
    )
    await cluster.kit('up', '--executor', 'docker', path)
  })

  /** In a shell of its own, which shows how the client ended and how the terminal was left. */
  const inShell = (command: string): Screen => cluster.openTerminal(`$KIT ${command}; echo "code $?"; stty -a; cat`)
  const usable = / icanon [\s\S]* echo /

  test('-it: a person works in the program, leaves it with its keys, and finds it as it was', async () => {
    const task = await nameOf('talk_shell')
    const screen = inShell(`attach -it ${task}`)
    await screen.shows(/Ctrl-P Ctrl-Q leaves/)
    screen.type('\rkept=$((20 + 3)); echo "it is $kept"\r')
    await screen.shows(/it is 23\r\n/)
    screen.type('stty size\r')
    await screen.shows(/24 80\r\n/)
    await screen.passesOnSize(101, 33)
    await screen.passesOnInterrupt()
    screen.type('\x10')
    screen.type('\x11')
    await screen.shows(new RegExp(`left task/${task}, which goes on`))
    await screen.shows(/code 0\r\n/)
    await screen.shows(usable)
    assert.equal(await nameOf('talk_shell'), task)

    const again = inShell(`attach -it service/talk_shell`)
    await again.shows(/Ctrl-P Ctrl-Q leaves/)
    again.type('\recho "still $kept"\r')
    await again.shows(/still 23\r\n/)
    again.type('exit 5\r')
    await again.shows(/code 5\r\n/)
    await again.shows(usable)
    await eventually(async () => assert.notEqual(await nameOf('talk_shell'), task, 'its end is that of the task'))
  })

  test('-i: what comes through a pipe reaches the program, which goes on when the pipe ends and when the client dies', async () => {
    const task = await nameOf('talk_copy')
    const first = cluster.start(['attach', '-i', task], 'hello\n')
    await eventually(() => assert.equal(first.text(), 'hello\n'))
    await first.kill()
    const second = cluster.start(['attach', '-i', task], `${'x'.repeat(1_000)}\n`.repeat(3_000))
    await eventually(() => assert.equal(second.text().length, 3_003_000))
    assert.equal((await second.stop()).code, 130)
    assert.equal(await nameOf('talk_copy'), task)
    const third = cluster.start(['attach', '-i', task], 'more\n')
    await eventually(() => assert.equal(third.text(), 'more\n'))
    await engine.json('POST', `/containers/${task}/kill`)
    assert.equal((await third.ended).code, 137)
  })

  test('what a program does not have is said, with the field that gives it', async () => {
    const task = await nameOf('talk_deaf')
    assert.match(await cluster.fails(1, 'attach', '-i', task), /has no open standard input: set `stdin_open: true` in its service/)
    const screen = inShell(`attach -t ${task}`)
    await screen.shows(/has no terminal: set `tty: true` in its\s+service/)
    await screen.shows(/code 1\r\n/)
  })
}
