// The conversation between an agent and a manager, as JSON frames on one FrameStream of protocol
// `dispatcher`. The agent speaks first (Hello). What a task needs is resolved on the manager: an
// assignment carries the template, not a reference, so an agent never reads the store.

import type { ReachRequest } from './exec.ts'
import type { Objects, TaskTemplate } from './objects.ts'

type NodeDescription = NonNullable<Objects['Node']['status']['description']>

/** Everything an agent needs to run one task. Equal except for `desired` for the task's whole life. */
export interface Assignment {
  /** Name of the task. */
  readonly task: string
  /** Uid derived from the name (`taskUid`). */
  readonly uid: string
  readonly service: { readonly name: string; readonly uid: string; readonly labels: Readonly<Record<string, string>> }
  readonly slot?: number
  readonly attempt: number
  readonly revision: string
  readonly template: TaskTemplate
  readonly hostPorts?: readonly { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly targetPort: number; readonly publishedPort: number }[]
  /**
   * Ports of the service that its tasks serve without binding a port of the node themselves (ingress), each
   * once. An executor without addresses of its own gives each of them a free port of the node.
   */
  readonly targetPorts?: readonly { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly targetPort: number }[]
  /** The networks that the template names, as far as they exist. */
  readonly networks?: Readonly<Record<string, Objects['Network']['spec']>>
  readonly assignedGeneric?: Readonly<Record<string, string>>
  readonly desired: Objects['Task']['spec']['desired']
  /** Observed state that the manager has. The agent's own record wins when it is later. */
  readonly status: Objects['Task']['status']
}

export interface PayloadName {
  readonly kind: 'Secret' | 'Config'
  readonly name: string
}

/**
 * The bytes of one secret or config, base64. Never part of an assignment: assignments are kept on the
 * agent's disk, and these are not. `missing` says why there is nothing to give.
 */
export type Payload = PayloadName & ({ readonly data: string; readonly template?: 'golang' } | { readonly missing: string })

export interface StatusReport {
  readonly task: string
  readonly status: Objects['Task']['status']
}

/** A port of the cluster that every agent listens on (publish mode Ingress). */
export interface IngressPort {
  readonly protocol: 'TCP' | 'UDP'
  readonly publishedPort: number
  /** Port of the task; where the task has no address of its own, its status says which port of the node leads there. */
  readonly targetPort: number
  /** Tell the task who connected, ahead of the first byte. */
  readonly proxyProtocol?: 'V2'
}

/** A task that may be given connections: it runs, is healthy, and is to go on. Where it answers, its own node knows. */
export interface Endpoint {
  readonly task: string
  readonly node: string
}

/** What changed of who serves the ingress ports of one service. `ports` is whole each time. */
export interface EndpointsUpdate {
  readonly service: string
  readonly uid: string
  readonly ports: readonly IngressPort[]
  /** May name one that is known already. */
  readonly added: readonly Endpoint[]
  /** Names of tasks; may name one that is not known. */
  readonly removed: readonly string[]
}

/** Why an agent does not listen on a port. It goes on trying. */
export interface PortProblem {
  /** Uid of the service. */
  readonly service: string
  readonly protocol: 'TCP' | 'UDP'
  readonly publishedPort: number
  /** One sentence for people, without the name of the node. */
  readonly message: string
}

export type AgentMessage =
  | { readonly type: 'hello'; readonly nodeName: string; readonly sessionId?: string; readonly description: NodeDescription }
  /** Instead of hello, on a stream of its own: nothing runs on the node any more, and it will not come back. Answered with `ack` 0. */
  | { readonly type: 'leave'; readonly nodeName: string }
  | { readonly type: 'heartbeat' }
  /** Answered with `ack` of the same number once it is committed (or dropped as late or unknown). */
  | { readonly type: 'status'; readonly number: number; readonly reports: readonly StatusReport[] }
  | { readonly type: 'description'; readonly description: NodeDescription }
  /** Facts for people about a task of this node (an ignored image, a failed health check). */
  | {
      readonly type: 'event'
      readonly task: string
      readonly level: 'Normal' | 'Warning'
      readonly reason: string
      readonly message: string
    }
  /**
   * All endpoints up to `version` count from here on: no new connection goes to a task that was removed by then.
   * Again, with the same version, when the problems change. `problems` has all there are.
   */
  | { readonly type: 'served'; readonly version: number; readonly problems: readonly PortProblem[] }

export type ManagerMessage =
  /** First answer to hello; again whenever the node object, the list of managers or what nodes trust changes. */
  | {
      readonly type: 'session'
      readonly sessionId: string
      readonly node: { readonly name: string; readonly hostname: string; readonly labels: Readonly<Record<string, string>> }
      readonly managers: readonly string[]
      /** PEM: all roots to trust. Absent before the cluster has one. */
      readonly roots?: string
      /** What the node shall be: one whose certificate says otherwise gets another. */
      readonly role?: 'Worker' | 'Manager'
      /** The node shall get a certificate of this authority now (`issuer` of its description), unless it has one. */
      readonly renewal?: string
    }
  /** Wait this long before the next heartbeat. */
  | { readonly type: 'heartbeat'; readonly periodMs: number }
  | { readonly type: 'ack'; readonly number: number }
  /**
   * `complete` lists all tasks of the node that an agent has to know, and `appliesTo` is ''.
   * `incremental` continues the chain; a broken chain makes the agent reconnect.
   */
  | {
      readonly type: 'assignments'
      readonly mode: 'complete' | 'incremental'
      readonly appliesTo: string
      readonly resultsIn: string
      readonly update: readonly Assignment[]
      readonly remove: readonly string[]
    }
  /**
   * Who serves the ingress ports, as of index `version` of the store. `complete` comes once, early in the session, and
   * replaces what the agent knew; `remove` has uids of services that publish nothing any more.
   */
  | {
      readonly type: 'endpoints'
      readonly mode: 'complete' | 'incremental'
      readonly version: number
      readonly update: readonly EndpointsUpdate[]
      readonly remove: readonly string[]
    }
  /**
   * Told before the first assignment of the session that uses it. What an agent was not told by the time
   * of a `complete` list, none of its tasks uses.
   */
  | { readonly type: 'payload'; readonly payload: Payload }
  /** No task of the node uses these any more. */
  | { readonly type: 'forget'; readonly payloads: readonly PayloadName[] }
  /**
   * The agent opens a stream of protocol `logs`, sends `{ id }` as its first frame, then one LogLine per
   * frame, and closes it when there is no more to say. The manager closing it means: stop.
   */
  | { readonly type: 'logs'; readonly id: string; readonly task: string; readonly options: LogOptions }
  /**
   * The agent opens a stream of protocol `exec`, sends `{ id }` as its first frame, then frames of
   * `api/exec.ts` go both ways. Either side closing it ends the command, and leaves the task's own program alone. Only
   * agents of `attachesToTasks` are asked to attach.
   */
  | { readonly type: 'exec'; readonly id: string; readonly task: string; readonly request: ReachRequest }
  /** The agent opens a stream of protocol `stats`, sends `{ id }`, then `{ stats }` with those of all its running tasks, and closes it. */
  | { readonly type: 'stats'; readonly id: string }
  /** Then the stream is closed. `retry` false: do not come back (the node was removed). `leader`: address of the manager to ask instead. */
  | { readonly type: 'refused'; readonly reason: string; readonly message: string; readonly retry: boolean; readonly leader?: string }

export interface LogLine {
  readonly task: string
  readonly stream: 'stdout' | 'stderr'
  /** ms since 1970. */
  readonly at: number
  readonly text: string
}

export interface LogOptions {
  /** Lines from the end; all when left out. */
  readonly tail?: number
  /** ms since 1970. */
  readonly since?: number
  readonly follow?: boolean
}

/** What a client asks for. */
export interface LogQuery extends LogOptions {
  /** Not of the tasks that are there now, but of those that were in their slots before. */
  readonly previous?: boolean
}
