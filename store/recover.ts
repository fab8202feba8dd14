// From what the disk held to a running state: the snapshot, then every entry known to be committed.

import assert from 'node:assert/strict'
import type { Random } from '../effects/effects.ts'
import { decodeCommit } from './mvcc/codec.ts'
import { Restorer } from './mvcc/snapshot.ts'
import { type Outcome, State } from './mvcc/state.ts'
import { encodeConfiguration, membersOf, simpleConfiguration } from './raft/configuration.ts'
import { defaultSettings } from './raft/core.ts'
import type { Entry } from './raft/entry.ts'
import { Raft } from './raft/raft.ts'
import type { Recovered, Wal } from './wal/wal.ts'

/** Some 5 ms of applying: other work gets its turn in between. */
const maxApplyBytes = 256 * 1024

export async function recover(
  recovered: Recovered,
  nodeId: string,
  founders: readonly string[],
  random: Random,
): Promise<{ readonly raft: Raft; readonly state: State; readonly snapshotBytes: number }> {
  const { hardState, snapshot, entries } = recovered
  const { state, bytes } = snapshot === undefined ? { state: new State(), bytes: 0 } : await restore(snapshot.chunks())
  assert.equal(state.resourceVersion, snapshot?.meta.index ?? 0, 'a snapshot is what its header says')
  const start = { id: nodeId, hardState, entries, voters: founders, ...(snapshot !== undefined && { snapshot: snapshot.meta }) }
  const raft = new Raft(start, random, { ...defaultSettings, maxApplyBytes })
  // A member that has just joined may not be among the members that it knows yet, so only founders are checked here.
  // That a log is nobody else's, the WAL has checked already.
  const members = membersOf(raft.configuration)
  if (founders.includes(nodeId) && !members.includes(nodeId))
    throw new Error(`the stored state belongs to ${members.join(', ')}; this node is ${nodeId}`)
  for (let { apply } = raft.ready(); apply.length > 0; { apply } = raft.ready()) {
    for (const entry of apply) applyEntry(state, entry)
    raft.applied(state.resourceVersion)
  }
  assert.equal(state.resourceVersion, raft.status.commit, 'everything known to be committed is applied')
  return { raft, state, snapshotBytes: bytes }
}

/**
 * For a node that was a member before and starts with an empty log: it may have voted in any term up to `term`, so it counts
 * as having voted (for itself) in that one. Otherwise it could vote twice in one term, which elects two leaders.
 */
export function afterTerm(recovered: Recovered, term: number, nodeId: string): Recovered {
  return { ...recovered, hardState: { ...recovered.hardState, term, vote: nodeId } }
}

/**
 * For the disaster: the other members are lost for good, and this one goes on alone. Everything in its log becomes committed,
 * whether a majority had confirmed it or not, and a last entry makes it the only member. If the others came back after all,
 * there would be two groups under one name.
 */
export async function forgetOthers(wal: Wal, recovered: Recovered, nodeId: string): Promise<Recovered> {
  const { hardState, snapshot, entries } = recovered
  const index = (entries.at(-1)?.index ?? snapshot?.meta.index ?? 0) + 1
  const term = hardState.term + 1
  const alone: Entry = { index, term, type: 'configuration', data: encodeConfiguration(simpleConfiguration([nodeId])) }
  const next = { term, vote: nodeId, commit: index }
  await wal.append({ hardState: next, entries: [alone] })
  return { ...recovered, hardState: next, entries: [...entries, alone] }
}

/** Entries without a command only move the index: the first of each term, and changes of members. */
export function applyEntry(state: State, entry: Entry): Outcome {
  if (entry.type === 'normal' && entry.data.length > 0) return state.apply(entry.index, decodeCommit(entry.data))
  state.skip(entry.index)
  return { events: [] }
}

async function restore(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly state: State; readonly bytes: number }> {
  const restorer = new Restorer()
  let bytes = 0
  for await (const chunk of chunks) {
    restorer.add(chunk)
    bytes += chunk.length
  }
  return { state: restorer.finish(), bytes }
}
