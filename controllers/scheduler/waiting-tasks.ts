// Tasks that wait for a node, in groups of equal ones, in the order in which they came. A group is dirty
// when something about it changed since it was tried last; the others are tried again only when nodes
// have room that they did not have.

import type { Task } from '../../api/objects.ts'

interface WaitingGroup {
  readonly serviceUid: string
  readonly revision: string
  readonly names: Set<string>
  dirty: boolean
}

export class WaitingTasks {
  /** A revision belongs to one service and placement to the service, so its name says which tasks are equal. */
  readonly #groups = new Map<string, WaitingGroup>()
  readonly #revisionOf = new Map<string, string>()

  add({ metadata, spec }: Task): void {
    const group = this.#groups.get(spec.revision) ?? { serviceUid: spec.serviceUid, revision: spec.revision, names: new Set(), dirty: true }
    this.#groups.set(spec.revision, group)
    this.#revisionOf.set(metadata.name, spec.revision)
    if (!group.names.has(metadata.name)) group.dirty = true
    group.names.add(metadata.name)
  }

  remove(name: string): void {
    const revision = this.#revisionOf.get(name)
    if (revision === undefined) return
    this.#revisionOf.delete(name)
    const group = this.#groups.get(revision)
    group?.names.delete(name)
    if (group?.names.size === 0) this.#groups.delete(revision)
  }

  /** Whether any task of the service waits. */
  touchService(serviceUid: string): boolean {
    const groups = [...this.#groups.values()].filter((group) => group.serviceUid === serviceUid)
    for (const group of groups) group.dirty = true
    return groups.length > 0
  }

  touchRevision(revision: string): boolean {
    const group = this.#groups.get(revision)
    if (group !== undefined) group.dirty = true
    return group !== undefined
  }

  /** Names by group of what is to be tried now. They stay until they are removed. */
  take(all: boolean): readonly (readonly string[])[] {
    const due = [...this.#groups.values()].filter((group) => all || group.dirty)
    for (const group of due) group.dirty = false
    return due.map((group) => [...group.names])
  }
}
