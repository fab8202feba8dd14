// The keys that seal this node's files, in `keys.json` beside the log. Without an unlock key they lie there in clear,
// readable by the owner only (`wrap: none`). With one (`wrap: unlock-key`) the file is sealed itself, and whoever has
// the disk alone has nothing. Every change replaces the file as a whole: after a crash there is the old one or the new one.
//
//   unlock key ──wraps──► data keys ──seal──► segments, snapshots      the present one, and any that a file still needs
//                    └──► box keys  ──seal──► small secrets that lie elsewhere, such as the private key of the node
//
// A key's id is derived from the key, so a key file that was edited is noticed before it does harm.

import { createHash, hkdfSync } from 'node:crypto'
import type { Disk, Random } from '../../effects/effects.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { WalError } from './errors.ts'
import { isIndex } from './records.ts'
import { createSealer, saltBytes } from './seal.ts'
import { asRecord } from './sector.ts'

const fileName = 'keys.json'
const clearVersion = 1
const wrappedVersion = 2
const keyBytes = 32
/** One comes with each unlock key, and the secret that it seals is sealed anew soon after: that many are never needed. */
const maxBoxes = 16
/** The key is this file's alone, so there is nothing else to bind a seal to. */
const unbound = { clusterId: '', nodeId: '' }
const boxMark = 'sealed'

type Keys = ReadonlyMap<string, Uint8Array>

interface Content {
  /** The data key for new files. */
  readonly current: string
  /** Every data key that some file may still need. */
  readonly keys: Keys
  /** Oldest first; the last one seals. */
  readonly boxes: Keys
  readonly lock: Lock
}

export interface Lock {
  /** Counts the changes of the unlock key: one that is not newer is not taken up. */
  readonly version: number
  /** The unlock key; undefined while there is none. */
  readonly key: Uint8Array | undefined
}

/** `undefined` when there is no key file. Throws Locked or WrongUnlockKey where an unlock key is needed. */
export async function readKeys(disk: Disk, directory: string, random: Random, unlockKey?: Uint8Array): Promise<KeyFile | undefined> {
  const text = await readKeyFile(disk, directory)
  return text === undefined ? undefined : new KeyFile(disk, directory, random, parseKeys(text, `${directory}/${fileName}`, unlockKey))
}

/** For a directory that holds nothing yet. */
export async function createKeys(
  disk: Disk,
  directory: string,
  random: Random,
  lock: Lock = { version: 0, key: undefined },
): Promise<KeyFile> {
  const [id, key] = newKey(random)
  const content: Content = { current: id, keys: new Map([[id, key]]), boxes: new Map([newKey(random)]), lock }
  await writeKeyFile(disk, directory, random, content)
  return new KeyFile(disk, directory, random, content)
}

export class KeyFile {
  readonly #disk: Disk
  readonly #directory: string
  readonly #random: Random
  #content: Content
  /** Changes happen one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, directory: string, random: Random, content: Content) {
    this.#disk = disk
    this.#directory = directory
    this.#random = random
    this.#content = content
  }

  /** The id of the data key for new files. */
  get current(): string {
    return this.#content.current
  }

  /** Some file may still need a data key of before. */
  get hasOld(): boolean {
    return this.#content.keys.size > 1
  }

  get isLocked(): boolean {
    return this.#content.lock.key !== undefined
  }

  get lockVersion(): number {
    return this.#content.lock.version
  }

  /** @param file whose key it is, for the message when there is none. */
  dataKey(id: string, file: string): Uint8Array {
    const key = this.#content.keys.get(id)
    if (key === undefined)
      throw new WalError(
        'WrongKey',
        `${file}: sealed with data key ${id}, which ${fileName} does not hold; restore the key file that belongs to this directory`,
      )
    return key
  }

  /**
   * Durably another unlock key, or none, when it resolves. With one come new keys for everything: those of before may be known to
   * whoever has a copy of the file and the unlock key of before, or lay there in clear.
   */
  async changeLock(unlockKey: Uint8Array | undefined, version: number): Promise<void> {
    await this.#change((content) => {
      if (version <= content.lock.version) return content
      const lock = { version, key: unlockKey }
      if (unlockKey === undefined) return { ...content, lock }
      const [id, key] = newKey(this.#random)
      const boxes = new Map([...content.boxes, newKey(this.#random)].slice(-maxBoxes))
      return { current: id, keys: new Map([...content.keys, [id, key]]), boxes, lock }
    })
  }

  /** Forgets the data keys that no file needs any more. `used` are those that some file does. */
  async keepOnly(used: ReadonlySet<string>): Promise<void> {
    await this.#change((content) => {
      const keys = new Map([...content.keys].filter(([id]) => id === content.current || used.has(id)))
      return keys.size === content.keys.size ? content : { ...content, keys }
    })
  }

  #change(next: (content: Content) => Content): Promise<void> {
    const done = this.#turn.then(async () => {
      const content = next(this.#content)
      if (content === this.#content) return
      await writeKeyFile(this.#disk, this.#directory, this.#random, content)
      this.#content = content
    })
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** As it may lie on the disk: the text itself while there is no unlock key. */
  seal(text: string): string {
    const [id, key] = [...this.#content.boxes].at(-1) ?? []
    if (!this.isLocked || id === undefined || key === undefined) return text
    const salt = this.#random.bytes(saltBytes)
    const sealed = createSealer(key, salt, unbound, boxMark).seal(0, 0, Buffer.from(text))
    return `${boxMark}:${id}:${Buffer.concat([salt, sealed]).toString('base64')}`
  }

  /** What `seal` was given; undefined when that cannot be told. */
  unseal(text: string): string | undefined {
    const [mark, id = '', encoded = ''] = text.split(':')
    if (mark !== boxMark) return text
    const key = this.#content.boxes.get(id)
    if (key === undefined) return undefined
    const bytes = Buffer.from(encoded, 'base64')
    return createSealer(key, bytes.subarray(0, saltBytes), unbound, boxMark).open(0, 0, bytes.subarray(saltBytes))?.toString()
  }

  /** Whether `seal` would seal the text in another way now, or at all. */
  isStale(text: string): boolean {
    const id = [...this.#content.boxes.keys()].at(-1)
    return this.isLocked && !text.startsWith(`${boxMark}:${id}:`)
  }
}

function newKey(random: Random): readonly [id: string, key: Uint8Array] {
  const key = random.bytes(keyBytes)
  return [idOf(key), key]
}

function idOf(key: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'kit data key id', 8)).toString('hex')
}

async function readKeyFile(disk: Disk, directory: string): Promise<string | undefined> {
  try {
    const file = await disk.open(`${directory}/${fileName}`)
    try {
      return Buffer.from(await file.read(0, await file.size())).toString()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function parseKeys(text: string, path: string, unlockKey: Uint8Array | undefined): Content {
  try {
    const file = asRecord(JSON.parse(text))
    const { version, wrap, lock = 0 } = file
    if (!isIndex(lock)) throw new Error('the version of the lock is missing')
    if (version === clearVersion && wrap === 'none') return contentOf(file, { version: lock, key: undefined })
    if (version !== wrappedVersion || wrap !== 'unlock-key') throw new Error(`version ${version} with wrap ${wrap} is not known`)
    return unwrapped(file, path, lock, unlockKey)
  } catch (cause) {
    if (cause instanceof WalError) throw cause
    throw new WalError('WrongKey', `${path}: the key file is damaged; restore it from a copy: without it the data cannot be read`, {
      cause,
    })
  }
}

/** Whether the file is as it was written is known before the unlock key is tried, so a wrong key is a wrong key. */
function unwrapped(file: Readonly<Record<string, unknown>>, path: string, lock: number, unlockKey: Uint8Array | undefined): Content {
  const { salt, sealed, digest } = file
  if (typeof salt !== 'string' || typeof sealed !== 'string' || digest !== digestOf(lock, salt, sealed))
    throw new Error('it does not verify')
  if (unlockKey === undefined)
    throw new WalError('Locked', `${path}: sealed with the unlock key of the cluster, which is needed to read it`)
  const plaintext = createSealer(unlockKey, Buffer.from(salt, 'base64'), unbound, placeOf(lock)).open(0, 0, Buffer.from(sealed, 'base64'))
  if (plaintext === undefined)
    throw new WalError(
      'WrongUnlockKey',
      `${path}: not the unlock key that it is sealed with; a manager that was away when the key was changed needs the one before`,
    )
  return contentOf(asRecord(JSON.parse(plaintext.toString())), { version: lock, key: unlockKey })
}

function placeOf(lock: number): string {
  return `keys under unlock key ${lock}`
}

function digestOf(lock: number, salt: string, sealed: string): string {
  return createHash('sha256')
    .update(JSON.stringify([wrappedVersion, lock, salt, sealed]))
    .digest('hex')
}

function contentOf({ current, keys, boxes = {} }: Readonly<Record<string, unknown>>, lock: Lock): Content {
  const parsed = keysOf(keys)
  if (typeof current !== 'string' || !parsed.has(current)) throw new Error('the current key is missing')
  return { current, keys: parsed, boxes: keysOf(boxes), lock }
}

function keysOf(value: unknown): Keys {
  return new Map(
    Object.entries(asRecord(value)).map(([id, encoded]) => {
      const key = new Uint8Array(Buffer.from(String(encoded), 'base64'))
      if (key.length !== keyBytes || idOf(key) !== id) throw new Error(`key ${id} does not match its id`)
      return [id, key] as const
    }),
  )
}

async function writeKeyFile(disk: Disk, directory: string, random: Random, content: Content): Promise<void> {
  const temporary = `${directory}/${fileName}.tmp`
  await disk.remove(temporary)
  const file = await disk.open(temporary, { create: true, exclusive: true, mode: 0o600 })
  try {
    await file.write(0, Buffer.from(`${JSON.stringify(fileOf(content, random), undefined, 2)}\n`))
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${directory}/${fileName}`)
  await disk.syncDirectory(directory)
}

function fileOf({ current, keys, boxes, lock }: Content, random: Random): Readonly<Record<string, unknown>> {
  const content = { current, keys: encoded(keys), boxes: encoded(boxes) }
  if (lock.key === undefined) return { version: clearVersion, wrap: 'none', lock: lock.version, ...content }
  const bytes = random.bytes(saltBytes)
  const salt = Buffer.from(bytes).toString('base64')
  const sealed = createSealer(lock.key, bytes, unbound, placeOf(lock.version))
    .seal(0, 0, Buffer.from(JSON.stringify(content)))
    .toString('base64')
  return { version: wrappedVersion, wrap: 'unlock-key', lock: lock.version, salt, sealed, digest: digestOf(lock.version, salt, sealed) }
}

function encoded(keys: Keys): Readonly<Record<string, string>> {
  return Object.fromEntries([...keys].map(([id, key]) => [id, Buffer.from(key).toString('base64')]))
}
