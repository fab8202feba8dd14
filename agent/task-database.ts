// What an agent must remember across its own death: which tasks it was given, and how far each of them
// has come. One small file per task, replaced atomically, so that a crash leaves the old record or the
// new one. A file that cannot be read makes its one task unknown (the manager sends it again), never a
// crash. Since every call of an executor may be repeated, a record that lags behind does no harm. The file
// `version` says in which format the records are; one that is newer than this program is not touched.

import { crc32 } from 'node:zlib'
import type { Assignment } from '../api/session.ts'
import type { Disk, DiskFile, Log } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import { isAssignment, parseJson } from './frames.ts'

const suffix = '.json'
const temporarySuffix = '.new'
const safeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/
const versionFile = 'version'
/** Counts up with every change that an older agent would misread. Directories from before there was a number are 1. */
const formatVersion = 1
const longestVersion = 32
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

  /**
   * Every task that can be read, in the order of their names. Makes the directory. To be called first. Rejects when a newer kit
   * wrote the records.
   */
  async load(log: Log): Promise<readonly Assignment[]> {
    await this.#disk.makeDirectory(this.#directory, 0o700)
    await this.#checkVersion(log)
    const tasks: Assignment[] = []
    for (const name of await this.#disk.list(this.#directory)) {
      const path = `${this.#directory}/${name}`
      if (name.endsWith(temporarySuffix))
        await this.#disk.remove(path).catch((error: unknown) => log.warn('Could not remove a file that is left over', { path, error }))
      if (!name.endsWith(suffix)) continue
      const task = await this.#readRecord(`${this.#directory}/${name}`)
      if (task !== undefined && `${task.task}${suffix}` === name) tasks.push(task)
      else log.error('Found a record that cannot be read; its task counts as unknown', { object: `Task/${name.slice(0, -suffix.length)}` })
    }
    return tasks
  }

  async #checkVersion(log: Log): Promise<void> {
    const path = `${this.#directory}/${versionFile}`
    const text = await this.#readText(path)
    if (text === undefined) {
      // A disk that is full takes it another time.
      await this.#replace(versionFile, new TextEncoder().encode(`${formatVersion}\n`)).catch((error: unknown) =>
        log.warn('Could not write the format of the records', { path, error }),
      )
      return
    }
    const version = /^\d+\n$/.test(text) ? Number(text) : undefined
    if (version === undefined) log.warn('Found a file that should say the format of the records, and does not', { path })
    else if (version > formatVersion)
      throw new Error(
        `${this.#directory}: written in format ${version}, and this kit reads format ${formatVersion}; run the kit that wrote it`,
      )
  }

  /** Undefined when it is not there. */
  async #readText(path: string): Promise<string | undefined> {
    let file: DiskFile
    try {
      file = await this.#disk.open(path)
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return undefined
      throw error
    }
    try {
      return new TextDecoder().decode(await file.read(0, longestVersion))
    } finally {
      await file.close()
    }
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
    if (assignment === undefined) await this.#disk.remove(`${this.#directory}/${task}${suffix}`)
    else await this.#replace(`${task}${suffix}`, encodeRecord(assignment))
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${this.#directory}/${name}${temporarySuffix}`
    const file = await this.#disk.open(temporary, { create: true, mode: 0o600 })
    try {
      await file.truncate(0)
      await file.write(0, bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#disk.rename(temporary, `${this.#directory}/${name}`)
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
