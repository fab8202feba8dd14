// Which kit the daemon is. Client and daemon need not be of one version; where they differ and something
// fails, that is the first thing to know.

import { isJsonObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../effects/effects.ts'
import { version as own } from './version.ts'

const waitMs = 2_000

/** Undefined when no daemon answers, or something that is no kit. */
export async function daemonVersion(client: Client, clock: Clock): Promise<string | undefined> {
  const enough = new AbortController()
  const late = clock.sleep(waitMs, enough.signal).catch(() => undefined)
  const answer = await Promise.race([client.raw({ method: 'GET', path: '/version' }).catch(() => undefined), late])
  enough.abort()
  const text = isJsonObject(answer) ? answer['gitVersion'] : undefined
  return typeof text === 'string' ? /\+kit\.(.+)$/.exec(text)?.[1] : undefined
}

/** What to say after a failure, where versions differ. */
export async function versionSkew(client: Client, clock: Clock): Promise<string | undefined> {
  const theirs = await daemonVersion(client, clock)
  return theirs === undefined || theirs === own
    ? undefined
    : `this is kit ${own}, and the daemon is kitd ${theirs}: what one of them does not know may be the reason`
}
