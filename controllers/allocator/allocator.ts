// Gives services their published ports and lets their tasks go on from New to Pending once nothing they
// need is missing. It handles every task of the cluster, so it looks only at those that are New. Networks
// need no addresses yet: when they do, a task will also wait for its own here (`Task.spec.network`).

import { contentHash } from '../../api/content-name.ts'
import { reasonOf } from '../../api/errors.ts'
import type { Service, Task } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { isWanted } from '../../api/task.ts'
import { firstDynamicPort, PortTable } from '../../network/ports.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'

type AllocatorDeps = Pick<ControllerDeps, 'store' | 'clock' | 'log'>

/** Commits under way at the same time. */
const maxOutstanding = 1000
const retryMs = 10
const key = ['allocate']
const none: readonly string[] = []

/** Everything is one key, `allocate`: numbers are handed out by one hand. Make a new one for each term of leadership. */
export function allocatorController(deps: AllocatorDeps): Controller {
  const allocator = new Allocator(deps)
  return {
    name: 'allocator',
    watches: {
      Task: (task) => allocator.taskChanged(task),
      Service: (service, previous) => allocator.serviceChanged(service, previous),
    },
    writes: { Task: ['spec.network', 'status'], Service: ['status.endpoint', 'status.conditions.PortsAllocated'] },
    reconcile: (_, signal) => allocator.pass(signal),
  }
}

class Allocator {
  readonly #deps: AllocatorDeps
  /** Of this cluster, from the first pass on. */
  #ports = new PortTable()
  readonly #newTasks = new Set<string>()
  readonly #changedServices = new Set<string>()
  /** Services whose ports another service has; tried again when numbers become free. */
  readonly #refused = new Set<string>()
  #restored = false
  /** By object, since it is asked for each task: a service that changes is another object. */
  readonly #allocated = new WeakMap<Service, boolean>()

  constructor(deps: AllocatorDeps) {
    this.#deps = deps
  }

  taskChanged(task: Task): readonly string[] {
    if (task.status.state !== 'New') return none
    this.#newTasks.add(task.metadata.name)
    return key
  }

  serviceChanged(service: Service, previous: Service | undefined): readonly string[] {
    const isDeleted = this.#deps.store.view.get('Service', service.metadata.name)?.metadata.uid !== service.metadata.uid
    const isSame = service.spec.endpoint === previous?.spec.endpoint && service.status.endpoint === previous?.status.endpoint
    if (previous !== undefined && !isDeleted && isSame) return none
    this.#changedServices.add(service.metadata.name)
    return key
  }

  async pass(signal: AbortSignal): Promise<Result> {
    this.#restore()
    const services = this.#dueServices()
    await this.#inLanes(services, signal, (name) => this.#allocateService(name))
    const tasks = [...this.#newTasks]
    this.#newTasks.clear()
    await this.#releaseTasks(tasks)
    return this.#changedServices.size > 0 || this.#newTasks.size > 0 ? { requeueAfterMs: retryMs } : {}
  }

  /** What the store says is assigned counts before anything new is handed out. */
  #restore(): void {
    if (this.#restored) return
    this.#restored = true
    const { view } = this.#deps.store
    const cluster = view.get('Cluster', 'default')
    if (cluster !== undefined) this.#ports = new PortTable(firstDynamicPort(cluster.metadata.uid))
    for (const { metadata, status } of view.list('Service')) {
      if (status.endpoint?.ports !== undefined) this.#ports.restore(metadata.name, status.endpoint.ports)
    }
  }

  #dueServices(): readonly string[] {
    const { view } = this.#deps.store
    const due = [...this.#changedServices].sort()
    this.#changedServices.clear()
    let freed = false
    for (const name of due) if (view.get('Service', name) === undefined && this.#ports.release(name)) freed = true
    const live = due.filter((name) => view.get('Service', name) !== undefined)
    const shrinks = live.some((name) => (view.get('Service', name)?.status.endpoint?.ports ?? []).length > 0)
    // Services that give numbers back go first, then those that were refused.
    return freed || shrinks ? [...new Set([...live, ...[...this.#refused].sort()])] : live
  }

  async #allocateService(name: string): Promise<void> {
    const { store } = this.#deps
    const service = store.view.get('Service', name)
    this.#refused.delete(name)
    if (service === undefined || isAllocated(service)) return
    const wanted = service.spec.endpoint?.ports ?? []
    const ports = this.#ports.assign(name, wanted)
    if (typeof ports === 'string') {
      this.#refused.add(name)
      await this.#writeService(service, { ...withoutEndpoint(service), conditions: withCondition(service, ports) })
      return
    }
    const endpoint = { observedPorts: contentHash(wanted), ports: [...ports] }
    const conditions = service.status.conditions?.filter(({ type }) => type !== 'PortsAllocated')
    await this.#writeService(service, { ...service.status, endpoint, ...(conditions === undefined ? {} : { conditions }) })
    // Tasks that waited for this are New still, and nothing about them has changed.
    for (const task of store.view.tasksOfService(service.metadata.uid))
      if (task.status.state === 'New') this.#newTasks.add(task.metadata.name)
  }

  async #writeService(service: Service, status: Service['status']): Promise<void> {
    const same = contentHash(status) === contentHash(service.status)
    if (same) return
    try {
      await this.#deps.store.commit({ writes: [{ op: 'update', object: { ...service, status } }] })
    } catch (error) {
      this.#changedServices.add(service.metadata.name)
      throw error
    }
  }

  /** What was refused is tried again. */
  async #releaseTasks(names: readonly string[]): Promise<void> {
    const left = new Map<Commit, string>()
    for (const name of names) {
      const released = this.#released(name)
      if (released !== undefined) left.set({ writes: [{ op: 'update', object: released }] }, name)
    }
    try {
      await commitEach(this.#deps.store, [...left.keys()], (commit) => left.delete(commit))
    } catch (error) {
      if (reasonOf(error) === undefined) throw error
      this.#deps.log.debug('Put off changes that were not committed', { count: left.size, reason: reasonOf(error) })
    } finally {
      for (const name of left.values()) this.#newTasks.add(name)
    }
  }

  /** The task when nothing that it needs is missing; undefined when something is, or it has gone on already. */
  #released(name: string): Task | undefined {
    const { store, clock } = this.#deps
    const task = store.view.get('Task', name)
    if (task === undefined || task.status.state !== 'New' || isWanted(task, 'Shutdown')) return undefined
    const service = store.view.get('Service', task.spec.service)
    if (service === undefined || service.metadata.uid !== task.spec.serviceUid || !this.#isAllocated(service)) return undefined
    const hostPorts = store.view.get('Revision', task.spec.revision)?.spec.hostPorts ?? []
    const spec = hostPorts.length === 0 ? task.spec : { ...task.spec, network: { ...task.spec.network, ports: [...hostPorts] } }
    const status = { ...task.status, state: 'Pending' as const, at: clock.wallMs(), message: 'waiting for a node' }
    return { ...task, spec, status }
  }

  #isAllocated(service: Service): boolean {
    const known = this.#allocated.get(service)
    if (known !== undefined) return known
    const answer = isAllocated(service)
    this.#allocated.set(service, answer)
    return answer
  }

  /** A refused commit left its name to be tried again; the others go on. */
  async #inLanes(names: readonly string[], signal: AbortSignal, step: (name: string) => Promise<void>): Promise<void> {
    let next = 0
    const lane = async (): Promise<void> => {
      for (let name = names[next++]; name !== undefined && !signal.aborted; name = names[next++]) {
        try {
          await step(name)
        } catch (error) {
          if (reasonOf(error) === undefined) throw error
          this.#deps.log.debug('Put off a change that was not committed', { name, reason: reasonOf(error) })
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(maxOutstanding, names.length) }, lane))
  }
}

/** Its status holds the ports that its spec asks for. A service that publishes nothing needs nothing. */
function isAllocated({ spec, status }: Service): boolean {
  const wanted = spec.endpoint?.ports ?? []
  if (wanted.length === 0) return (status.endpoint?.ports ?? []).length === 0
  return status.endpoint?.observedPorts === contentHash(wanted)
}

function withoutEndpoint({ status }: Service): Service['status'] {
  const { endpoint: _, ...rest } = status
  return rest
}

function withCondition({ metadata, status }: Service, message: string): NonNullable<Service['status']['conditions']> {
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'PortsAllocated')
  const refused = {
    type: 'PortsAllocated',
    status: 'False' as const,
    reason: 'PortTaken',
    message,
    observedGeneration: metadata.generation,
  }
  return [...others, refused]
}
