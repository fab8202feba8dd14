// Certificates that expire while their node is off, and clocks that are off by hours, with real daemons: what people are
// told, what they do about it, and that tasks run on meanwhile. Certificates here are valid for an hour.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, type TaskObject } from './cluster.ts'
import { FakeClock, whyNoFakeClock } from './fake-clock.ts'
import { freeAddress } from './free-address.ts'
import { Machine } from './machine.ts'
import { isHere } from './required.ts'

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: { readonly state: string; readonly description?: { readonly hostname: string } }
}

/** The manager's first certificate is for 90 days: the story begins when it has been replaced. */
const beginHours = 80 * 24

if (isHere('faketime', whyNoFakeClock(), 'certificates that expire and clocks that are wrong, with real daemons')) {
  const cluster = new Cluster()
  const clocks = { manager: new FakeClock(`${cluster.home}/manager-clock`), worker: new FakeClock(`${cluster.home}/worker-clock`) }
  const manager = new Machine(cluster, 'm', 'manager', { environment: clocks.manager.environment })
  const worker = new Machine(cluster, 'w', 'worker', { environment: clocks.worker.environment })
  const address = await freeAddress()
  let passedHours = beginHours

  const startManager = (): Promise<number | undefined> => manager.start('--executor', 'process', '--listen-remote-api', address)
  const startWorker = (...more: readonly string[]): Promise<number | undefined> =>
    worker.start('--executor', 'process', '--join-addr', address, ...more)
  const withToken = async (): Promise<readonly string[]> => [
    '--join-token',
    `@${cluster.file('token', await cluster.kit('swarm', 'join-token', 'worker', '-q'))}`,
  ]
  /** Hours go by; each clock is off by so many. */
  function setClocks({
    passed = 0,
    managerOff = 0,
    workerOff = 0,
  }: {
    readonly passed?: number
    readonly managerOff?: number
    readonly workerOff?: number
  }): void {
    passedHours += passed
    clocks.manager.set(`+${passedHours + managerOff}h`)
    clocks.worker.set(`+${passedHours + workerOff}h`)
  }
  async function nodeOf(machine: Machine): Promise<NodeObject> {
    const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
    const node = items.find(({ status }) => status.description?.hostname === machine.name)
    assert.ok(node !== undefined)
    return node
  }
  const waitFor = (machine: Machine, state: string): Promise<void> =>
    eventually(async () => assert.equal((await nodeOf(machine)).status.state, state))
  const factsOf = (tasks: readonly TaskObject[]): readonly unknown[] =>
    tasks.map(({ metadata, status }) => `${metadata.name} ${status.state} ${status.pid}`)
  /** Streams between the nodes can be opened: the log comes over one. */
  const canReach = (): Promise<void> =>
    eventually(async () => assert.match(await cluster.kit('logs', 'service/app_web', '--tail', '1'), /tick/))
  const expiryOf = (machine: Machine): Promise<number> =>
    nodeOf(machine).then(async ({ metadata }) =>
      Number(await cluster.kit('get', 'node', metadata.name, '-o', 'jsonpath={.status.certificate.notAfter}')),
    )
  const renewed = (machine: Machine, count: number): Promise<void> =>
    eventually(() => assert.ok((machine.text.match(/Renewed the certificate/g) ?? []).length >= count, machine.text))

  /** What must be the same at the end of every test: the node, and its tasks with their processes. */
  let expected: { readonly node: string; readonly tasks: readonly unknown[] }
  async function assertSame(): Promise<void> {
    await waitFor(worker, 'Ready')
    await eventually(async () =>
      assert.deepEqual({ node: (await nodeOf(worker)).metadata.name, tasks: factsOf(await cluster.tasks('app_web')) }, expected),
    )
    assert.equal((await cluster.json<{ readonly items: readonly unknown[] }>('nodes')).items.length, 2)
    await canReach()
  }

  before(async () => {
    assert.equal(await startManager(), undefined, manager.text)
    // Who is silent for three times that long is Down, and its tasks go elsewhere: that is another story.
    await cluster.kit('cluster', 'update', 'default', '--certexpiry', '1h', '--heartbeatperiod', '1m')
    setClocks({})
    await renewed(manager, 2) // The first that it ever had, and one for an hour.
    assert.equal(await startWorker(...(await withToken())), undefined, worker.text)
    const app = `
name: app
services:
  web:
    image: none
    command: [sh, -c, "while :; do echo tick; sleep 0.2; done"]
    stop_grace_period: 1s
    deploy: {replicas: 2, placement: {constraints: [node.role == worker]}, update_config: {monitor: 100ms}}
`
    await cluster.kit('apply', '-f', cluster.file('app.yml', app))
    expected = { node: (await nodeOf(worker)).metadata.name, tasks: factsOf(await cluster.tasks('app_web')) }
    await assertSame()
  })
  after(async () => {
    await worker.remove()
    await cluster.remove()
  })

  test('a worker that was off while its certificate expired says so and what to do, and comes back as the same node', async () => {
    await worker.stop('SIGKILL')
    setClocks({ passed: 3 })
    await renewed(manager, 3)
    assert.equal(await startWorker(), 1)
    assert.match(
      worker.text,
      /^kitd: the certificate of this node expired on \S+Z, and the clock of this machine says \S+Z\. If the clock is right, print the token with 'kit swarm join-token worker' on a manager, and start this node with --join-token TOKEN \(or @FILE\): it keeps its id and its tasks$/m,
    )
    assert.equal(await startWorker(...(await withToken())), undefined, worker.text)
    await assertSame()
    await worker.stop()
    assert.equal(await startWorker(), undefined, 'the token is needed once')
    await assertSame()
  })

  test('a worker whose certificate expires while its manager is away is told, runs on, and joins again with a token', async () => {
    await manager.stop('SIGKILL')
    setClocks({ passed: 3 })
    assert.equal(await startManager(), undefined, manager.text)
    await eventually(() =>
      assert.match(
        worker.text,
        /"level":"error".*"message":"The manager does not believe the certificate of this node: if no clock is wrong, it must join again with a token"/,
      ),
    )
    assert.match(worker.text, /start it with --join-addr and --join-token/)
    assert.match(
      worker.text,
      /refuses dispatcher: the certificate expired on \S+; the clock there says \S+, the clock here \S+: one of both may be wrong/,
    )
    assert.match(
      manager.text,
      /"level":"warn".*"address":"127\.0\.0\.1","protocol":"dispatcher","code":"Expired","why":"the certificate expired on/,
    )
    for (const fact of expected.tasks) assert.ok(isAlive(Number(String(fact).split(' ').at(-1))), 'tasks run on')
    await worker.stop()
    assert.equal(await startWorker(...(await withToken())), undefined, worker.text)
    await assertSame()
  })

  for (const [name, off] of [
    ['ahead', 5],
    ['behind', -5],
  ] as const) {
    test(`a worker that starts with its clock five hours ${name} says which clocks differ, and comes back once it is right`, async () => {
      await worker.stop('SIGKILL')
      setClocks({ workerOff: off })
      if (off > 0) {
        assert.equal(await startWorker(), 1)
        assert.match(worker.text, /expired on \S+Z, and the clock of this machine says/)
      } else {
        assert.equal(await startWorker(), undefined, worker.text)
        await eventually(() =>
          assert.match(
            worker.text,
            /cannot be trusted: the certificate is not valid before \S+; the clock here says \S+: one of both clocks may be wrong/,
          ),
        )
        await worker.stop()
      }
      // A token does not help against a clock.
      assert.equal(await startWorker(...(await withToken())), 1)
      assert.match(
        worker.text,
        /cannot join the cluster at \S+: .*(expired on|not valid before) \S+; the clock here says \S+: one of both clocks may be wrong/,
      )
      if (off < 0) assert.equal(await startWorker(), undefined, worker.text)
      setClocks({})
      if (off > 0) assert.equal(await startWorker(), undefined, worker.text)
      await assertSame()
    })

    test(`the clock of a worker is set five hours ${name} while it runs: what is open goes on, and so does the rest once it is right`, async () => {
      const before = worker.text.length
      setClocks({ workerOff: off })
      await eventually(() =>
        assert.match(
          worker.text.slice(before),
          /one of both clocks may be wrong.*"message":"Could not renew the certificate of this node"/,
        ),
      )
      assert.equal((await nodeOf(worker)).status.state, 'Ready')
      setClocks({})
      await assertSame()
    })

    test(`the clock of the manager is set five hours ${name} while it runs: nobody is lost, and all is well once it is right`, async () => {
      const before = await expiryOf(manager)
      setClocks({ managerOff: off })
      await eventually(async () => assert.ok(Math.sign((await expiryOf(manager)) - before) === Math.sign(off), 'it renews its own'))
      const meanwhile = await expiryOf(manager)
      assert.equal((await nodeOf(worker)).status.state, 'Ready')
      setClocks({})
      await eventually(async () => assert.ok(Math.sign((await expiryOf(manager)) - meanwhile) === -Math.sign(off), 'and again'))
      await assertSame()
    })
  }

  test('a manager that starts with its clock five hours ahead and its workers do not believe each other, and do once it is right', async () => {
    const before = worker.text.length
    await manager.stop('SIGKILL')
    setClocks({ managerOff: 5 })
    assert.equal(await startManager(), undefined, manager.text)
    // Whoever looks first: the manager has a new certificate within moments, which is not valid yet for the worker.
    await eventually(() => assert.match(worker.text.slice(before), /one of both( clocks)? may be wrong/))
    setClocks({})
    await assertSame()
  })
}
