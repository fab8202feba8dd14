// The dashboard on a cluster of three managers: it goes on with another one when its own is lost.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, projectRoot } from './cluster.ts'
import { findTmux, Window } from './tmux.ts'

const cluster = new Cluster()
const windows: Window[] = []
const options = findTmux() ? {} : { skip: 'there is no tmux' }

before(async () => {
  await cluster.kit('up', '--managers', '3', '--executor', 'process')
  await cluster.kit('service', 'create', '--name', 'web', '--replicas', '2', '--update-monitor', '100ms', 'x', 'sleep', '1000')
})
after(async () => {
  for (const window of windows) window.close()
  await cluster.remove()
})

function open(words: string): Window {
  const kit = `${join(projectRoot, 'bin/kit')} --dir ${cluster.directory}`
  const window = new Window(`${kit} ${words}`, { DOCKER_HOST: `unix://${cluster.home}/no-docker.sock` })
  windows.push(window)
  return window
}

function pidOf(host: string): number {
  return Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
}

test('when the manager that it is connected to is killed, it goes on with another, and its keys work', options, async () => {
  const window = open('ui services')
  await window.shows(/live\n[\s\S]*>web +\[#{8}\] 2\/2/)
  process.kill(pidOf('node-1'), 'SIGKILL') // Commands and the dashboard ask the first manager that runs.
  await window.shows(/2\/3 nodes .*live\n/)
  window.type('S')
  await window.shows(/tasks of web: 2_/)
  window.press('BSpace')
  window.type('3')
  window.press('Enter')
  await window.shows(/live\n[\s\S]*>web +\[[#]{8}\] 3\/3/)
  assert.match(await cluster.kit('get', 'services'), /web/)
  await cluster.kit('up')
  await window.shows(/3\/3 nodes .*live\n/)
})

test('how far each manager is in the log is seen, whichever one is asked, and the doctor says that they keep up', options, async () => {
  const window = open('ui cluster')
  const row = (host: string): string => `${host} +[1-9]\\d* +[1-9]\\d* +[1-9]\\d* +\\d{1,3} +[\\d.]+ (?:B|KiB|MiB) `
  await window.shows(new RegExp(`STORE[^\\n]*\\n ${['node-1', 'node-2', 'node-3'].map(row).join('.*\\n ')}`))
  for (const host of ['node-1', 'node-2', 'node-3']) {
    const socket = ['--socket', join(cluster.directory, host, 'kit.sock')]
    assert.match(await cluster.kit(...socket, 'describe', 'node/node-2'), /^Store: +(leader|follower) in term \d+; entry [1-9]\d* applied/m)
  }
  assert.match(await cluster.kit('doctor'), /store +term \d+, entry [1-9]\d* agreed on: 3 members keep up/)
})

test('while no manager answers it says when it tries again', options, async () => {
  const window = open('ui services')
  await window.shows(/live\n[\s\S]*web/)
  const hosts = ['node-1', 'node-2', 'node-3']
  for (const host of hosts) process.kill(pidOf(host), 'SIGKILL')
  await window.shows(/DISCONNECTED \d+s\n[\s\S]*web +\[#{8}\] 3\/3[\s\S]*what is shown is old; retrying in [1-5] s; /)
  await cluster.kit('up')
  await window.shows(/live\n[\s\S]*web +\[#{8}\] 3\/3/)
})
