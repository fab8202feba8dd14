// Where people and programs on other machines come in (--listen-api): the API over mutual TLS, with the certificate of this
// node, for the users in the store.

import { once } from 'node:events'
import type { Store } from '../../api/store.ts'
import type { Clock, Log } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import { hostAndPort, type OwnCredentials } from '../../node/network.ts'
import type { KitNode } from '../../node/node-options.ts'
import { type RemoteApi, serveRemoteApi } from '../../server/http/remote-api.ts'
import { createRecognize } from '../../server/recognize.ts'
import { createRefusalLog } from '../../server/refusal-log.ts'

export interface UserDoor {
  /** host:port to listen on. */
  readonly listen: string
  readonly credentials: OwnCredentials
  readonly handle: KitNode['handle']
  readonly store: Store
}

/** host:port that users are told: the one that is listened on, or the host that other nodes are told with its port. */
export function userAddress(listen: string, advertise: string): string {
  const [host, port] = hostAndPort('--listen-api', listen)
  if (host !== '0.0.0.0' && host !== '::') return listen
  return advertise.replace(/:\d+$/, `:${port}`)
}

/** Until `signal` fires. Rejects when it cannot listen where it was told to. */
export async function serveUsers(
  deps: { readonly clock: Clock; readonly log: Log },
  { listen, credentials, handle, store }: UserDoor,
  signal: AbortSignal,
): Promise<void> {
  await credentials.whenOwn(signal)
  if (signal.aborted) return
  const api = await open(deps, { listen, credentials, handle, store })
  const unsubscribe = store.subscribe((events) => {
    if (events.some(({ object }) => object.kind === 'User')) api.recheck()
  })
  deps.log.info('Listening for users', { address: listen })
  if (!signal.aborted) await once(signal, 'abort')
  unsubscribe()
  await api.close()
}

async function open({ clock, log }: { readonly clock: Clock; readonly log: Log }, door: UserDoor): Promise<RemoteApi> {
  const [host, port] = hostAndPort('--listen-api', door.listen)
  const tell = createRefusalLog({ clock, log })
  const { handle, credentials, store } = door
  const recognize = createRecognize({ clock, view: store.view })
  const refused = (address: string, why: string): void =>
    tell(`${address} ${why}`, 'Refused a connection to the API', { audit: true, from: address, why })
  try {
    return await serveRemoteApi(host, port, { handle, credentials, recognize, clock, refused })
  } catch (error) {
    const why = messageOf(error)
    throw new Error(`cannot listen for users on ${door.listen} (${why}): choose another address with --listen-api`, { cause: error })
  }
}
