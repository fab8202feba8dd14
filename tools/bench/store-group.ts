// Members of the store, each a process (store-member.ts), on loopback addresses of this machine.

import { type ChildProcess, fork } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { certificateValidity, issueNodeCertificate } from '../../ca/issue.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import { freeAddress } from '../../e2e/free-address.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import type { Member, MemberOptions } from './store-member.ts'

const deps = { keys: createKeys(), random: createRandom() }
const lookAgainMs = 20

export class StoreGroup {
  readonly directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  readonly #root = makeRootCa(deps, Date.now())
  readonly #ids: readonly string[]
  readonly #addresses: Readonly<Record<string, string>>
  readonly #processes = new Map<string, ChildProcess>()

  private constructor(addresses: Readonly<Record<string, string>>) {
    this.#addresses = addresses
    this.#ids = Object.keys(addresses)
  }

  /** Founded by the first `founders` of them. The others only have an address, until they are started. */
  static async found(founders: number, others = 0): Promise<StoreGroup> {
    const ids = Array.from({ length: founders + others }, (_, at) => `m${at + 1}`)
    const addresses = await Promise.all(ids.map(async (id, at) => [id, await freeAddress(`127.0.0.${at + 1}`)] as const))
    const group = new StoreGroup(Object.fromEntries(addresses))
    await Promise.all(ids.slice(0, founders).map((id, _, all) => group.start(id, all)))
    return group
  }

  async start(id: string, founders: readonly string[] = []): Promise<void> {
    const key = deps.keys.generate()
    const identity = { kind: 'Node', nodeId: id, role: 'Manager', clusterId: 'bench' } as const
    const certificate = issueNodeCertificate(deps, this.#root, createPublicKey(key), identity, certificateValidity(Date.now()))
    const options: MemberOptions = {
      ...{ id, founders, addresses: this.#addresses, directory: join(this.directory, id), roots: this.#root.certificate, certificate },
      key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    const started = fork(join(import.meta.dirname, 'store-member.ts'), { execArgv: ['--max-old-space-size=8000'] })
    this.#processes.set(id, started)
    await ask(started, options)
  }

  /** One call at a time for each member. */
  async call<Name extends keyof Member>(
    id: string,
    name: Name,
    ...args: Parameters<Member[Name]>
  ): Promise<Awaited<ReturnType<Member[Name]>>> {
    const member = this.#processes.get(id)
    if (member === undefined) throw new Error(`${id} does not run`)
    return (await ask(member, { name, args })) as Awaited<ReturnType<Member[Name]>>
  }

  async leader(): Promise<string> {
    for (;;) {
      for (const id of this.#ids) if (this.#processes.has(id) && (await this.call(id, 'state')).leads) return id
      await sleep(lookAgainMs)
    }
  }

  async kill(id: string): Promise<void> {
    const member = this.#processes.get(id)
    this.#processes.delete(id)
    if (member === undefined) return
    const gone = once(member, 'exit')
    member.kill('SIGKILL')
    await gone
  }

  async close(): Promise<void> {
    const gone = [...this.#processes.values()].map((member) => once(member, 'exit'))
    for (const member of this.#processes.values()) if (member.connected) member.disconnect() // Each ends by itself then.
    await Promise.all(gone)
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

function ask(member: ChildProcess, message: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`a member ended with ${code}`))
    member.once('exit', gone)
    member.once('message', (answer: { readonly result?: unknown; readonly error?: string }) => {
      member.off('exit', gone)
      if (answer.error === undefined) resolve(answer.result)
      else reject(new Error(answer.error))
    })
    member.send(message)
  })
}
