// What tests of sessions stand on.

import assert from 'node:assert/strict'
import type { Task } from '../../../api/objects.ts'
import type { ManagerMessage } from '../../../api/session.ts'
import type { FrameStream, Peer, Transport } from '../../../effects/effects.ts'
import { createMemoryStore } from '../../../store/mvcc/memory-store.ts'
import { EventLog } from '../../events.ts'
import { ExecBroker } from '../../exec.ts'
import { LogBroker } from '../../logs.ts'
import { StatsBroker } from '../../stats.ts'
import { streamPair } from '../../testdata/streams.ts'
import { countingRandom, settle, silentLog, TestClock } from '../../testdata/world.ts'
import { Dispatcher } from '../dispatcher.ts'

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

/** What every agent here says of its machine. */
export const description = {
  hostname: 'host-1',
  platform: { os: 'linux', arch: 'amd64' },
  resources: { cpus: 4, memoryBytes: 1 },
  executor: 'simulated' as const,
}

export function task(name: string, state: Task['status']['state'] = 'Assigned', nodeName = 'n1'): Task {
  return {
    kind: 'Task',
    metadata: { name, resourceVersion: 0, createdAt: 0 },
    spec: { service: 'web', serviceUid: 'u', slot: 1, revision: 'web-r', attempt: 1, desired: 'Running', nodeName },
    status: { state, at: 1 },
  }
}

/** A dispatcher and the brokers beside it, over one service and the node `n1`; agents join by hand. */
export async function createCluster() {
  const clock = new TestClock()
  const store = createMemoryStore()
  const handlers = new Map<string, Handler>()
  const signal = new AbortController().signal
  const transport: Transport = {
    serve(protocol, handler, until) {
      handlers.set(protocol, handler)
      return new Promise((resolve) => until.addEventListener('abort', () => resolve()))
    },
    connect: () => Promise.reject(new Error('not used')),
  }
  const metadata = (name: string) => ({ name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 })
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Cluster', metadata: metadata('default'), spec: { heartbeatPeriod: '2s' }, status: {} } },
      { op: 'create', object: { kind: 'Node', metadata: metadata('n1'), spec: {}, status: {} } },
      {
        op: 'create',
        object: {
          kind: 'Service',
          metadata: { ...metadata('web'), uid: 'u', labels: { a: 'b' } },
          spec: { template: { image: 'x' } },
          status: {},
        },
      },
      {
        op: 'create',
        object: {
          kind: 'Revision',
          metadata: metadata('web-r'),
          spec: { service: 'web', serviceUid: 'u', number: 1, template: { image: 'x' } },
          status: {},
        },
      },
    ],
  })
  const events = new EventLog(clock)
  const logged: string[] = []
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}) => void logged.push(`${message} ${fields['object']}`)
  const deps = { store, clock, random: countingRandom(), log: { ...silentLog, info: write, warn: write }, transport }
  const stop = new AbortController()
  const dispatcher = new Dispatcher({ ...deps, events: events.recorder('agent'), address: 'm:1' })
  const broker = new LogBroker({ ...deps, requestStream: (...request) => dispatcher.requestStream(...request) })
  const exec = new ExecBroker({
    ...deps,
    events: events.recorder('exec'),
    requestStream: (...request) => dispatcher.requestStream(...request),
  })
  const stats = new StatsBroker({ ...deps, requestStream: (...request) => dispatcher.requestStream(...request) })
  const running = [dispatcher.run(stop.signal), broker.run(stop.signal), exec.run(stop.signal), stats.run(stop.signal)]
  const open = (protocol: string, peer: string | Peer): FrameStream => {
    const { agent, manager } = streamPair(peer)
    void handlers.get(protocol)?.(manager, signal)
    return agent
  }
  const join = async (nodeName = 'n1', peer: string | Peer = nodeName, sessionId?: string) => {
    const stream = open('dispatcher', peer)
    const heard: ManagerMessage[] = []
    const reading = (async () => {
      for await (const frame of stream.frames()) heard.push(JSON.parse(Buffer.from(frame).toString()))
    })()
    const say = async (message: object) => {
      await stream.send(Buffer.from(JSON.stringify(message)))
      await settle()
    }
    await say({ type: 'hello', nodeName, description, ...(sessionId === undefined ? {} : { sessionId }) })
    await settle()
    const sessionOf = () => heard.flatMap((message) => (message.type === 'session' ? [message.sessionId] : []))[0]
    const assignments = () => heard.flatMap((message) => (message.type === 'assignments' ? [message] : []))
    return { heard, say, stream, reading, assignments, sessionOf }
  }
  const create = (object: Task) => store.commit({ writes: [{ op: 'create', object }] })
  const edit = (name: string, change: (stored: Task) => Task) => {
    const stored = store.view.get('Task', name)
    assert.ok(stored)
    return store.commit({ writes: [{ op: 'update', object: change(stored) }] })
  }
  return { clock, store, events, logged, dispatcher, broker, stats, exec, stop, running, join, open, create, edit }
}
