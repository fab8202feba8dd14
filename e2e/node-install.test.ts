// `kit node install`, as far as a machine without systemd can show it.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, projectRoot } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())
const hasSystemd = existsSync('/run/systemd/system')

test('the unit starts this program on the wanted directory, and is only printed when asked for', async () => {
  const unit = await cluster.kit('node', 'install', '--print', '-d', '/srv/kit', '--label', 'disk=ssd')
  const [command = ''] = /^ExecStart=.*$/m.exec(unit) ?? []
  assert.ok(command.includes(`${join(projectRoot, 'dist/kitd.mjs')} -d /srv/kit --executor auto --label disk=ssd`), command)
  assert.match(await cluster.kit('node', 'install', '--print', '--standby'), /^ExecStart=.* -d \/var\/lib\/kit --standby --executor auto$/m)
})

test('where no systemd runs, it says so and prints', { skip: hasSystemd ? 'systemd runs this machine' : false }, async () => {
  const { code, out, err } = await cluster.run(['node', 'install'])
  assert.equal(code, 0)
  assert.match(err, /systemd does not run this machine, so nothing was written/)
  assert.match(out, /^KillMode=process$/m)
  assert.match(await cluster.fails(1, 'node', 'uninstall'), /there is no \/etc\/systemd\/system\/kitd.service/)
})
