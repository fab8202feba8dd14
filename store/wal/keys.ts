// The data keys that seal this node's files, in `keys.json` beside them. Without an unlock key they lie
// there in clear, readable by the owner only (`wrap: none`); a wrapped form is another value of `wrap`.
// A key's id is derived from the key, so a key file that was edited is noticed before it does harm.

import { hkdfSync } from 'node:crypto'
import type { Disk, Random } from '../../effects/effects.ts'
import { codeOf, WalError } from './errors.ts'
import { asRecord } from './sector.ts'

const fileName = 'keys.json'
const keyFileVersion = 1

export interface KeyRing {
  /** The key for new files. */
  readonly current: string
  /** Every key that some file may still need, by id. */
  readonly keys: ReadonlyMap<string, Uint8Array>
}

export function newKey(random: Random): readonly [id: string, dek: Uint8Array] {
  const dek = random.bytes(32)
  return [idOf(dek), dek]
}

function idOf(dek: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', dek, '', 'kit data key id', 8)).toString('hex')
}

/** `undefined` when there is no key file. */
export async function readKeys(disk: Disk, directory: string): Promise<KeyRing | undefined> {
  const path = `${directory}/${fileName}`
  let text: string
  try {
    const file = await disk.open(path)
    try {
      text = Buffer.from(await file.read(0, await file.size())).toString()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    return parseKeys(text)
  } catch (cause) {
    throw new WalError('WrongKey', `${path}: the key file is damaged; restore it from a copy: without it the data cannot be read`, {
      cause,
    })
  }
}

function parseKeys(text: string): KeyRing {
  const { version, wrap, current, keys } = asRecord(JSON.parse(text))
  if (version !== keyFileVersion || wrap !== 'none') throw new Error(`version ${version} with wrap ${wrap} is not known`)
  const parsed = new Map(
    Object.entries(asRecord(keys)).map(([id, encoded]) => {
      const dek = new Uint8Array(Buffer.from(String(encoded), 'base64'))
      if (dek.length !== 32 || idOf(dek) !== id) throw new Error(`key ${id} does not match its id`)
      return [id, dek] as const
    }),
  )
  if (typeof current !== 'string' || !parsed.has(current)) throw new Error('the current key is missing')
  return { current, keys: parsed }
}

/** Replaces the key file as a whole: after a crash there is the old one or the new one. */
export async function writeKeys(disk: Disk, directory: string, ring: KeyRing): Promise<void> {
  const keys = Object.fromEntries([...ring.keys].map(([id, dek]) => [id, Buffer.from(dek).toString('base64')]))
  const text = JSON.stringify({ version: keyFileVersion, wrap: 'none', current: ring.current, keys }, undefined, 2)
  const temporary = `${directory}/${fileName}.tmp`
  await disk.remove(temporary)
  const file = await disk.open(temporary, { create: true, exclusive: true, mode: 0o600 })
  try {
    await file.write(0, Buffer.from(`${text}\n`))
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${directory}/${fileName}`)
  await disk.syncDirectory(directory)
}

export function keyFor(ring: KeyRing, id: string, file: string): Uint8Array {
  const dek = ring.keys.get(id)
  if (dek === undefined)
    throw new WalError(
      'WrongKey',
      `${file}: sealed with data key ${id}, which keys.json does not hold; restore the key file that belongs to this directory`,
    )
  return dek
}
