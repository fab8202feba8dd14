import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { unitFile, unitName } from './unit-file.ts'

const unit = (directory: string, args: readonly string[] = []): string =>
  unitFile({ node: process.execPath, kitd: '/opt/kit/dist/kitd.mjs', directory, user: 'root', args })

test('stopping the unit signals the daemon only, and systemd makes its directory where it can', () => {
  const text = unit('/var/lib/kit')
  for (const line of ['KillMode=process', 'Restart=always', 'Delegate=yes', 'StateDirectory=kit', 'User=root'])
    assert.ok(text.split('\n').includes(line), line)
  assert.match(text, /^After=.*docker\.service$/m)
  assert.doesNotMatch(unit('/srv/kit'), /StateDirectory/)
})

test('words with spaces and with what systemd expands stay as they are', () => {
  assert.match(unit('/srv/my kit', ['--label', 'a=100%$HOME"']), /-d "\/srv\/my kit" --label "a=100%%\$\$HOME\\""$/m)
})

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0
test('systemd finds nothing wrong with the unit', { skip: hasAnalyze ? false : 'no systemd-analyze here (Debian package systemd)' }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-unit-'))
  for (const home of ['/var/lib/kit', '/srv/my kit']) {
    writeFileSync(join(directory, unitName), unit(home, ['--label', 'a=100%$HOME"']))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(directory, unitName)], { encoding: 'utf8' })
    const about = stderr.split('\n').filter((line) => line.includes(unitName))
    assert.deepEqual([status, about], [0, []], stderr)
  }
  rmSync(directory, { recursive: true })
})
