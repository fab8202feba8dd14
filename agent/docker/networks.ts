// The networks of this node's containers: made when a container first needs one, removed with the last
// container that does.

import { FatalTaskError } from '../executor.ts'
import { type Attachment, labels, type Owner } from './container-options.ts'
import { type Container, type Engine, EngineError } from './engine.ts'

/** What an engine answers about a name that several networks have. */
const ambiguous = 400

export class Networks {
  readonly #engine: Engine
  readonly #owner: Owner
  /** Networks that a container is being made for. */
  readonly #held = new Map<string, number>()
  /** Networks are made and removed one at a time: asked twice at once, an engine makes two of one name. */
  #turn: Promise<void> = Promise.resolve()

  constructor(engine: Engine, owner: Owner) {
    this.#engine = engine
    this.#owner = owner
  }

  /** While `work` goes on these networks are not removed. */
  async hold<T>(attachments: readonly Attachment[], work: () => Promise<T>): Promise<T> {
    const count = (by: number): void => {
      for (const { name } of attachments) {
        const holders = (this.#held.get(name) ?? 0) + by
        if (holders > 0) this.#held.set(name, holders)
        else this.#held.delete(name)
      }
    }
    count(1)
    try {
      return await work()
    } finally {
      count(-1)
    }
  }

  async ensure(attachments: readonly Attachment[]): Promise<void> {
    for (const attachment of attachments) await this.#inTurn(() => this.#ensure(attachment))
  }

  /** Engines before API 1.44 take one network at creation, so further ones are attached afterwards. */
  async attach(container: Container, attachments: readonly Attachment[]): Promise<void> {
    for (const { name, endpoint } of attachments)
      if (container.addresses[name] === undefined) await this.#engine.connectNetwork(name, container.id, endpoint)
  }

  /** After a container of this node is gone: removes those of its networks that no other container has. */
  async release(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#inTurn(() => this.#release(name))
  }

  /** Those of this node that no container has. */
  async releaseUnused(): Promise<void> {
    await this.release((await this.#engine.networks({ label: [this.#ownLabel] })).map(({ name }) => name))
  }

  get #ownLabel(): string {
    return `${labels.node}=${this.#owner.nodeId}`
  }

  async #ensure({ name, create }: Attachment): Promise<void> {
    if ((await this.#labelsOf(name)) !== undefined) return
    if (create === undefined) throw new FatalTaskError(`this node has no network ${name}`)
    await this.#engine.createNetwork(create)
  }

  async #release(name: string): Promise<void> {
    const found = await this.#labelsOf(name)
    if (found?.[labels.node] !== this.#owner.nodeId || this.#held.has(name)) return
    if ((await this.#engine.containers({ network: [name] })).length > 0) return
    await this.#remove(name)
  }

  /**
   * An engine that did not answer in time carries out what it was asked all the same: asked again, it has two networks of one name,
   * and does not say which is meant. So those of ours that nobody uses go, the newest first, until one is left.
   */
  async #labelsOf(name: string): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      return await this.#engine.network(name)
    } catch (error) {
      if (!(error instanceof EngineError) || error.status !== ambiguous) throw error
      const similar = await this.#engine.networks({ name: [name], label: [this.#ownLabel] })
      const twins = similar.filter((each) => each.name === name)
      let left = twins.length
      for (const { id } of twins.toReversed()) if (left > 1 && (await this.#remove(id))) left -= 1
      return await this.#engine.network(name)
    }
  }

  /** Whether it is gone by this; otherwise it is in use, or was gone. */
  async #remove(network: string): Promise<boolean> {
    try {
      await this.#engine.removeNetwork(network)
      return true
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      return false
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {}) // Whoever asked learns of the failure.
    return done
  }
}
