// What sources are given of this node: its directories, its disk for what they have applied, and the API in their name.

import type { Handle, Identity } from '../api/request.ts'
import { inProcessClient } from '../client/in-process.ts'
import type { GitopsDeps } from '../controllers/gitops/gitops.ts'
import type { Effects } from '../effects/effects.ts'
import type { NodeOptions } from './node-options.ts'
import { createSnapshots } from './snapshots.ts'

export function createGitops(
  { clock, disk }: Effects,
  { directory, directories }: Pick<NodeOptions, 'directory' | 'directories'>,
  handle: Handle,
): Pick<GitopsDeps, 'directories' | 'snapshots' | 'clientOf'> {
  return {
    directories,
    snapshots: createSnapshots(disk, `${directory}/gitops`),
    clientOf: (source) => inProcessClient({ router: { handle }, clock, name: 'kitd', identity: identityOf(source) }),
  }
}

/** Whoever may make a Source may do what it does. No user can be called that. */
function identityOf(source: string): Identity {
  return { role: 'Admin', name: `gitops/${source}`, from: 'a directory' }
}
