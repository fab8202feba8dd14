import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'

interface Members {
  readonly voters: readonly string[]
  readonly outgoing: readonly string[]
}

/**
 * Nobody is granted the role of a worker, and with it the certificate, while it counts for a quorum. Asked when the first member
 * applies an entry, with the members as that one knows them: whoever makes the node a manager again has applied the entry before.
 */
export function assertNoWorkerHasAVote(events: readonly StoreEvent[], { voters, outgoing }: Members): void {
  for (const { type, object } of events) {
    if (object.kind !== 'Node' || type === 'DELETED' || object.status.role !== 'Worker') continue
    const { name } = object.metadata
    assert.ok(![...voters, ...outgoing].includes(name), `node ${name} is granted the role of a worker, and has a vote`)
  }
}
