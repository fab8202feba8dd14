// A whole node, made of the parts: the same call in production and in the simulator; only the effects, the
// executor and what opens ports differ. Every node has an agent. A manager also keeps the store and serves; while it leads
// it runs the controllers and the dispatcher.
//
// Read next: controllers.ts, ../store/store.ts, ../agent/agent.ts.

import { createAgent } from '../agent/agent.ts'
import type { Executor } from '../agent/executor.ts'
import type { PortServer } from '../agent/mesh/port-server.ts'
import { StatusError } from '../api/errors.ts'
import type { Handle } from '../api/request.ts'
import { validateObject } from '../api/validate.ts'
import type { Founding } from '../controllers/bootstrap/bootstrap.ts'
import { runControllers } from '../controllers/runtime/loop.ts'
import { explainTask } from '../controllers/scheduler/explain.ts'
import { formatExplanation } from '../controllers/scheduler/explain-format.ts'
import type { Effects, FrameStream } from '../effects/effects.ts'
import { failure } from '../server/answer.ts'
import { Dispatcher } from '../server/dispatcher.ts'
import { EventLog } from '../server/events.ts'
import { ExecBroker } from '../server/exec.ts'
import { Issuer } from '../server/issuer.ts'
import { LogBroker } from '../server/logs.ts'
import { createRouter } from '../server/router.ts'
import { checkStack } from '../server/stack-admission.ts'
import { StatsBroker } from '../server/stats.ts'
import { type OpenStore, openStore, type StoreOptions } from '../store/store.ts'
import type { NodeCertificate } from './certificate.ts'
import { CertificateKeeper } from './certificate-keeper.ts'
import { createControllers } from './controllers.ts'
import type { Identity } from './identity.ts'

export interface NodeOptions {
  readonly identity: Identity
  /** State of this node: `raft/` and `agent/` are below it. */
  readonly directory: string
  readonly hostname: string
  readonly executor: Executor
  readonly portServer: PortServer
  /** Addresses of managers for the agent. Empty: this node is a manager, and its own. */
  readonly managers: readonly string[]
  /** What it has joined with, or had before. Without one it asks for one. */
  readonly certificate?: NodeCertificate
  /** Called with each that replaces it. */
  readonly onCertificate?: (certificate: NodeCertificate) => void
  /** Called with the managers that this node is told of. */
  readonly onManagers?: (managers: readonly string[]) => void
  /** Of managers: the address that other nodes are told. Its id, inside one process, when left out. */
  readonly advertise?: string
  /** Of managers: the address that users are told. */
  readonly apiAddress?: string
  /** Labels of the node object, when this is its first start. */
  readonly labels: Readonly<Record<string, string>>
  /** Settings of the cluster, when this is the first start of its first manager. */
  readonly founding?: Founding
  readonly engineLabels: Readonly<Record<string, string>>
  readonly version: string
  /** Sizes of the log, where they are not what production has. */
  readonly log?: Pick<StoreOptions, 'snapshotEntries' | 'segmentBytes'>
  /** Shortest life of a certificate, where it is not what production has. */
  readonly shortestCertificateMs?: number
}

export interface KitNode {
  readonly nodeId: string
  /** The API. A worker answers that it is none. */
  readonly handle: Handle
  /** Of managers, once recovered. */
  readonly store: OpenStore | undefined
  /** Until `signal` fires; tasks keep running then. Rejects when the node must stop: its log cannot be written, or it was removed. */
  run(signal: AbortSignal): Promise<void>
}

/** Recovers the store on a manager. Nothing runs before `run`. */
export async function createNode(effects: Effects, options: NodeOptions): Promise<KitNode> {
  const keeper = createKeeper(effects, options)
  const agent = createAgent(effects, {
    nodeName: options.identity.nodeId,
    hostname: options.hostname,
    managers: options.managers.length > 0 ? options.managers : [options.identity.nodeId],
    directory: `${options.directory}/agent`,
    executor: options.executor,
    portServer: options.portServer,
    engineLabels: options.engineLabels,
    version: options.version,
    ...(options.advertise === undefined ? {} : { managerAddress: options.advertise }),
    ...(options.apiAddress === undefined ? {} : { apiAddress: options.apiAddress }),
    certificate: keeper,
    onSession(message) {
      options.onManagers?.(message.managers)
      keeper.tell(message)
    },
  })
  const run = async (signal: AbortSignal): Promise<void> => {
    await Promise.all([agent.run(signal), keeper.run(signal)])
  }
  if (options.managers.length > 0) {
    if (options.founding?.cluster?.ca?.root !== undefined)
      throw new StatusError(
        'Conflict',
        `${options.directory} is of a worker: --ca-cert and --ca-key are for the node that founds a cluster`,
      )
    return createWorker(options, run)
  }
  const store = await openStore(effects, {
    directory: `${options.directory}/raft`,
    ...options.identity,
    ...options.log,
  })
  try {
    assertFounds(store, options)
  } catch (error) {
    await store.close()
    throw error
  }
  return createManager(effects, options, store, run)
}

/** A cluster that has its root is not given another by starting its manager with one. */
function assertFounds({ view }: OpenStore, { founding, directory }: NodeOptions): void {
  const root = founding?.cluster?.ca?.root
  const present = view.get('Cluster', 'default')?.status.ca?.certificate
  if (root === undefined || present === undefined || present === root.certificate) return
  throw new StatusError(
    'Conflict',
    `${directory} holds a cluster that has another root: start without --ca-cert and --ca-key, and change the root with 'kit swarm ca --rotate --ca-cert FILE --ca-key FILE'`,
  )
}

/** Its certificate is renewed as long as the node runs, by any manager. */
function createKeeper(effects: Effects, options: NodeOptions): CertificateKeeper {
  const { directory, certificate: first, onCertificate: onNew = () => undefined, identity } = options
  const managers = options.managers.length > 0 ? options.managers : [identity.nodeId]
  let turn = 0
  const open = (until: AbortSignal): Promise<FrameStream> =>
    effects.transport.connect(managers[turn++ % managers.length] ?? '', 'join', until)
  return new CertificateKeeper(effects, { directory, first, open, onNew })
}

function createWorker({ identity }: NodeOptions, runBeside: (signal: AbortSignal) => Promise<void>): KitNode {
  const refusal = new StatusError('NotLeader', 'this node is a worker: ask a manager')
  return {
    nodeId: identity.nodeId,
    handle: () => Promise.resolve(failure(refusal)),
    store: undefined,
    run: runBeside,
  }
}

function createManager(
  effects: Effects,
  options: NodeOptions,
  store: OpenStore,
  runBeside: (signal: AbortSignal) => Promise<void>,
): KitNode {
  const { clock, random, keys, log, transport } = effects
  const { nodeId, clusterId } = options.identity
  const events = new EventLog(clock, (kind, name) => {
    const metadata = store.view.get(kind, name)?.metadata
    return metadata !== undefined && 'uid' in metadata ? metadata.uid : undefined
  })
  const dispatcher = new Dispatcher({
    store,
    clock,
    random,
    log,
    transport,
    events: events.recorder('agent'),
    managers: () => [options.advertise ?? nodeId],
  })
  const broker = new LogBroker({ store, clock, random, transport, requestStream: (...request) => dispatcher.requestStream(...request) })
  const { shortestCertificateMs: shortestLifeMs } = options
  const issuer = new Issuer({
    ...{ store, clock, random, keys, log, transport, events: events.recorder('issuer'), clusterId, roles: ['Worker'] },
    ...(shortestLifeMs === undefined ? {} : { shortestLifeMs }),
  })
  const stats = new StatsBroker({ clock, random, transport, requestStream: (...request) => dispatcher.requestStream(...request) })
  const exec = new ExecBroker({
    store,
    clock,
    random,
    transport,
    events: events.recorder('exec'),
    requestStream: (...request) => dispatcher.requestStream(...request),
  })
  const { handle } = createRouter({
    store,
    clock,
    random,
    log,
    events,
    admission: { validate: validateObject, checkStack },
    version: options.version,
    notReady() {
      if (!store.status().leads) return 'this manager does not lead'
      return dispatcher.hasReported(nodeId) ? undefined : 'the tasks of this node have not been looked at yet'
    },
    logs: (of, logOptions, signal) => broker.read(of, logOptions, signal),
    stats: (nodeName) => stats.read(nodeName),
    exec: (task, command, who, signal) => exec.open(task, command, who, signal),
    explainTask(view, name) {
      const explanation = explainTask(view, name)
      return explanation === undefined ? undefined : { ...explanation, text: formatExplanation(explanation) }
    },
  })

  /** Everything that only the leader does, until it no longer leads. */
  async function lead(signal: AbortSignal): Promise<void> {
    const { controllers, index } = createControllers({
      store,
      clock,
      log,
      random,
      keys,
      events,
      liveness: dispatcher,
      nodeId,
      clusterId,
      nodeLabels: options.labels,
      founding: options.founding ?? {},
    })
    const unsubscribe = store.subscribe((batch) => index.apply(batch))
    try {
      await Promise.all([
        runControllers(controllers, { store, clock, log }, signal),
        dispatcher.run(signal),
        broker.run(signal),
        issuer.run(signal),
        exec.run(signal),
        stats.run(signal),
      ])
    } finally {
      unsubscribe()
    }
  }

  return {
    nodeId,
    handle,
    store,
    async run(signal) {
      const stop = new AbortController()
      const all = AbortSignal.any([signal, stop.signal])
      const broken = store.fatal.then((error) => {
        throw error
      })
      try {
        await Promise.race([Promise.all([whileLeading(store, lead, all), runBeside(all)]), broken])
      } finally {
        stop.abort()
        await store.close()
      }
    },
  }
}

/** Runs `lead` in each term that this node leads, one after the other. Ends with `signal`. */
async function whileLeading(store: OpenStore, lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await leadership(store, true, signal)
    if (signal.aborted) return
    const term = new AbortController()
    const lost = leadership(store, false, signal).then(() => term.abort())
    await lead(term.signal)
    await lost
  }
}

/** Resolves when leading is `wanted`, or `signal` fires. */
function leadership(store: OpenStore, wanted: boolean, signal: AbortSignal): Promise<void> {
  if (store.status().leads === wanted || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const unsubscribe = store.onLeadership((leads) => {
      if (leads === wanted) done()
    })
    const done = (): void => {
      unsubscribe()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
