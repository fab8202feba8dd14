// Two clusters on one screen, in a real terminal, and one of them goes away.

import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, projectRoot } from './cluster.ts'
import { findTmux, Window } from './tmux.ts'

const cluster = new Cluster()
const windows: Window[] = []
const options = findTmux() ? {} : { skip: 'there is no tmux' }
/** Nobody listens there. */
const gone = `
contexts:
  gone: {servers: ['127.0.0.1:1'], cluster: c, user: ann, ca: '', certificate: '', key: ''}
`

before(async () => {
  mkdirSync(join(cluster.home, '.kit'), { recursive: true })
  symlinkSync(cluster.directory, join(cluster.home, '.kit', 'local')) // Where kit looks for the cluster of this machine.
  await cluster.kit('up')
  await cluster.kit('service', 'create', '--name', 'web', '--update-monitor', '100ms', 'x', 'sleep', '1000')
})
after(async () => {
  for (const window of windows) window.close()
  await cluster.remove()
})

test('a cluster that is not reached is said, and the other one is shown and changed', options, async () => {
  const config = cluster.file('contexts.yaml', gone.replaceAll("''", 'x'))
  const kit = join(projectRoot, 'bin/kit')
  const window = new Window(`HOME=${cluster.home} ${kit} --context local,gone ui`, {
    KIT_CONFIG: config,
    DOCKER_HOST: `unix://${cluster.home}/no-docker.sock`,
  })
  windows.push(window)
  await window.shows(/2 clusters[\s\S]*>! gone +not reached for \d+s: [\s\S]*\| local +live +1\/1/)
  window.type('2')
  await window.shows(/1 of 2 NOT REACHED[\s\S]*CONTEXT +NAME[\s\S]*>local +web +\[#{8}\] 1\/1/)
  window.type('S')
  await window.shows(/tasks of web: 1_/)
  window.press('BSpace')
  window.type('2')
  window.press('Enter')
  await window.shows(/>local +web +\[#{8}\] 2\/2/)
})
