// `kit node install` under a real systemd: the machine's own files, with a layer in memory above them, are started as a
// container that has no network. What docs/operations.md shows of it is run as it stands there. What needs root or is missing
// makes this one line instead.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from './cluster.ts'
import { stepsOf } from './recorded.ts'

const trouble = whyNot()
if (trouble !== undefined) console.log(`skipped: kit node install under systemd, because ${trouble}`)

/** What the guide types there, as root; `npm ci` has been done. */
function guideOf(heading: string, command: RegExp): string {
  const found = stepsOf('docs/operations.md', heading).filter(({ text }) => command.test(text))
  assert.equal(found.length, 1, `docs/operations.md, "${heading}", has ${found.length} times ${command}`)
  return (found[0]?.text ?? '').replace(/ *#.*/, '').replace(/^sudo /, `cd ${projectRoot}; `)
}

const kit = `${join(projectRoot, 'bin/kit')} --socket /var/lib/kit/kit.sock`
/** Process ids of the tasks. */
const processes = `${kit} get tasks -o jsonpath='{.items[*].status.pid}'`
/** Each step prints one line. */
const steps: readonly string[] = [
  guideOf('Install, and run as a service', /node install/),
  // At once: whoever is told that it is started may use it.
  `${kit} apply -f /machine/web.yml >/dev/null && echo applied`,
  'systemctl is-enabled kitd',
  processes,
  'systemctl stop kitd; systemctl is-active kitd',
  'pgrep -c sleep',
  'systemctl start kitd; systemctl is-active kitd',
  processes,
  `mkdir /backup; ${guideOf('Back up and restore', /^systemctl /)}; cmp /var/lib/kit/node.json /backup/kit/node.json && systemctl is-active kitd`,
  processes,
  // It ends without a word, and systemd brings it back.
  `systemctl kill --kill-whom=main -s KILL kitd; until ${kit} get nodes >/dev/null 2>&1; do sleep 0.1; done; systemctl is-active kitd`,
  processes,
  `${join(projectRoot, 'bin/kit')} node uninstall`,
  'pgrep -c sleep',
]
const service = `
apiVersion: kit/v1
kind: Service
metadata: {name: web}
spec: {replicas: 2, template: {command: [sleep, '100000']}}
`
const unit = `
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'sh /machine/steps.sh > /machine/out 2> /machine/err; systemctl poweroff'
`

test('a node is a service of systemd: started when it answers, and its tasks outlive stop, restart and kill', { skip: trouble }, () => {
  const said = runMachine()
  const [installed, applied, enabled, before = '', ...later] = said
  assert.match(installed ?? '', /is enabled and started/)
  assert.deepEqual([applied, enabled], ['applied', 'enabled'])
  assert.match(before, /^\d+ \d+$/)
  const [stopped, alive, started, afterStart, copied, afterCopy, back, afterKill, gone, left] = later
  assert.deepEqual([stopped, alive], ['inactive', '2'], 'stopping the unit stops no task')
  assert.deepEqual([started, afterStart], ['active', before], 'the same processes')
  assert.deepEqual([copied, afterCopy], ['active', before])
  assert.deepEqual([back, afterKill], ['active', before])
  assert.match(gone ?? '', /is removed\. Tasks run on/)
  assert.equal(left, '2')
})

/** A line of each step. */
function runMachine(): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), 'kit-systemd-'))
  const [memory, root, shared] = ['memory', 'root', 'shared'].map((name) => join(directory, name)) as [string, string, string]
  for (const each of [memory, root, shared]) mkdirSync(each)
  writeFileSync(join(shared, 'web.yml'), service)
  writeFileSync(join(shared, 'steps.sh'), steps.map((step) => `{ ${step}; } | tr '\\n' ' '; echo`).join('\n'))
  const mounted: string[] = []
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', memory])
    mounted.unshift(memory)
    for (const name of ['upper', 'work']) mkdirSync(join(memory, name))
    const layers = `lowerdir=/,upperdir=${memory}/upper,workdir=${memory}/work`
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root])
    mounted.unshift(root)
    onlyOurUnit(join(root, 'etc/systemd/system'))
    const binds = [`--bind=${shared}:/machine`, `--bind-ro=${projectRoot}`]
    const options = ['-q', '-D', root, '-M', `kit-${process.pid}`, '--register=no', '--keep-unit', '--private-network', ...binds, '-b']
    const { stdout } = spawnSync('systemd-nspawn', options, { encoding: 'utf8', timeout: 180_000, killSignal: 'SIGKILL' })
    const out = readFileSync(join(shared, 'out'), 'utf8')
    const lines = out.split('\n').map((line) => line.replace(/ $/, ''))
    assert.equal(lines.length, steps.length + 1, `${out}\n${readFileSync(join(shared, 'err'), 'utf8')}\n${stdout}`)
    return lines
  } finally {
    for (const each of mounted) execFileSync('umount', ['-l', each])
    for (const name of ['steps.sh', 'web.yml', 'out', 'err']) spawnSync('rm', ['-f', join(shared, name)])
    for (const each of [memory, root, shared, directory]) rmdirSync(each)
  }
}

/** What else this machine starts is not for here. */
function onlyOurUnit(units: string): void {
  const wanted = join(units, 'multi-user.target.wants')
  execFileSync('rm', ['-rf', wanted, join(units, 'sockets.target.wants')])
  mkdirSync(wanted, { recursive: true })
  writeFileSync(join(units, 'machine.service'), unit)
  symlinkSync('/etc/systemd/system/machine.service', join(wanted, 'machine.service'))
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'that takes root on Linux'
  if (spawnSync('systemd-nspawn', ['--version']).status !== 0) return 'there is no systemd-nspawn (Debian package systemd-container)'
  return undefined
}
