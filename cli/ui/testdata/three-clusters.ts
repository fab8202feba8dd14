// A dashboard on three clusters: `prod` and `test` are alike, and nobody answers on `lost`.

import { StatusError } from '../../../api/errors.ts'
import type { Client } from '../../../client/client.ts'
import type { SessionDeps } from '../session.ts'
import { createTown } from './town.ts'

export async function openThree(given: Partial<SessionDeps> = {}) {
  const [prod, testing] = [createTown(), createTown()]
  await Promise.all([prod.open(), testing.open()])
  const fail = (): never => {
    throw new StatusError('Unavailable', 'nobody listens at 10.0.0.9:6443')
  }
  const nobody: Client = { ...prod.client, list: async () => fail(), events: async () => fail(), stats: async () => fail() }
  const clusters = [
    { name: 'prod', context: 'prod', client: prod.client },
    { name: 'test', context: 'test', client: testing.client },
    { name: 'lost', context: 'lost', client: nobody },
  ]
  const town = createTown({ clusters, clock: prod.clock, ...given })
  const stop = new AbortController()
  const ended = town.session.run(stop.signal)
  await prod.clock.advance(4_000)
  /** Lets all of them see what happens in that time. */
  const advance = async (ms: number): Promise<void> => void (await Promise.all([prod.clock.advance(ms), testing.clock.advance(ms)]))
  return { town, prod, testing, advance, ended, close: () => stop.abort() }
}
