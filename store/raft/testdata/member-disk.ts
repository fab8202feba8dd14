// What a member has on its disk, as one value that whole writes change: a write is there or it is not.

import assert from 'node:assert/strict'
import type { Entry, HardState, SnapshotMeta } from '../entry.ts'
import type { AppendWork, RaftStart } from '../raft.ts'

export class MemberDisk {
  hardState: HardState = { term: 0, vote: null, commit: 0 }
  /** Without gaps. Some may be covered by the snapshot. */
  entries: Entry[] = []
  snapshot: SnapshotMeta | undefined

  start(id: string, voters: readonly string[], learners: readonly string[]): RaftStart {
    const { hardState, snapshot } = this
    const after = snapshot?.index ?? 0
    const commit = Math.max(hardState.commit, after)
    const entries = this.entries.filter(({ index }) => index > after)
    return { id, hardState: { ...hardState, commit }, entries, voters, learners, ...(snapshot !== undefined && { snapshot }) }
  }

  /** Undefined where it is not kept, or not there. */
  termAt(index: number): number | undefined {
    const [first] = this.entries
    if (index === this.snapshot?.index) return this.snapshot.term
    return first === undefined ? undefined : this.entries[index - first.index]?.term
  }

  /** The entry, or a snapshot that has it. */
  holds(index: number, term: number): boolean {
    return (this.snapshot?.index ?? 0) >= index || this.termAt(index) === term
  }

  write({ snapshot, truncateFrom, entries, hardState }: AppendWork): void {
    if (snapshot !== undefined) {
      assert(snapshot.index > (this.snapshot?.index ?? 0), 'I8: a snapshot on disk never goes back')
      this.snapshot = snapshot
      this.entries = []
    }
    if (truncateFrom !== undefined) this.entries = this.entries.filter(({ index }) => index < truncateFrom)
    const [first] = entries
    const last = this.entries.at(-1)?.index ?? this.snapshot?.index ?? 0
    if (first !== undefined) assert.equal(first.index, last + 1, 'I15: a log on disk has no gaps')
    this.entries.push(...entries)
    if (hardState === undefined) return
    assert(hardState.term >= this.hardState.term, 'I8: a stored term never goes back')
    assert(hardState.commit >= this.hardState.commit, 'I8: a stored commit index never goes back')
    if (hardState.term === this.hardState.term && this.hardState.vote !== null)
      assert.equal(hardState.vote, this.hardState.vote, 'I7: a stored vote stands')
    this.hardState = hardState
    if (!entries.some(({ type }) => type === 'configuration')) return
    const open = this.entries.filter(({ type, index }) => type === 'configuration' && index > hardState.commit)
    assert(open.length <= 1, 'I9: with the next members on disk it is there, too, that the former are committed')
  }

  /** A snapshot of this member's own, unless a newer one was installed meanwhile. */
  save(snapshot: SnapshotMeta, keepFrom: number): void {
    if (snapshot.index <= (this.snapshot?.index ?? 0)) return
    assert(this.termAt(snapshot.index) !== undefined, 'what is applied is on disk')
    this.snapshot = snapshot
    this.entries = this.entries.filter(({ index }) => index >= keepFrom)
  }
}
