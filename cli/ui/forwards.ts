// Ports that a dashboard has opened, for as long as it runs: where they lead and what goes through them.

import { roundedMemory } from '../../api/quantity.ts'
import { formatAge } from '../../api/table.ts'
import type { Forward } from '../forwarding.ts'
import { type Listing, listing, order, type Sort } from './listing.ts'

export interface OpenForward extends Forward {
  /** Local address and port: no two are alike. */
  readonly key: string
  readonly context?: string
  /** ms since 1970. */
  readonly openedAt: number
  readonly stop: AbortController
}

export function forwardListing(forwards: readonly OpenForward[], filter: string, sort: Sort | undefined, now: () => number): Listing {
  const size = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : roundedMemory(bytes))
  return listing(
    {
      items: () => forwards,
      key: ({ key }) => key,
      compare: (a, b) => order(a.openedAt, b.openedAt) || order(a.key, b.key),
      columns: [
        { id: 'here', heading: 'HERE', width: 21, rank: 0, text: ({ key }) => key },
        { id: 'task', heading: 'TASK', width: 16, grow: 2, rank: 0, text: ({ task }) => task },
        { id: 'port', heading: 'PORT', width: 5, rank: 0, align: 'right', text: ({ remote }) => String(remote) },
        { id: 'open', heading: 'OPEN', width: 5, rank: 1, align: 'right', text: ({ traffic }) => `${traffic.open}/${traffic.connections}` },
        { id: 'sent', heading: 'SENT', width: 8, rank: 2, align: 'right', text: ({ traffic }) => size(traffic.sentBytes) },
        { id: 'received', heading: 'RECEIVED', width: 8, rank: 2, align: 'right', text: ({ traffic }) => size(traffic.receivedBytes) },
        {
          id: 'age',
          heading: 'AGE',
          width: 5,
          rank: 3,
          align: 'right',
          text: ({ openedAt }) => formatAge(now() - openedAt),
          amount: ({ openedAt }) => -openedAt,
        },
      ],
    },
    filter,
    sort,
  )
}
