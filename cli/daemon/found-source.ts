// `kitd --gitops DIR`: a Source of that directory, as soon as this manager takes writes. What people have set of it stays;
// without the flag it goes on, until `kit gitops rm`.

import { basename } from 'node:path'
import { type Reason, reasonOf } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import type { Handle } from '../../api/request.ts'
import { inProcessClient } from '../../client/in-process.ts'
import type { Clock, Log } from '../../effects/effects.ts'

const lookAgainMs = 500
const passing: readonly Reason[] = ['Unavailable', 'NotLeader', 'TooManyRequests', 'Unknown']

export async function foundSource(
  deps: { readonly handle: Handle; readonly clock: Clock; readonly log: Log },
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = deps
  const client = inProcessClient({ router: deps, clock, name: 'kitd' })
  const name = sourceNameOf(path)
  while (!signal.aborted) {
    try {
      await client.apply('Source', { apiVersion, kind: 'Source', metadata: { name }, spec: { path } }, { force: true })
      log.info('Keeps the cluster equal to a directory', { object: `Source/${name}`, path })
      return
    } catch (error) {
      // Anything else is no better in a moment, and the node is of use without. To apply it twice is to apply it once.
      const reason = reasonOf(error)
      if (reason === undefined || !passing.includes(reason)) {
        log.error('Could not make a source of --gitops', { path, error })
        return
      }
      await clock.sleep(lookAgainMs, signal).catch(() => undefined)
    }
  }
}

function sourceNameOf(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'gitops' : name
}
