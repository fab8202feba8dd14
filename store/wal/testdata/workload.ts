// A model of the log beside the log: what was asked, what was acknowledged, and what may be found after a crash.

import assert from 'node:assert/strict'
import type { Disk, Log } from '../../../effects/effects.ts'
import { SeededRandom } from '../../../sim/effects/random.ts'
import { simpleConfiguration } from '../../raft/configuration.ts'
import type { Entry, HardState } from '../../raft/entry.ts'
import { walErrorKind } from '../errors.ts'
import type { KeyFile } from '../keys.ts'
import { openKeys, openWal, type Recovered, type Wal } from '../wal.ts'

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
export const directory = '/state/wal'

export type Opened = { readonly wal: Wal; readonly recovered: Recovered; readonly keys: KeyFile }

interface OpenOptions {
  readonly nodeId?: string
  readonly clusterId?: string
  readonly segmentBytes?: number
  /** The changes of the unlock key of which one is the last, as far as anybody can know. */
  readonly locks?: Bounds
}

export interface Bounds {
  readonly acknowledged: number
  readonly asked: number
}

export async function open(disk: Disk, seed = 1, options: OpenOptions = {}): Promise<Opened> {
  const { nodeId = 'node-a', clusterId = 'cluster-a', segmentBytes = 4096, locks = { acknowledged: 0, asked: 0 } } = options
  const random = new SeededRandom(seed)
  const keys = await openLocked(disk, directory, random, locks)
  const opened = await openWal({ disk, random, log: silent }, { directory, nodeId, clusterId, segmentBytes, keys })
  return { ...opened, keys }
}

/** Of each third change there is none. */
export function unlockKey(version: number): Uint8Array | undefined {
  return version % 3 === 0 ? undefined : new Uint8Array(32).fill(version)
}

/** One of the unlock keys is right, and the others are known to be wrong. */
export async function openLocked(disk: Disk, place: string, random: SeededRandom, { acknowledged, asked }: Bounds): Promise<KeyFile> {
  for (let version = acknowledged; version < asked; version += 1) {
    try {
      return await openKeys(disk, place, random, unlockKey(version))
    } catch (error) {
      if (!['Locked', 'WrongUnlockKey'].includes(walErrorKind(error) ?? '')) throw error
    }
  }
  return await openKeys(disk, place, random, unlockKey(asked))
}

export function entry(index: number, term: number, text = `${index}@${term}`): Entry {
  return { index, term, type: index % 7 === 0 ? 'configuration' : 'normal', data: new Uint8Array(Buffer.from(text)) }
}

/** What a log should hold, comparable by value. */
export interface Model {
  readonly hardState: HardState
  readonly snapshotIndex: number
  /** Behind the snapshot, as `index@term:length`. */
  readonly entries: readonly string[]
}

export const emptyModel: Model = { hardState: { term: 0, vote: null, commit: 0 }, snapshotIndex: 0, entries: [] }

export function modelOf({ hardState, snapshot, entries }: Recovered): Model {
  return { hardState, snapshotIndex: snapshot?.meta.index ?? 0, entries: entries.map(describe) }
}

export function describe({ index, term, data }: Entry): string {
  return `${index}@${term}:${data.length}`
}

export type Action =
  | { readonly kind: 'append'; readonly count: number; readonly sizeBytes: number }
  | { readonly kind: 'vote' }
  | { readonly kind: 'truncate'; readonly back: number; readonly count: number }
  | { readonly kind: 'snapshot'; readonly back: number; readonly keep: number }
  | { readonly kind: 'install'; readonly ahead: number }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'lock' }

/** Carries actions out on a log and on the model. `states` holds every model state, the last acknowledged one at `acknowledged`. */
export class Workload {
  readonly states: Model[] = [emptyModel]
  acknowledged = 0
  /** Changes of the unlock key. */
  locks: Bounds = { acknowledged: 0, asked: 0 }
  #entries: Entry[] = []
  #hardState: HardState = emptyModel.hardState
  #snapshotIndex = 0
  #snapshotTerm = 0

  get last(): number {
    return this.#entries.at(-1)?.index ?? this.#snapshotIndex
  }

  async run({ wal, keys }: Pick<Opened, 'wal' | 'keys'>, action: Action): Promise<void> {
    if (action.kind === 'lock') await this.#lock(keys)
    else if (action.kind === 'append') await this.#append(wal, undefined, action.count, action.sizeBytes)
    else if (action.kind === 'vote') {
      this.#hardState = { ...this.#hardState, term: this.#hardState.term + 1, vote: `candidate-${this.#hardState.term}` }
      await this.#acknowledge(() => wal.append({ hardState: this.#hardState, entries: [] }))
    } else if (action.kind === 'truncate') {
      const from = Math.max(this.#hardState.commit + 1, this.last + 1 - action.back)
      await this.#append(wal, from, action.count, 20)
    } else if (action.kind === 'snapshot') await this.#snapshot(wal, action.back, action.keep)
    else if (action.kind === 'install') {
      this.#hardState = { ...this.#hardState, term: Math.max(1, this.#hardState.term) }
      await this.#acknowledge(() => wal.append({ hardState: this.#hardState, entries: [] }))
      await this.#save(wal, this.last + 1 + action.ahead, this.#hardState.term, 0)
    }
  }

  async #append(wal: Wal, truncateFrom: number | undefined, count: number, sizeBytes: number): Promise<void> {
    const term = Math.max(1, this.#hardState.term)
    const kept = this.#entries.filter(({ index }) => truncateFrom === undefined || index < truncateFrom)
    const first = (kept.at(-1)?.index ?? this.#snapshotIndex) + 1
    const entries = Array.from({ length: count }, (_, at) => entry(first + at, term, 'x'.repeat(sizeBytes + at)))
    this.#entries = [...kept, ...entries]
    const hasNewState = this.#hardState.term !== term || count % 2 === 0
    if (hasNewState) this.#hardState = { ...this.#hardState, term, commit: Math.max(this.#hardState.commit, this.last - 3) }
    await this.#acknowledge(() =>
      wal.append({ entries, ...(hasNewState && { hardState: this.#hardState }), ...(truncateFrom !== undefined && { truncateFrom }) }),
    )
  }

  async #snapshot(wal: Wal, back: number, keep: number): Promise<void> {
    const at = this.#entries.find(({ index }) => index === this.last - back)
    if (at !== undefined && at.index > this.#snapshotIndex) await this.#save(wal, at.index, at.term, keep)
  }

  async #save(wal: Wal, index: number, term: number, keep: number): Promise<void> {
    this.#snapshotIndex = index
    this.#snapshotTerm = term
    this.#entries = this.#entries.filter((kept) => kept.index > index)
    this.#hardState = { ...this.#hardState, commit: Math.max(this.#hardState.commit, index) }
    const meta = { index, term: this.#snapshotTerm, configuration: simpleConfiguration(['node-a']) }
    await this.#acknowledge(() => wal.saveSnapshot(meta, snapshotChunks(index), Math.max(1, index + 1 - keep)))
  }

  async #lock(keys: KeyFile): Promise<void> {
    const asked = this.locks.asked + 1
    this.locks = { ...this.locks, asked }
    await keys.changeLock(unlockKey(asked), asked)
    this.locks = { acknowledged: asked, asked }
  }

  async #acknowledge(work: () => Promise<void>): Promise<void> {
    this.states.push({ hardState: this.#hardState, snapshotIndex: this.#snapshotIndex, entries: this.#entries.map(describe) })
    await work()
    this.acknowledged = this.states.length - 1
  }
}

export function snapshotChunks(index: number): readonly Uint8Array[] {
  return [Buffer.from(`state at ${index}`), Buffer.alloc(700, index % 251), Buffer.from('end')]
}

/** The chunks that were saved come back, whole and in order. */
export async function checkSnapshot({ snapshot }: Recovered): Promise<void> {
  if (snapshot === undefined) return
  const found: Uint8Array[] = []
  for await (const chunk of snapshot.chunks()) found.push(chunk)
  assert.deepEqual(Buffer.concat(found), Buffer.concat(snapshotChunks(snapshot.meta.index)))
}
