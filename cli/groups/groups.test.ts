import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { refusedClusterFlags, refusedInitFlags } from '../cluster/swarm-settings.ts'
import { refusedFlags, refusedOnUpdate } from '../service/service-flags.ts'
import { fillGroup } from './groups.ts'

/** Options of each command of a group, by name. */
function optionsOf(name: string): ReadonlyMap<string, readonly string[]> {
  const group = new Command(name)
  const add = (usage: string, _text: string, configure: (command: Command) => Command, _body: unknown, parent: Command): void =>
    void configure(parent.command(usage))
  fillGroup({ add, output: (command) => command.option('-o, --output <format>') }, group)
  return new Map(group.commands.map((command) => [command.name(), command.options.flatMap(({ long, short }) => [long ?? '', short ?? ''])]))
}

const both = `cap-add cap-drop config constraint container-label credential-spec detach dns dns-option dns-search endpoint-mode entrypoint
  env generic-resource group health-cmd health-interval health-retries health-start-interval health-start-period health-timeout host hostname
  init isolation label limit-cpu limit-memory limit-pids log-driver log-opt max-concurrent memory-swap memory-swappiness mount network
  no-healthcheck no-resolve-image oom-score-adj placement-pref publish quiet read-only replicas replicas-max-per-node reserve-cpu reserve-memory
  restart-condition restart-delay restart-max-attempts restart-window rollback-delay rollback-failure-action rollback-max-failure-ratio
  rollback-monitor rollback-order rollback-parallelism secret stop-grace-period stop-signal sysctl tty ulimit update-delay
  update-failure-action update-max-failure-ratio update-monitor update-order update-parallelism user with-registry-auth workdir`
const changes = `config constraint container-label dns dns-option dns-search env generic-resource group host label mount network
  placement-pref publish secret sysctl ulimit`
const swarmctl = `image hostname command args env tty open-stdin init ports network memory-reservation memory-limit cpu-reservation cpu-limit
  generic-resources ulimit update-parallelism update-delay update-on-failure update-order rollback-parallelism rollback-delay
  rollback-on-failure rollback-order restart-condition restart-delay restart-max-attempts restart-window oom-score-adj constraint bind volume
  tmpfs npipe log-driver log-opt label replicas instances replicas-max-per-node`

test('service create and update take every flag of docker and of swarmctl', () => {
  const words = (text: string): readonly string[] => text.split(/\s+/)
  const options = optionsOf('service')
  const check = (command: string, flags: readonly string[]): void =>
    assert.deepEqual(
      flags.filter((flag) => options.get(command)?.includes(`--${flag}`) !== true),
      [],
      command,
    )
  check('create', [...words(both), ...words(swarmctl), 'name', 'mode', 'env-file'])
  check('update', [...words(both), ...words(swarmctl), 'args', 'force', 'image', 'rollback'])
  check('update', words(changes).flatMap((flag) => [`${flag}-add`, `${flag}-rm`])) // biome-ignore format: one idea
  check('update', ['add-secret', 'rm-secret', 'add-config', 'rm-config', 'add-capability', 'rm-capability'])
  for (const letter of 'deluptwq') assert.ok(options.get('create')?.includes(`-${letter}`), letter)
})

test('what a flag cannot do is refused with a sentence that says why, or what to do instead', () => {
  const tables = { refusedFlags, refusedOnUpdate, refusedClusterFlags, refusedInitFlags }
  for (const [table, flags] of Object.entries(tables)) {
    assert.ok(Object.keys(flags).length > 0, table)
    for (const [flag, { why }] of Object.entries(flags)) assert.match(why, /^[a-z].{20,}[^.]$/, `${table} --${flag}`)
  }
})

test('service and node take every other flag of docker and swarmctl', () => {
  const [service, node] = [optionsOf('service'), optionsOf('node')]
  for (const [group, command, flags] of [
    [service, 'ls', '-q -f --filter --format'],
    [service, 'ps', '-q -f --filter --format --no-resolve --no-trunc'],
    [service, 'inspect', '-f --format --pretty -a --all'],
    [service, 'scale', '-d --detach'],
    [service, 'logs', '-f --follow -n --tail --since -t --timestamps --raw --no-task-ids --details --no-resolve --no-trunc'],
    [service, 'rollback', '-d --detach -q --quiet'],
    [service, 'rm', '--force'],
    [service, 'update', '--name --mode'],
    [node, 'ls', '-q -f --filter --format'],
    [node, 'ps', '-q -f --filter --format --no-resolve --no-trunc'],
    [node, 'inspect', '-f --format --pretty -a --all'],
    [node, 'update', '--availability --label --label-add --label-rm --role'],
    [node, 'rm', '-f --force'],
    [node, 'drain', '--detach'],
    [node, 'pause', ''],
    [node, 'activate', ''],
  ] as const) {
    const has = group.get(command) ?? assert.fail(command)
    for (const flag of flags.split(' ').filter(Boolean)) assert.ok(has.includes(flag), `${command} ${flag}`)
  }
})

test('swarm init, join, leave and update take every flag of docker', () => {
  const options = optionsOf('swarm')
  const settings = 'cert-expiry dispatcher-heartbeat external-ca max-snapshots snapshot-interval task-history-limit autolock'
  for (const [command, flags] of [
    [
      'init',
      `${settings} advertise-addr availability data-path-addr data-path-port default-addr-pool default-addr-pool-mask-length force-new-cluster listen-addr`,
    ],
    ['join', 'advertise-addr availability data-path-addr listen-addr token'],
    ['leave', 'force'],
    ['update', settings],
    ['join-token', 'quiet rotate'],
  ] as const)
    assert.deepEqual(
      flags.split(' ').filter((flag) => options.get(command)?.includes(`--${flag}`) !== true),
      [],
      command,
    )
})

test('docs/swarm-commands.md names commands that are there', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/swarm-commands.md'), 'utf8')
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows
    .flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`kit (\w+) ([\w-]+)/g)])
    .map(([, group = '', verb = '']) => [group, verb] as const)
  assert.ok(named.length > 30)
  for (const [group, verb] of named) if (group !== 'secret' && group !== 'config') assert.ok(optionsOf(group).has(verb), `${group} ${verb}`)
})
