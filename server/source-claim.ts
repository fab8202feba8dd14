// A source is read by one manager at a time, the one that its status names, and what that manager does comes here as a request in the
// name of the source. One that has lost the source meanwhile, and does not know yet, is refused: so nothing is done twice.

import { StatusError } from '../api/errors.ts'
import type { Identity } from '../api/request.ts'
import type { StoreView } from '../api/store.ts'
import type { Target } from './access.ts'

const prefix = 'gitops/'
const place = 'directory on '

/** Whoever may make a Source may do what it does. No user can be called that. */
export function identityOfSource(source: string, nodeId: string): Identity {
  return { role: 'Admin', name: `${prefix}${source}`, from: `${place}${nodeId}` }
}

/** Of the name, or the field manager, of a source. */
export function sourceOf(name: string): string | undefined {
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined
}

/** Its own status a manager may write without: to become the one. */
export function assertReadsSource(view: StoreView, identity: Identity, { endpoint, verb, name }: Target): void {
  const source = identity.role === 'Nobody' || verb === 'get' ? undefined : sourceOf(identity.name)
  if (source === undefined) return
  if (endpoint === 'sources/status' && name === source) return
  const holder = view.get('Source', source)?.status.node
  if (holder !== undefined && identity.from === `${place}${holder}`) return
  throw new StatusError('Conflict', `source ${source} is read on ${holder ?? 'no node'} now`)
}
