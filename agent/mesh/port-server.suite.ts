// What every port server promises (port-server.ts), as tests that run against each of them.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Flow, Lease, ListenPort, PortServer } from './port-server.ts'

export interface SuiteClient {
  readonly task: string
  readonly isOpen: boolean
  close(): void
}

export interface PortServerSubject {
  readonly server: PortServer
  /** Each time another TCP port of the node, which nobody has. */
  freePort(): Promise<number>
  /** Where a program takes connections that tells its clients this name. */
  startTask(name: string): Promise<Place>
  /** Where nobody listens. */
  nowhere(): Promise<Place>
  connect(port: number): Promise<'refused' | 'reset' | SuiteClient>
  /** Another program takes the port; the result gives it back. */
  occupy(port: number): Promise<() => Promise<void>>
  /** Lets time pass until it holds; fails when it does not. */
  until(what: string, holds: () => boolean): Promise<void>
  settle<T>(work: Promise<T>): Promise<T>
}

interface Place {
  readonly host: string
  readonly port: number
}

const never = new AbortController().signal

/** What was done with leases, in order: `a answered`. */
class Leases {
  readonly said: string[] = []
  readonly flows: Flow[] = []

  lease(task: string, place: Place): Lease {
    const say = (word: string): void => void this.said.push(`${task} ${word}`)
    return {
      task,
      ...place,
      isCurrent: () => true,
      opened: (flow) => {
        this.flows.push(flow)
        say('opened')
      },
      answered: () => say('answered'),
      failed: () => say('failed'),
      release: () => say('released'),
    }
  }
}

export function portServerSuite(name: string, create: (context: TestContext) => PortServerSubject | Promise<PortServerSubject>): void {
  const promise = (sentence: string, check: (subject: PortServerSubject, port: ListenPort) => Promise<void>): void => {
    test(`${name} port server: ${sentence}`, async (context) => {
      const subject = await create(context)
      const publishedPort = await subject.freePort()
      await subject.settle(check(subject, { protocol: 'TCP', publishedPort }))
    })
  }
  const connected = async (subject: PortServerSubject, port: ListenPort): Promise<SuiteClient> => {
    const outcome = await subject.connect(port.publishedPort)
    assert.ok(typeof outcome !== 'string', `it was ${outcome}`)
    return outcome
  }

  promise('a client reaches the task that was chosen, and the lease ends with it', async (subject, port) => {
    const leases = new Leases()
    const places = [await subject.startTask('a'), await subject.startTask('b')]
    let turn = 0
    const choose = (): Lease | undefined => {
      const at = turn++ % 2
      return places[at] === undefined ? undefined : leases.lease('ab'[at] ?? '', places[at])
    }
    const listener = await subject.server.listen(port, choose, never)
    const clients = [await connected(subject, port), await connected(subject, port), await connected(subject, port)]
    assert.deepEqual(
      clients.map(({ task }) => task),
      ['a', 'b', 'a'],
    )
    for (const client of clients) client.close()
    await subject.until('all leases are released', () => leases.said.filter((word) => word.endsWith('released')).length === 3)
    assert.deepEqual(leases.said.slice(0, 2), ['a opened', 'a answered'])
    assert.equal(leases.said.length, 9)
    listener.close()
  })

  promise('a task that refuses has failed, and the choice is asked again with its name', async (subject, port) => {
    const leases = new Leases()
    const [nowhere, place] = [await subject.nowhere(), await subject.startTask('b')]
    const asked: string[] = []
    const listener = await subject.server.listen(
      port,
      (tried) => {
        asked.push(tried.join(' '))
        return tried.length < 2 ? leases.lease(`dead-${tried.length}`, nowhere) : leases.lease('b', place)
      },
      never,
    )
    const client = await connected(subject, port)
    assert.equal(client.task, 'b')
    assert.deepEqual(asked, ['', 'dead-0', 'dead-0 dead-1'])
    assert.deepEqual(leases.said, ['dead-0 failed', 'dead-1 failed', 'b opened', 'b answered'])
    client.close()
    listener.close()
  })

  promise('while nobody is chosen clients are reset, and the port stays open', async (subject, port) => {
    const leases = new Leases()
    let place: Place | undefined
    const listener = await subject.server.listen(port, () => (place === undefined ? undefined : leases.lease('a', place)), never)
    assert.equal(await subject.connect(port.publishedPort), 'reset')
    assert.equal(await subject.connect(port.publishedPort), 'reset')
    place = await subject.startTask('a')
    const client = await connected(subject, port)
    client.close()
    listener.close()
  })

  promise(
    'a listener that was closed refuses clients and leaves those that it has; the port can be opened again',
    async (subject, port) => {
      const leases = new Leases()
      const place = await subject.startTask('a')
      const listener = await subject.server.listen(port, () => leases.lease('a', place), never)
      const client = await connected(subject, port)
      listener.close()
      assert.equal(await subject.connect(port.publishedPort), 'refused')
      const again = await subject.server.listen(port, () => undefined, never)
      assert.equal(await subject.connect(port.publishedPort), 'reset')
      assert.ok(client.isOpen)
      client.close()
      await subject.until('the lease is released', () => leases.said.at(-1) === 'a released')
      again.close()
    },
  )

  promise('a flow that is closed ends for its client, too', async (subject, port) => {
    const leases = new Leases()
    const place = await subject.startTask('a')
    const listener = await subject.server.listen(port, () => leases.lease('a', place), never)
    const client = await connected(subject, port)
    leases.flows[0]?.close()
    leases.flows[0]?.close()
    await subject.until('the client sees the end', () => !client.isOpen)
    await subject.until('the lease is released', () => leases.said.at(-1) === 'a released')
    assert.equal(leases.said.filter((word) => word === 'a released').length, 1)
    listener.close()
  })

  promise('a port that another program has is refused with a sentence, and opens once it is free', async (subject, port) => {
    const giveBack = await subject.occupy(port.publishedPort)
    await assert.rejects(
      subject.server.listen(port, () => undefined, never),
      new RegExp(`port ${port.publishedPort}/tcp is in use`, 'i'),
    )
    await giveBack()
    const listener = await subject.server.listen(port, () => undefined, never)
    assert.equal(await subject.connect(port.publishedPort), 'reset')
    listener.close()
  })
}
