// Whoever watches over a cluster: Prometheus with the certificate of a viewer, as docs/observability.md says it, and the
// alerts and the dashboard of manifests/observability, of which every metric is one of a running manager.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { eventually, projectRoot } from './cluster.ts'
import { freeAddress } from './free-address.ts'
import { isHere } from './required.ts'

const home = mkdtempSync(join(tmpdir(), 'kit-observability-'))
const socket = join(home, 'm', 'kit.sock')
const pem = join(home, 'pem')
const host = process.platform === 'linux' ? '127.0.0.24' : '127.0.0.1'
const running = new Set<ChildProcess>()
const guide = readFileSync(join(projectRoot, 'docs/observability.md'), 'utf8')
const alerts = join(projectRoot, 'manifests/observability/kit-alerts.yml')
let api = ''

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[]
}
const dashboard: Dashboard = JSON.parse(readFileSync(join(projectRoot, 'manifests/observability/kit-dashboard.json'), 'utf8'))
interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels?: { readonly severity?: string }
  readonly annotations?: { readonly summary?: string; readonly description?: string }
}
const rules: readonly Rule[] = parse(readFileSync(alerts, 'utf8')).groups.flatMap(({ rules: found }: { rules: readonly Rule[] }) => found)
const expressions = [...rules.map(({ expr }) => expr), ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))]

function kit(...args: readonly string[]): string {
  const env = { ...process.env, CI: 'true', KIT_CONTEXT: undefined, KIT_SOCKET: undefined, KIT_CONFIG: join(home, 'config.yaml') }
  const { status, stdout, stderr } = spawnSync(join(projectRoot, 'bin/kit'), args, { cwd: home, env, encoding: 'utf8' })
  assert.equal(status, 0, `kit ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
const local = (...args: readonly string[]): string => kit('--socket', socket, ...args)

const program = `trap 'exit 0' TERM; while :; do sleep 0.1; done`
const stack = (version: number): string => `services:
  web: {image: none, command: [sh, -c, "${program} # ${version}"], stop_grace_period: 1s, deploy: {replicas: 2, update_config: {monitor: 100ms}}}
`
const misplaced = 'services: {far: {image: none, command: [sleep, "1"], deploy: {placement: {constraints: [node.labels.zone == mars]}}}}'

before(async () => {
  api = await freeAddress(host)
  const listen = ['--listen-remote-api', await freeAddress(host), '--listen-api', api]
  const args = ['-d', join(home, 'm'), '--hostname', 'm', '--executor', 'process', '--publish-address', '127.0.0.1', ...listen]
  const daemon = spawn(join(projectRoot, 'bin/kitd'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  running.add(daemon)
  let log = ''
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  await eventually(() => assert.match(log, /"Listening for users"/))
  for (const version of [1, 2]) {
    writeFileSync(join(home, 's.yml'), stack(version))
    local('apply', '-f', 's.yml')
  }
  writeFileSync(join(home, 'mars.yml'), misplaced)
  local('apply', '-f', 'mars.yml', '--no-wait')
})
after(async () => {
  local('delete', 'stack/s', 'stack/mars')
  for (const child of running) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  rmSync(home, { recursive: true, force: true })
})

/** As Prometheus asks: with the three files, for the name that managers have. */
async function scrape(
  path: string,
  files?: string,
): Promise<{ readonly status: number | undefined; readonly type: unknown; readonly text: string }> {
  const [, port = ''] = api.split(':')
  const read = (name: string): Buffer => readFileSync(join(files ?? pem, name))
  const person = files === undefined ? {} : { cert: read('cert.pem'), key: read('key.pem') }
  const asked = get({ host, port, path, servername: 'swarm-manager', ca: read('ca.pem'), ...person, agent: false })
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode, type: response.headers['content-type'], text }
}

test('the certificate of a viewer opens /metrics, from files that only their owner may read', async () => {
  local('swarm', 'user', 'add', 'prometheus', '--role', 'viewer', '--expiry', '365d')
  kit('ctx', 'add', 'kit-prometheus.yaml', '--name', 'prometheus')
  assert.deepEqual(
    kit('ctx', 'pem', pem, 'prometheus').trim().split('\n').toSorted(),
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => join(pem, name)),
  )
  for (const name of ['ca.pem', 'cert.pem', 'key.pem']) assert.equal(statSync(join(pem, name)).mode & 0o777, 0o600)
  const { status, type, text } = await scrape('/metrics', pem)
  assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
  for (const sample of [
    'kit_service_replicas_running{service="s_web"} 2',
    'kit_service_rollout{service="s_web",state="Completed"} 1',
    'kit_tasks_pending{reason="constraints"} 1',
    'kit_nodes{role="Manager",state="Ready",availability="Active"} 1',
    'kit_agent_sessions 1',
  ])
    assert.ok(text.split('\n').includes(sample), `${sample} is not in\n${text}`)
  assert.match(kit('--context', 'prometheus', 'get', '--raw', '/metrics'), /^kit_build_info\{version="[^"]+"\} 1$/m)
})

test('without a certificate there is health, and nothing else', async () => {
  const refused = await scrape('/metrics')
  assert.equal(refused.status, 401)
  assert.doesNotMatch(refused.text, /kit_/)
  const { status, text } = await scrape('/readyz?verbose')
  assert.equal(status, 200, text)
  assert.match(text, /^\[\+\]ping ok\n(\[\+\][a-z]+ ok\n)+readyz check passed\n$/)
  assert.equal(local('get', '--raw', '/livez'), 'ok')
})

/** Names of metrics, and of their labels as far as there are samples. */
function metricsIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const metrics = new Map([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => [name, new Set<string>()]))
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm))
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) metrics.get(familyOf(name, metrics))?.add(label)
  return metrics
}

/** Of the series of a histogram, its name. */
function familyOf(name: string, metrics: { has(name: string): boolean }): string {
  return metrics.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
}

test('docs/observability.md has every metric of a running manager, and no other', () => {
  const told = [...metricsIn(local('get', '--raw', '/metrics')).keys()].toSorted()
  const documented = [...guide.matchAll(/^\| `((?:kit|process|nodejs)_\w+)` \|/gm)].map(([, name = '']) => name).toSorted()
  assert.deepEqual(told, documented)
})

test('alerts and dashboard name metrics and labels of a running manager', () => {
  const metrics = metricsIn(local('get', '--raw', '/metrics'))
  assert.ok(rules.length > 15 && expressions.length > 50)
  const ofPrometheus = new Set(['up', 'job', 'instance', 'le'])
  const labels = new Set([...ofPrometheus, ...[...metrics.values()].flatMap((each) => [...each])])
  for (const expression of expressions) {
    for (const [name] of expression.matchAll(/\b(kit|process|nodejs)_\w+/g))
      assert.ok(metrics.has(familyOf(name, metrics)), `${name} in ${expression}`)
    for (const [, selected = ''] of expression.matchAll(/\{([^}]*)\}/g))
      for (const [, label = ''] of selected.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) assert.ok(labels.has(label), `${label} in ${expression}`)
    for (const [, list = ''] of expression.matchAll(/\bby \(([^)]*)\)/g))
      for (const label of list.split(',')) assert.ok(labels.has(label.trim()), `${label} in ${expression}`)
  }
})

const cases = readFileSync(join(projectRoot, 'e2e/testdata/kit-alerts.yml'), 'utf8')

test('each alert says what it is and what to do, and has a case in which it is raised', () => {
  for (const { alert, labels, annotations, for: lastsFor } of rules) {
    assert.match(labels?.severity ?? '', /^(critical|warning|info)$/, alert)
    assert.ok((annotations?.summary ?? '') !== '' && (annotations?.description ?? '').endsWith('.'), alert)
    assert.match(lastsFor ?? '0m', /^\d+[mh]$/, alert)
    assert.ok(cases.includes(`{alertname="${alert}"}`), `${alert} is not in e2e/testdata/kit-alerts.yml`)
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
})

const noPromtool =
  spawnSync('promtool', ['--version']).error === undefined ? undefined : 'no promtool is installed (Debian has it with prometheus)'
if (isHere('prometheus', noPromtool, 'alerts that are raised when something is the matter, and only then'))
  test('alerts are raised when something is the matter, and only then', () => {
    const file = join(home, 'alerts.yml')
    writeFileSync(file, `rule_files: [${alerts}]\n${cases}`)
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
    assert.equal(status, 0, `${stdout}${stderr}`)
  })

/** Of Prometheus, to a query or about its rules. */
interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly { readonly value: readonly [number, string] }[]
    readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string; readonly state: string }[] }[]
  }
}

const why = spawnSync('prometheus', ['--version']).error === undefined ? undefined : 'no prometheus is installed (Debian has it)'
if (isHere('prometheus', why, 'an unmodified Prometheus that scrapes a manager'))
  test('Prometheus goes by the configuration of the guide, scrapes, and takes alerts and dashboard', async () => {
    const address = await freeAddress(host)
    const [, configuration = ''] = /```yaml\n(# \/etc\/prometheus\/prometheus.yml\n[\s\S]*?)```/.exec(guide) ?? []
    const adapted = configuration
      .replaceAll('/etc/prometheus/kit-alerts.yml', alerts)
      .replaceAll('/etc/prometheus/kit', pem)
      .replace('10.0.0.1:6443', api)
    assert.ok(adapted.includes(`${pem}/ca.pem`) && adapted.includes(api) && adapted.includes(alerts))
    writeFileSync(join(home, 'prometheus.yml'), `global: {scrape_interval: 1s, evaluation_interval: 1s}\n${adapted}`)
    const child = spawn(
      'prometheus',
      [`--config.file=${home}/prometheus.yml`, `--storage.tsdb.path=${home}/tsdb`, `--web.listen-address=${address}`],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    running.add(child)
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
    const ask = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> => {
      const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(query)}`)
      return JSON.parse(await response.text())
    }
    const query = (expr: string) => ask('query', { query: expr.replaceAll('$job', '.*').replaceAll('$__rate_interval', '1m') })
    await eventually(async () => {
      assert.equal(child.exitCode, null, log)
      const { data } = await query('kit_service_replicas_running{service="s_web"} and on (job, instance) up{job="kit"} == 1')
      assert.equal(data.result[0]?.value[1], '2', log)
    })
    await eventually(async () => {
      const { data } = await ask('rules')
      const found = data.groups.flatMap(({ rules: each }) => each)
      assert.deepEqual(
        found.filter(({ health }) => health !== 'ok'),
        [],
      )
      const raised = found.filter(({ state }) => state !== 'inactive').map(({ name }) => name)
      assert.deepEqual(raised.toSorted(), ['KitServiceShort', 'KitTasksPending'])
    })
    for (const expr of expressions) {
      const { status, error } = await query(expr)
      assert.equal(status, 'success', `${expr}: ${error}`)
    }
  })
