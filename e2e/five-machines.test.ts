// A manager and four workers, each with a network of its own: certificates are renewed again and again under load, cables are
// pulled and plugged in. Certificates are valid for half an hour, the least there is; so the clocks of all five are set on, by
// 25 minutes at a time, and each time all are due at once.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive, type Running, type TaskObject } from './cluster.ts'
import { FakeClock, whyNoFakeClock } from './fake-clock.ts'
import { Machine } from './machine.ts'
import { isHere } from './required.ts'
import { Wire, whyNoWire } from './wire.ts'

type Placed = TaskObject & { readonly spec: { readonly nodeName?: string } }
interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: { readonly state: string; readonly description?: { readonly hostname: string } }
}

const port = 8080
const rounds = 4
const minutesPerRound = 25
/** The first certificate of the manager is for 90 days: the story begins when it has been replaced. */
const beginMinutes = 80 * 24 * 60
const heartbeatMs = 1_000
/** After three heartbeats a node is Down; the rest is for a machine of two cores that does all of this at once. */
const downWithinMs = 3 * heartbeatMs + 5_000
const what = 'five machines with networks of their own'

if (isHere('netns', await whyNoWire(), what) && isHere('faketime', whyNoFakeClock(), what)) {
  const cluster = new Cluster()
  const wire = new Wire(5)
  const clocks = {
    manager: new FakeClock(join(cluster.home, 'clock-of-the-manager')),
    worker: new FakeClock(join(cluster.home, 'clock-of-workers')),
  }
  const machines = ['m', 'w1', 'w2', 'w3', 'w4'].map((name, at) => {
    const role = at === 0 ? 'manager' : 'worker'
    return new Machine(cluster, name, role, { enter: wire.enter(at + 1), environment: clocks[role].environment })
  })
  function named(name: string): Machine {
    const machine = machines.find((each) => each.name === name)
    assert.ok(machine !== undefined)
    return machine
  }
  const manager = named('m')
  const workers = machines.filter((machine) => machine !== manager)
  const hostOf = (machine: Machine): number => machines.indexOf(machine) + 1
  const addressOf = (machine: Machine): string => wire.address(hostOf(machine))
  const managerAddress = `${addressOf(manager)}:4242`
  let load: Load | undefined

  async function nodes(): Promise<ReadonlyMap<string, NodeObject>> {
    const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
    return new Map(items.map((node) => [node.status.description?.hostname ?? '', node]))
  }
  const waitFor = ({ name }: Machine, state: string): Promise<void> =>
    eventually(async () => assert.equal((await nodes()).get(name)?.status.state, state))
  /** Tasks that run and shall, by the name of their machine. */
  async function running(service: string): Promise<ReadonlyMap<string, readonly Placed[]>> {
    const hosts = new Map([...(await nodes())].map(([host, { metadata }]) => [metadata.name, host]))
    const up = ((await cluster.tasks(service)) as readonly Placed[]).filter(({ status }) => status.state === 'Running')
    return Map.groupBy(up, ({ spec }) => hosts.get(spec.nodeName ?? '') ?? '')
  }
  const namesOf = (tasks: readonly Placed[] | undefined): readonly string[] => (tasks ?? []).map(({ metadata }) => metadata.name).toSorted()
  /** Every machine has its task of `web`, `app` has all of its own, and all answer. */
  const allServe = (): Promise<void> =>
    eventually(async () => {
      assert.deepEqual(
        [...(await nodes()).values()].map(({ status }) => status.state),
        machines.map(() => 'Ready'),
      )
      assert.deepEqual([...(await running('a_web')).keys()].toSorted(), machines.map(({ name }) => name).toSorted())
      assert.equal([...(await running('a_app')).values()].flat().length, 4)
    })

  before(async () => {
    await wire.create()
    assert.equal(await manager.start('--executor', 'process', '--listen-remote-api', managerAddress), undefined, manager.text)
    await cluster.kit('cluster', 'update', 'default', '--certexpiry', '30m', '--heartbeatperiod', `${heartbeatMs}ms`)
    for (const clock of [clocks.manager, clocks.worker]) clock.set(`+${beginMinutes}m`)
    await eventually(() => assert.ok(renewals(manager) >= 2, manager.text))
    const token = cluster.file('token', await cluster.kit('swarm', 'join-token', 'worker', '-q'))
    const join = ['--executor', 'process', '--join-addr', managerAddress, '--join-token', `@${token}`]
    await Promise.all(workers.map(async (worker) => assert.equal(await worker.start(...join), undefined, worker.text)))
    await cluster.kit('apply', '--timeout', '60s', '-f', cluster.file('a.yml', stack))
    await allServe()
  })
  after(async () => {
    load?.end()
    for (const machine of machines) if (machine !== manager) await machine.remove()
    await cluster.remove()
    await wire.remove()
  })

  test('every node renews its certificate several times, and no request, line of a log, session or watch is lost', async () => {
    load = new Load(wire.enter(0), machines.map(addressOf))
    const task = (await running('a_app')).get('w2')?.[0]?.metadata.name ?? ''
    const log = cluster.start(['logs', '-f', 'service/a_app', '--tail', '1'])
    const session = cluster.start(['exec', task, '--', 'sh', '-c', counting])
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('mark.yml', mark(0)))
    const watch = cluster.start(['get', 'config', 'mark', '-w', '-o', 'json'])
    const versions = (): readonly number[] => [...watch.text().matchAll(/"n": *"(\d+)"/g)].map(([, n]) => Number(n))
    await eventually(() => {
      for (const stream of [log, session]) assert.match(stream.text(), /\d/)
      assert.deepEqual(versions(), [0])
    })
    const before = new Map(machines.map((machine) => [machine, renewals(machine)]))
    let marks = 0
    for (let round = 1; round <= rounds; round++) {
      const aheadMinutes = beginMinutes + round * minutesPerRound
      clocks.manager.set(`+${aheadMinutes}m`)
      // Whoever signs by the clock before this one signs what ends before the next.
      await eventually(async () => {
        await cluster.kit('apply', '--no-wait', '-f', cluster.file('mark.yml', mark(++marks)))
        assert.ok(clockOf(manager) > Date.now() + (aheadMinutes - 1) * 60_000, manager.text)
      })
      clocks.worker.set(`+${aheadMinutes}m`)
      const renewed = (): boolean => machines.every((machine) => renewals(machine) >= (before.get(machine) ?? 0) + round)
      await eventually(async () => {
        await cluster.kit('apply', '--no-wait', '-f', cluster.file('mark.yml', mark(++marks)))
        assert.ok(renewed(), machines.map((machine) => `${machine.name} ${renewals(machine)}`).join(', '))
      })
      await load.servesAll()
    }
    await eventually(() => assert.ok(versions().includes(marks)))
    assert.deepEqual(load.failures, [], 'requests')
    assert.deepEqual(
      versions(),
      Array.from({ length: marks + 1 }, (_, at) => at),
      'versions that the watch saw',
    )
    assertCounts(numbersOf(session.text()), 20, 'the session')
    const lines = Map.groupBy(
      log
        .text()
        .split('\n')
        .filter((line) => line.includes(' | ')),
      (line) => line.split(' | ')[0],
    )
    assert.equal(lines.size, 4, 'tasks in the log')
    for (const [name, of] of lines)
      assertCounts(
        of.map((line) => Number(line.split(' | ')[1])),
        20,
        String(name),
      )
    for (const stream of [log, session, watch]) await stop(stream)
  })

  test('a node that is cut off is Down after three heartbeats, its tasks run elsewhere, and those it still ran stop when it is back', async () => {
    const cut = named('w4')
    const lost = (await running('a_app')).get('w4') ?? []
    assert.ok(lost.length > 0 && load !== undefined)
    const others = machines.filter((machine) => machine !== cut)
    const seen = load.failuresOf(others.map(addressOf)).length
    const cutAtMs = performance.now()
    await wire.plug(hostOf(cut), 'down')
    await waitFor(cut, 'Down')
    const downMs = performance.now() - cutAtMs
    assert.ok(downMs < downWithinMs, `Down after ${downMs} ms`)
    await eventually(async () => {
      const placed = await running('a_app')
      assert.equal(placed.has('w4'), false)
      assert.equal([...placed.values()].flat().length, 4)
    })
    for (const { status } of lost) assert.ok(isAlive(status.pid ?? 0), 'it cannot know, and runs on')
    await wire.plug(hostOf(cut), 'up')
    await waitFor(cut, 'Ready')
    await eventually(() => {
      for (const { status } of lost) assert.equal(isAlive(status.pid ?? 0), false, 'it is told to stop what runs elsewhere')
    })
    await allServe()
    await load.servesAll()
    const failures = load.failuresOf(others.map(addressOf)).slice(seen)
    const said = failures.length === 0 ? '' : await cluster.kit('events')
    assert.deepEqual(failures.slice(0, 20), [], `nobody else noticed\n${said}`)
  })

  test('a link that comes and goes every second does no harm', async () => {
    const flapping = named('w3')
    const others = machines.filter((machine) => machine !== flapping)
    const before = new Map([...(await running('a_web'))].map(([name, tasks]) => [name, namesOf(tasks)]))
    assert.ok(load !== undefined)
    const seen = load.failuresOf(others.map(addressOf)).length
    for (let round = 0; round < 10; round++) {
      await wire.plug(hostOf(flapping), 'down')
      await sleep(1_000)
      await wire.plug(hostOf(flapping), 'up')
      await sleep(1_000)
    }
    await allServe()
    await load.servesAll()
    const failures = load.failuresOf(others.map(addressOf)).slice(seen)
    const said = failures.length === 0 ? '' : await cluster.kit('events')
    assert.deepEqual(failures.slice(0, 20), [], `nobody else noticed\n${said}`)
    const web = await running('a_web')
    for (const { name } of others) assert.deepEqual(namesOf(web.get(name)), before.get(name), name)
    for (const machine of machines) assert.notEqual(machine.pid, undefined, `${machine.name} runs`)
  })
}

/** Counts, ten times a second, on a line of its own each time. */
const counting = 'n=0; while :; do echo $n; n=$((n+1)); sleep 0.1; done'
const server = "require('node:http').createServer((request, response) => response.end('here')).listen(process.env.PORT)"
const stack = `
name: a
services:
  web:
    image: none
    command: [node, -e, ${JSON.stringify(server)}]
    ports: [{ target: 80, published: ${port} }]
    healthcheck:
      test: [CMD, node, -e, "require('node:net').connect(process.env.PORT).on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
      interval: 5s
      start_interval: 100ms
      start_period: 20s
    deploy: { mode: global, update_config: { monitor: 100ms } }
  app:
    image: none
    command: [sh, -c, '${counting.replaceAll('$', '$$$$')}']
    stop_grace_period: 1s
    deploy: { replicas: 4, placement: { constraints: [node.role == worker] }, update_config: { monitor: 100ms } }
`
const mark = (n: number): string =>
  `apiVersion: kit/v1\nkind: Config\nmetadata: { name: mark, labels: { n: "${n}" } }\nspec: { data: YQ== }\n`

const renewals = (machine: Machine): number => (machine.text.match(/Renewed the certificate/g) ?? []).length
/** As its last line in the log has it. */
const clockOf = (machine: Machine): number => Date.parse([...machine.text.matchAll(/"time":"([^"]+)"/g)].at(-1)?.[1] ?? '')
const numbersOf = (text: string): readonly number[] =>
  text
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number)

/** One after the other, from wherever it begins. */
function assertCounts(numbers: readonly number[], least: number, whose: string): void {
  assert.ok(numbers.length >= least, `${whose}: ${numbers.length} lines`)
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => (numbers[0] ?? 0) + at),
    whose,
  )
}

async function stop(stream: Running): Promise<void> {
  await stream.stop()
}

/** Clients of the published port of each address, in the network of the bridge. */
class Load {
  readonly #child: ChildProcess
  readonly #addresses: readonly string[]
  readonly failures: string[] = []
  readonly #answered = new Map<string, number>()

  constructor(enter: readonly string[], addresses: readonly string[]) {
    this.#addresses = addresses
    const script = join(import.meta.dirname, 'testdata/ask-constantly.ts')
    const [program = '', ...words] = [...enter, process.execPath, script, String(port), ...addresses]
    this.#child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let rest = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#hear(line)
    })
  }

  failuresOf(addresses: readonly string[]): readonly string[] {
    return this.failures.filter((line) => addresses.some((address) => line.startsWith(`failed ${address} `)))
  }

  /** Waits until each has answered again. */
  async servesAll(): Promise<void> {
    const before = new Map(this.#answered)
    await eventually(() => {
      for (const address of this.#addresses)
        assert.ok((this.#answered.get(address) ?? 0) > (before.get(address) ?? 0), `${address} answers no more`)
    })
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(line: string): void {
    const [word, address = '', count] = line.split(' ')
    if (word === 'failed') this.failures.push(line)
    if (word === 'answered') this.#answered.set(address, Number(count))
  }
}
