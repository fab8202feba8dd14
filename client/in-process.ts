// The Client for code in the same process as the router: the simulator, tests, controllers of users.

import { type Handle, type Identity, localAdmin } from '../api/request.ts'
import type { Clock } from '../effects/effects.ts'
import type { Client } from './client.ts'
import { createClient } from './rest.ts'

export function inProcessClient(options: {
  readonly router: { readonly handle: Handle }
  readonly clock: Clock
  readonly name: string
  readonly identity?: Identity
  readonly onWarning?: (text: string) => void
}): Client {
  const { router, identity = localAdmin, ...rest } = options
  return createClient({ ...rest, identity, handle: router.handle })
}
