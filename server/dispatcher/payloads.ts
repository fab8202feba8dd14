// Which secrets and configs an agent has been told, and which of its tasks use each: it gets what they
// use, before they need it, and forgets what none of them uses any more. One ledger per session.

import type { Task } from '../../api/objects.ts'
import type { Payload, PayloadName } from '../../api/session.ts'
import type { StoreView } from '../../api/store.ts'
import { isEnded } from '../../api/task.ts'

interface Entry {
  readonly payload: PayloadName
  readonly users: Set<string>
  /** Uid of the object that the agent was told; empty for one that was missing. */
  told: string | undefined
}

/** What a task on its node refers to. One that has ended needs nothing more. */
export function payloadsOf(view: StoreView, task: Task | undefined): readonly PayloadName[] {
  if (task === undefined || isEnded(task)) return []
  const { secrets = [], configs = [] } = view.get('Revision', task.spec.revision)?.spec.template ?? {}
  return [
    ...secrets.map(({ source }) => ({ kind: 'Secret', name: source }) as const),
    ...configs.map(({ source }) => ({ kind: 'Config', name: source }) as const),
  ]
}

export class PayloadLedger {
  readonly #entries = new Map<string, Entry>()
  readonly #uses = new Map<string, ReadonlySet<string>>()
  /** Entries whose users have changed since the agent was told. */
  readonly #touched = new Set<string>()

  /** From now on the task uses these and no others. */
  note(task: string, payloads: readonly PayloadName[]): void {
    const before = this.#uses.get(task) ?? new Set()
    if (before.size === 0 && payloads.length === 0) return
    const now = new Map(payloads.map((payload) => [`${payload.kind}/${payload.name}`, payload]))
    for (const key of before) {
      if (now.has(key)) continue
      this.#entries.get(key)?.users.delete(task)
      this.#touched.add(key)
    }
    for (const [key, payload] of now) {
      if (before.has(key)) continue
      const entry = this.#entries.get(key) ?? { payload, users: new Set(), told: undefined }
      entry.users.add(task)
      this.#entries.set(key, entry)
      this.#touched.add(key)
    }
    if (now.size === 0) this.#uses.delete(task)
    else this.#uses.set(task, new Set(now.keys()))
  }

  /** What has to be told and forgotten now. Afterwards it counts as done: a session in which it cannot be sent is over. */
  take(view: StoreView): { readonly tell: readonly Payload[]; readonly forget: readonly PayloadName[] } {
    const tell: Payload[] = []
    const forget: PayloadName[] = []
    for (const key of this.#touched) {
      const entry = this.#entries.get(key)
      if (entry === undefined) continue
      if (entry.users.size === 0) {
        this.#entries.delete(key)
        if (entry.told !== undefined) forget.push(entry.payload)
        continue
      }
      const uid = view.get(entry.payload.kind, entry.payload.name)?.metadata.uid ?? ''
      if (uid === entry.told) continue // Another object of that name is another payload.
      entry.told = uid
      tell.push(read(view, entry.payload))
    }
    this.#touched.clear()
    return { tell, forget }
  }
}

function read(view: StoreView, payload: PayloadName): Payload {
  const { kind, name } = payload
  const what = `${kind.toLowerCase()} "${name}"`
  const object = view.get(kind, name)
  if (object === undefined) return { ...payload, missing: `${what} does not exist` }
  const { data, template } = object.spec
  if (data === undefined) return { ...payload, missing: `${what} has no data: kit has no drivers for secrets yet` }
  return { ...payload, data, ...(template === undefined ? {} : { template }) }
}
