// What the store is asked for when somebody reads its metrics.

import { Gauge, type Registry } from 'prom-client'
import { membersOf } from './raft/configuration.ts'
import type { OpenStore, StoreStatus } from './store.ts'

const figures: readonly (readonly [name: string, help: string, of: (status: StoreStatus) => number])[] = [
  ['kit_store_term', 'Term of Raft. It grows with each election.', ({ term }) => term],
  ['kit_store_is_leader', '1 where this manager leads, and has applied everything of earlier terms.', ({ leads }) => Number(leads)],
  ['kit_store_has_leader', '1 where this manager knows who leads.', ({ leader }) => Number(leader !== null)],
  ['kit_store_commit_index', 'Last entry of the log that is agreed on.', ({ commit }) => commit],
  ['kit_store_applied_index', 'Last entry that is applied here. It is the resourceVersion of lists.', ({ applied }) => applied],
  ['kit_store_snapshot_index', 'Last entry that the last snapshot contains.', ({ snapshotIndex }) => snapshotIndex],
  ['kit_store_has_space', '0 while the disk has no space left, and writes are refused.', ({ hasSpace }) => Number(hasSpace)],
  ['kit_store_pending_commits', 'Commits that are under way.', ({ outstanding }) => outstanding],
  ['kit_store_pending_bytes', 'Their bytes.', ({ outstandingBytes }) => outstandingBytes],
]

export function exposeStore(registry: Registry, store: OpenStore): void {
  const registers = [registry]
  for (const [name, help, of] of figures)
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(of(store.status()))
      },
    })
  new Gauge({
    name: 'kit_store_members',
    help: 'Members of the group by what they are: voter, or learner.',
    labelNames: ['type'],
    registers,
    collect() {
      this.set({ type: 'voter' }, store.members.voters.length)
      this.set({ type: 'learner' }, store.members.learners.length)
    },
  })
  new Gauge({
    name: 'kit_store_disagreeing_members',
    help: 'Managers whose state is not that of the majority, as far as this one has found; all that differ where there is no majority.',
    registers,
    collect() {
      this.set(membersOf(store.members).filter((id) => typeof store.disagreement(id) === 'string').length)
    },
  })
}
