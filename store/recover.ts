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
  // Who joins knows no members at first, or only earlier ones: that it is its own log, the log itself knows.
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

/** A member that begins anew, and has given away its vote in every term up to this one: it has no other to give. */
export function afterTerm(recovered: Recovered, term: number, nodeId: string): Recovered {
  return { ...recovered, hardState: { ...recovered.hardState, term, vote: nodeId } }
}

/**
 * For the disaster: the other members are lost for good, and this one goes on alone. All that it has counts as committed,
 * whoever confirmed it or did not; then it is the only member. Were the others to come back, there would be two groups.
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
