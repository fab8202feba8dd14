// `kitd --ca-cert FILE --ca-key FILE`: the root of a cluster that this node founds.

import { readFile, stat } from 'node:fs/promises'
import { readRootCa, readRootKey } from '../../ca/root-ca.ts'
import { messageOf } from '../../effects/thrown.ts'

export interface OwnRootFlags {
  readonly caCert?: string
  readonly caKey?: string
  readonly joinAddr?: string
}

/** PEM. */
export interface OwnRoot {
  readonly certificate: string
  readonly key: string
}

/** No certificate and no key is larger. */
const longestFile = 64 * 1024

/** As it will be stored. Throws what is wrong with it, and nothing of what is in it. */
export async function readOwnRoot({ caCert, caKey, joinAddr }: OwnRootFlags, nowMs: number): Promise<OwnRoot | undefined> {
  if (caCert === undefined && caKey === undefined) return undefined
  if (caCert === undefined || caKey === undefined)
    throw new Error('a root of your own is a certificate and its key: give --ca-cert and --ca-key')
  if (joinAddr !== undefined)
    throw new Error('--ca-cert and --ca-key are for the node that founds a cluster: one that joins gets the root of the cluster')
  const { certificate, key } = readRootCa(await readText('--ca-cert', caCert), readRootKey(await readText('--ca-key', caKey)), nowMs)
  return { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

async function readText(flag: string, path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > longestFile) throw new Error(`${path} is too large for one certificate or key`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Error(`${flag}: ${messageOf(error)}`, { cause: error })
  }
}
