// What an agent must remember across its own death: which tasks it was given, and how far each of them
// has come. One small file per task, replaced atomically, so that a crash leaves the old record or the
// new one. A file that cannot be read makes its one task unknown (the manager sends it again), never a
// crash. Since every call of an executor may be repeated, a record that lags behind does no harm.

import { crc32 } from 'node:zlib'
import type { Assignment } from '../api/session.ts'
import type { Disk, Log } from '../effects/effects.ts'
import { isAssignment, parseJson } from './frames.ts'

const suffix = '.json'
const temporarySuffix = '.new'
const safeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/
/** No record is near this size; a larger file is not one of ours. */
const maxRecordBytes = 4 * 1024 * 1024

export class TaskDatabase {
  readonly #disk: Disk
  readonly #directory: string
  /** `undefined` means: delete. */
  #pending = new Map<string, Assignment | undefined>()
  #running: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** Every task that can be read, in the order of their names. Makes the directory. To be called first. */
  async load(log: Log): Promise<readonly Assignment[]> {
    await this.#disk.makeDirectory(this.#directory, 0o700)
    const tasks: Assignment[] = []
    for (const name of await this.#disk.list(this.#directory)) {
      if (name.endsWith(temporarySuffix)) await this.#disk.remove(`${this.#directory}/${name}`)
      if (!name.endsWith(suffix)) continue
      const task = await this.#readRecord(`${this.#directory}/${name}`)
      if (task !== undefined && `${task.task}${suffix}` === name) tasks.push(task)
      else log.error('Found a record that cannot be read; its task counts as unknown', { object: `Task/${name.slice(0, -suffix.length)}` })
    }
    return tasks
  }

  /** Resolves when the record is durable. Records written at the same time share their syncs; of one task the last wins. */
  put(assignment: Assignment): Promise<void> {
    if (!safeName.test(assignment.task)) return Promise.reject(new Error(`"${assignment.task}" cannot be the name of a task`))
    this.#pending.set(assignment.task, assignment)
    return this.#flush()
  }

  delete(task: string): Promise<void> {
    this.#pending.set(task, undefined)
    return this.#flush()
  }

  /** Tries again what could not be written. Resolves to true when nothing is left. */
  async catchUp(): Promise<boolean> {
    if (this.#pending.size > 0) await this.#flush()
    return true
  }

  #flush(): Promise<void> {
    if (this.#queued === undefined) {
      this.#queued = this.#running.then(() => this.#writePending())
      this.#running = this.#queued.catch(() => {}) // Whoever asked for the write learns of the failure.
    }
    return this.#queued
  }

  async #writePending(): Promise<void> {
    this.#queued = undefined
    const batch = this.#pending
    this.#pending = new Map()
    try {
      for (const [task, assignment] of batch) await this.#writeOne(task, assignment)
      await this.#disk.syncDirectory(this.#directory)
    } catch (error) {
      this.#pending = new Map([...batch, ...this.#pending]) // Goes along with the next write, unless that is newer.
      throw error
    }
  }

  async #writeOne(task: string, assignment: Assignment | undefined): Promise<void> {
    const path = `${this.#directory}/${task}${suffix}`
    if (assignment === undefined) return await this.#disk.remove(path)
    const temporary = `${this.#directory}/${task}${temporarySuffix}`
    const file = await this.#disk.open(temporary, { create: true, mode: 0o600 })
    try {
      await file.truncate(0)
      await file.write(0, encodeRecord(assignment))
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#disk.rename(temporary, path)
  }

  /** `undefined` as well when the disk cannot read it: nothing is known of that task either way. */
  async #readRecord(path: string): Promise<Assignment | undefined> {
    try {
      const file = await this.#disk.open(path)
      try {
        return decodeRecord(await file.read(0, Math.min(await file.size(), maxRecordBytes)))
      } finally {
        await file.close()
      }
    } catch {
      return undefined
    }
  }
}

/** A checksum in the first line: a torn record is told from a whole one even where both are JSON. */
function encodeRecord(assignment: Assignment): Uint8Array {
  const body = JSON.stringify(assignment)
  return new TextEncoder().encode(`${crc32(body)}\n${body}`)
}

function decodeRecord(bytes: Uint8Array): Assignment | undefined {
  const text = new TextDecoder().decode(bytes)
  const end = text.indexOf('\n')
  const body = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== String(crc32(body))) return undefined
  const value = parseJson(body)
  return isAssignment(value) ? value : undefined
}
