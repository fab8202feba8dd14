// What opens the published ports of a node and carries what comes in to tasks. agent/proxy does it with
// sockets, the simulator without; both pass `port-server.suite.ts`. It decides nothing: for every client
// it asks which task is next, and says what came of it.

/** One listener of the node. */
export interface ListenPort {
  readonly protocol: 'TCP' | 'UDP'
  readonly publishedPort: number
}

/** A client that a task serves: a TCP connection, or what one UDP client and one task say to each other. */
export interface Flow {
  /** Since the last byte in either direction. */
  idleMs(): number
  /**
   * `Asked`: the client spoke last, so the task may be at work for it; not where nobody can expect an answer.
   * `Answering`: there are bytes for the client that it does not take yet. Otherwise the flow is at rest.
   */
  state(): 'AtRest' | 'Asked' | 'Answering'
  /** As gently as the protocol can: what is on its way to the client still arrives. The second call does not wait for that. */
  close(): void
}

/**
 * One try with one task, which counts as a flow of it from the choice on, so that nobody stops the task while
 * the connection is being made. Ends with either `failed` or `release`, called once.
 */
export interface Lease {
  readonly task: string
  readonly host: string
  readonly port: number
  /** Tell the task who the client is, ahead of the first byte. */
  readonly proxyProtocol?: 'V2'
  /** False once the task is to get nothing new: a UDP client that goes on talking then gets another one. */
  isCurrent(): boolean
  opened(flow: Flow): void
  /** It has shown that it serves: earlier failures do not count. */
  answered(): void
  /** It refused, or did not answer within `connectLimitMs` and there was another one. Not for faults of our own, such as too few file descriptors. */
  failed(): void
  release(): void
}

/** Who gets the client, given the tasks that failed for it before; `undefined`: nobody, so it is turned away. */
export type Choose = (tried: readonly string[]) => Lease | undefined

export interface Listener {
  /** The port is free as soon as this returns. TCP connections go on; UDP has no way to answer without its port. */
  close(): void
}

export interface PortServer {
  /**
   * Resolves once the port is open, and then serves it until it is closed. While `choose` has nobody, TCP clients
   * are reset and datagrams dropped. Rejects with an Error whose message is a sentence for people that names cause
   * and remedy.
   */
  listen(port: ListenPort, choose: Choose, signal: AbortSignal): Promise<Listener>
}

/** A task of this node answers at once, or is too busy: then another one is tried, if there is one. */
export const connectLimitMs = 250
/** Tasks that one client is tried with. */
export const maxTries = 3
