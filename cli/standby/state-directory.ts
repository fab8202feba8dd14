// What lies in the state directory of a machine that was told to be a node: what it is, how it was told, and all that is
// erased when it leaves.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '../../agent/frames.ts'
import type { Disk } from '../../effects/effects.ts'
import { roleOnDisk } from '../../node/certificate.ts'
import { managerFile } from '../../node/identity.ts'
import { readText, writeDurably } from '../../node/state-file.ts'
import { isTold, type Told } from './told.ts'

const recordName = 'membership.json'
const longestRecord = 64 * 1024
/** All that a node leaves in its directory, but for what belongs to the daemon, and the data in volumes. */
const leftovers = ['certificates', 'managers.json', 'raft', 'agent', 'tasks/tasks', 'executor.json', managerFile]

export class StateDirectory {
  readonly path: string
  readonly #disk: Disk

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.path = path
  }

  /** Undefined of a machine that is no node. */
  async role(): Promise<'Manager' | 'Worker' | undefined> {
    const role = await roleOnDisk(this.#disk, this.path)
    if (role !== undefined) return role
    const identity = await readText(this.#disk, join(this.path, managerFile), 1)
    // A log without node.json is a manager that has lost something: nothing to be founded upon.
    const log = await this.#disk.list(join(this.path, 'raft')).catch(() => [])
    return identity !== undefined || log.length > 0 ? 'Manager' : undefined
  }

  async told(): Promise<Told | undefined> {
    const path = join(this.path, recordName)
    const text = await readText(this.#disk, path, longestRecord)
    if (text === undefined) return undefined
    const value = parseJson(text)
    if (isTold(value)) return value
    throw new Error(
      `${path} is damaged: delete it, and start kitd with the flags of this node (--listen-remote-api, --advertise-addr, --join-addr)`,
    )
  }

  async record(told: Told): Promise<void> {
    await writeDurably(this.#disk, this.path, recordName, `${JSON.stringify(told)}\n`)
  }

  /** The record alone. */
  async forget(): Promise<void> {
    await this.#disk.remove(join(this.path, recordName))
    await this.#disk.syncDirectory(this.path)
  }

  /** The record goes last: until then it is known that there is something to erase. */
  async erase(): Promise<void> {
    for (const name of leftovers) await rm(join(this.path, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    await this.#disk.syncDirectory(this.path)
    await this.forget()
  }
}
